// What the map draws: sites as marks, the selected person's route as a line. Pure.
import type { Technician, VisitCard } from "../../shared/api/types";
import { decoded } from "./polyline";

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
/** A stop of the route that is shown: numbered in the order of the day. */
export interface Stop {
  id: string;
  at: Position;
  order: number;
  name: string;
  selected: boolean;
  done: boolean;
}

const position = (visit: VisitCard): Position => [visit.site.lon, visit.site.lat];

/** Every visit that is no stop of the route; the service line gives the shape. */
export function marks(visits: VisitCard[], queue: VisitCard[], selected: string | null, route: VisitCard[]): Features {
  const onRoute = new Set(route.map((visit) => visit.id));
  const features = [...visits, ...queue].filter((visit) => !onRoute.has(visit.id)).map((visit): Feature => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: position(visit) },
    properties: {
      id: visit.id,
      // What waits lies above what has its place at the same site.
      rank: visit.status === "unscheduled" ? 1 : 0,
      image: `${visit.service_line}${visit.status === "unscheduled" ? "-waiting" : ""}`,
      done: visit.status === "completed",
      selected: visit.id === selected,
    },
  }));
  return { type: "FeatureCollection", features };
}

export function stopsOf(route: VisitCard[], selected: string | null): Stop[] {
  return route.map((visit, index) => ({
    id: visit.id,
    at: position(visit),
    order: index + 1,
    name: visit.site.name,
    selected: visit.id === selected,
    done: visit.status === "completed",
  }));
}

/** From home over the visits and back: along the roads where the course of a leg is
 *  known, else straight. Courses of another number of legs belong to another day. */
export function routeLine(person: Technician | null, visits: VisitCard[], course: (string | null)[] = []): Features {
  if (!person || visits.length === 0) return { type: "FeatureCollection", features: [] };
  const home: Position = [person.home.lon, person.home.lat];
  const stops = [home, ...visits.map(position), home];
  const known = course.length === stops.length - 1 ? course : [];
  const features = stops.slice(1).map((end, index): Feature => {
    const start = stops[index] ?? home;
    const road = known[index] ? decoded(known[index]) : [];
    return { type: "Feature", geometry: { type: "LineString", coordinates: road.length > 1 ? [start, ...road, end] : [start, end] }, properties: { road: road.length > 1 } };
  });
  return { type: "FeatureCollection", features };
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
