// The map itself, loaded only when it is opened. Without a base map it draws on blank
// ground: marks, route and scale are still there.
import { AttributionControl, Map as MapView, NavigationControl, ScaleControl, setWorkerUrl, type GeoJSONSource, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Features } from "./features";

export interface Ground {
  style: string;
  attribution: string;
}

export interface Drawing {
  show(marks: Features, route: Features): void;
  fit(bounds: [[number, number], [number, number]]): void;
  restyle(): void;
  remove(): void;
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function blank(): StyleSpecification {
  return { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": colour("--map-land") } }] };
}

function addLayers(map: MapView): void {
  const empty = { type: "FeatureCollection" as const, features: [] };
  const line = ["match", ["get", "line"], "it", colour("--it"), "mfg", colour("--mfg"), colour("--care")];
  map.addSource("route", { type: "geojson", data: empty });
  map.addSource("marks", { type: "geojson", data: empty });
  map.addLayer({ id: "route", type: "line", source: "route", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": colour("--live"), "line-width": 3, "line-dasharray": [0.1, 1.8] } });
  map.addLayer({
    id: "marks", type: "circle", source: "marks",
    paint: {
      "circle-radius": ["case", ["get", "selected"], 10, ["!=", ["get", "order"], ""], 9, 5],
      "circle-color": ["case", ["get", "selected"], colour("--live"), ["!=", ["get", "order"], ""], colour("--surface"), ["get", "waiting"], colour("--surface"), line],
      "circle-stroke-color": ["case", ["!=", ["get", "order"], ""], colour("--live"), ["get", "waiting"], line, colour("--surface")],
      "circle-stroke-width": ["case", ["!=", ["get", "order"], ""], 2, ["get", "waiting"], 2.5, 1],
      "circle-opacity": ["case", ["get", "done"], 0.45, 1],
    } as never,
  });
}

/** Draw into the element; `pick` is told which visit was clicked. */
export function draw(element: HTMLElement, ground: Ground, pick: (id: string) => void): Promise<Drawing> {
  setWorkerUrl(workerUrl);
  const map = new MapView({
    container: element, style: ground.style || blank(), center: [-2.995, 51.585], zoom: 12,
    attributionControl: false, dragRotate: false, fadeDuration: 0,
  });
  map.addControl(new AttributionControl({ compact: false, customAttribution: ground.attribution }));
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-left");
  map.addControl(new ScaleControl({ maxWidth: 90 }), "bottom-left");
  map.on("click", "marks", (event) => { pick(String(event.features?.[0]?.properties?.id ?? "")); });
  let last: [Features, Features] | null = null;
  const show = (marks: Features, route: Features): void => {
    last = [marks, route];
    map.getSource<GeoJSONSource>("marks")?.setData(marks);
    map.getSource<GeoJSONSource>("route")?.setData(route);
  };
  const ready = (): void => {
    if (!map.getSource("marks")) addLayers(map);
    if (last) show(...last);
  };
  return new Promise((resolve) => {
    map.on("style.load", () => {
      ready();
      resolve({
        show,
        fit: (bounds) => { map.fitBounds(bounds, { padding: 36, maxZoom: 14, duration: 0 }); },
        restyle: () => { if (!ground.style) map.setStyle(blank()); },
        remove: () => { map.remove(); },
      });
    });
  });
}
