// What is drawn on a photo, in the photo's own pixels.

export type Tool = "arrow" | "circle" | "line" | "text";
export interface Point {
  x: number;
  y: number;
}

/** One mark; a line has all its points, the others two: where it began and where it is. */
export interface Shape {
  tool: Tool;
  points: Point[];
  text?: string;
}

const RED = "#e5281d";

/** Red on white, so that it shows on every ground. */
export function paint(context: CanvasRenderingContext2D, shape: Shape): void {
  const width = Math.max(3, Math.max(context.canvas.width, context.canvas.height) / 150);
  context.lineCap = context.lineJoin = "round";
  for (const [color, extra] of [["#fff", width], [RED, 0]] as const) {
    context.strokeStyle = context.fillStyle = color;
    context.lineWidth = width + extra;
    if (shape.tool === "text") write(context, shape, width, extra);
    else {
      context.beginPath();
      trace(context, shape, width);
      context.stroke();
    }
  }
}

function trace(context: CanvasRenderingContext2D, { tool, points }: Shape, width: number): void {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return;
  if (tool === "circle") {
    const [x, y] = [(first.x + last.x) / 2, (first.y + last.y) / 2];
    context.ellipse(x, y, Math.abs(last.x - first.x) / 2, Math.abs(last.y - first.y) / 2, 0, 0, 2 * Math.PI);
    return;
  }
  context.moveTo(first.x, first.y);
  for (const point of points.slice(1)) context.lineTo(point.x, point.y);
  if (tool === "arrow") for (const wing of wings(first, last, width * 5)) {
    context.moveTo(last.x, last.y);
    context.lineTo(wing.x, wing.y);
  }
}

/** The two ends of an arrow's head. */
export function wings(from: Point, to: Point, length: number): Point[] {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  return [-0.5, 0.5].map((turn) => ({
    x: to.x - length * Math.cos(angle + turn),
    y: to.y - length * Math.sin(angle + turn),
  }));
}

function write(context: CanvasRenderingContext2D, { points, text = "" }: Shape, width: number, extra: number): void {
  const at = points.at(-1);
  if (!at) return;
  context.font = `600 ${width * 7}px Inter, sans-serif`;
  context.textBaseline = "middle";
  if (extra) context.strokeText(text, at.x, at.y);
  else context.fillText(text, at.x, at.y);
}
