// An encoded polyline of five digits, as the server keeps courses.
type Position = [number, number];

const PER_DEGREE = 1e5;

/** The (longitude, latitude) points; a text that breaks off gives those before. */
export function decoded(text: string): Position[] {
  const points: Position[] = [];
  let at = 0;
  let lat = 0;
  let lon = 0;
  const step = (): number => {
    let value = 0;
    let shift = 0;
    while (at < text.length) {
      const bits = text.charCodeAt(at++) - 63;
      value |= (bits & 31) << shift;
      shift += 5;
      if (bits < 32) return value & 1 ? ~(value >> 1) : value >> 1;
    }
    return Number.NaN;
  };
  while (at < text.length) {
    lat += step();
    lon += step();
    if (Number.isNaN(lat + lon)) break;
    points.push([lon / PER_DEGREE, lat / PER_DEGREE]);
  }
  return points;
}
