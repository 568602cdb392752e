// What the map draws: sites as marks, the selected person's route as a line. Pure.
import type { Technician, VisitCard } from "../../shared/api/types";

type Position = [number, number];
interface Feature {
  type: "Feature";
  geometry: { type: "Point"; coordinates: Position } | { type: "LineString"; coordinates: Position[] };
  properties: Record<string, string | number | boolean>;
}
export interface Features {
  type: "FeatureCollection";
  features: Feature[];
}

const position = (visit: VisitCard): Position => [visit.site.lon, visit.site.lat];

export function marks(visits: VisitCard[], queue: VisitCard[], selected: string | null, route: VisitCard[]): Features {
  const order = new Map(route.map((visit, index) => [visit.id, String(index + 1)]));
  const features = [...visits, ...queue].map((visit): Feature => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: position(visit) },
    properties: {
      id: visit.id,
      line: visit.service_line,
      done: visit.status === "completed",
      waiting: visit.status === "unscheduled",
      selected: visit.id === selected,
      order: order.get(visit.id) ?? "",
    },
  }));
  return { type: "FeatureCollection", features };
}

/** Straight legs from home over the visits and back; dotted, since they are estimates. */
export function routeLine(person: Technician | null, visits: VisitCard[]): Features {
  if (!person || visits.length === 0) return { type: "FeatureCollection", features: [] };
  const home: Position = [person.home.lon, person.home.lat];
  const coordinates = [home, ...visits.map(position), home];
  return {
    type: "FeatureCollection",
    features: [{ type: "Feature", geometry: { type: "LineString", coordinates }, properties: {} }],
  };
}

export function boundsOf(visits: VisitCard[], homes: Technician[]): [Position, Position] | null {
  const points: Position[] = [...visits.map(position), ...homes.map((one): Position => [one.home.lon, one.home.lat])];
  if (points.length === 0) return null;
  const lons = points.map((one) => one[0]);
  const lats = points.map((one) => one[1]);
  return [
    [Math.min(...lons), Math.min(...lats)],
    [Math.max(...lons), Math.max(...lats)],
  ];
}
