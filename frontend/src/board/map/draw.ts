// The map itself, loaded only when it is opened. Without a base map it draws on blank
// ground: marks, route and scale are still there.
import { AttributionControl, Map as MapView, Marker, NavigationControl, ScaleControl, setWorkerUrl, type GeoJSONSource, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Features, Stop } from "./features";
import { tiled, type Base } from "./ground";
import { pictures } from "./shapes";

export interface Ground extends Base {
  attribution: string;
}

export interface Drawing {
  show(marks: Features, route: Features, stops: Stop[]): void;
  fit(bounds: [[number, number], [number, number]]): void;
  restyle(): void;
  remove(): void;
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function styleOf(ground: Ground): StyleSpecification | string {
  return ground.style || tiled(ground, colour("--map-land")) || blank();
}

function blank(): StyleSpecification {
  return { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": colour("--map-land") } }] };
}

function addLayers(map: MapView): void {
  const empty = { type: "FeatureCollection" as const, features: [] };
  for (const { name, data } of pictures(colour)) map.addImage(name, data, { pixelRatio: 2 });
  map.addSource("route", { type: "geojson", data: empty });
  map.addSource("marks", { type: "geojson", data: empty });
  const round = { "line-cap": "round", "line-join": "round" } as const;
  const live = { "line-color": colour("--live"), "line-width": 3 };
  // Along the roads it is a line; a straight leg is a guess, and dotted.
  map.addLayer({ id: "route", type: "line", source: "route", filter: ["get", "road"], layout: round, paint: live });
  map.addLayer({ id: "guess", type: "line", source: "route", filter: ["!", ["get", "road"]], layout: round, paint: { ...live, "line-dasharray": [0.1, 1.8] } });
  map.addLayer({ id: "chosen", type: "circle", source: "marks", filter: ["get", "selected"], paint: { "circle-radius": 12, "circle-color": colour("--live-tint"), "circle-stroke-color": colour("--live"), "circle-stroke-width": 2 } });
  map.addLayer({
    id: "marks", type: "symbol", source: "marks",
    layout: { "icon-image": ["get", "image"], "icon-allow-overlap": true, "symbol-sort-key": ["get", "rank"] },
    paint: { "icon-opacity": ["case", ["get", "done"], 0.4, 1] },
  });
}

function numbered(stop: Stop, pick: (id: string) => void): HTMLElement {
  const element = document.createElement("button");
  element.className = `route-stop${stop.selected ? " selected" : ""}${stop.done ? " done" : ""}`;
  element.textContent = String(stop.order);
  element.ariaLabel = `${stop.order}. ${stop.name}`;
  // The timeline is the way there by keyboard; the map adds no stops to it.
  element.tabIndex = -1;
  element.addEventListener("click", () => { pick(stop.id); });
  return element;
}

/** Draw into the element; `pick` is told which visit was clicked. */
export function draw(element: HTMLElement, ground: Ground, pick: (id: string) => void): Promise<Drawing> {
  setWorkerUrl(workerUrl);
  const map = new MapView({
    container: element, style: styleOf(ground), center: [-2.995, 51.585], zoom: 12,
    attributionControl: false, dragRotate: false, fadeDuration: 0,
  });
  map.addControl(new AttributionControl({ compact: false, customAttribution: ground.attribution }));
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-left");
  map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-left");
  map.on("click", "marks", (event) => { pick(String(event.features?.[0]?.properties?.id ?? "")); });
  let last: [Features, Features] | null = null;
  let markers: Marker[] = [];
  const fill = (marks: Features, route: Features): void => {
    last = [marks, route];
    map.getSource<GeoJSONSource>("marks")?.setData(marks);
    map.getSource<GeoJSONSource>("route")?.setData(route);
  };
  const show = (marks: Features, route: Features, stops: Stop[]): void => {
    fill(marks, route);
    for (const marker of markers) marker.remove();
    markers = stops.map((stop) => new Marker({ element: numbered(stop, pick) }).setLngLat(stop.at).addTo(map));
  };
  const ready = (): void => {
    if (!map.getSource("marks")) addLayers(map);
    if (last) fill(...last);
  };
  return new Promise((resolve) => {
    map.on("style.load", () => {
      ready();
      resolve({
        show,
        fit: (bounds) => { map.fitBounds(bounds, { padding: 36, maxZoom: 14, duration: 0 }); },
        restyle: () => { if (!ground.style) map.setStyle(styleOf(ground), { diff: false }); },
        remove: () => { map.remove(); },
      });
    });
  });
}
