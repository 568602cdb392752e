// Strokes to the one SVG form that the server accepts: paths, and nothing else.
export interface Point {
  x: number;
  y: number;
}

const round = (value: number): number => Math.round(value * 10) / 10;

export function strokesToSvg(strokes: Point[][], width: number, height: number): string {
  const paths = strokes.filter((points) => points.length > 0).map((points) => `<path d="${pathOf(points)}"/>`);
  const box = `0 0 ${Math.round(width)} ${Math.round(height)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}">${paths.join("")}</svg>`;
}

function pathOf(points: Point[]): string {
  const thinned = points.length > 400 ? points.filter((_, index) => index % 2 === 0) : points;
  const [first, ...rest] = thinned;
  if (!first) return "";
  // A dot is a line to itself: round caps make it visible.
  const line = (rest.length ? rest : [first]).map((point) => `L${round(point.x)} ${round(point.y)}`);
  return `M${round(first.x)} ${round(first.y)}${line.join("")}`;
}
