// The shapes of the service lines, drawn by hand: a map without a base map has no
// sprite to take them from.

export interface Picture {
  name: string;
  data: ImageData;
}

const SIDE = 32;
type Pen = OffscreenCanvasRenderingContext2D;

function square(pen: Pen): void {
  pen.roundRect(6, 6, 20, 20, 3);
}

function hexagon(pen: Pen): void {
  for (const [x, y] of [[16, 4], [27, 10], [27, 22], [16, 28], [5, 22], [5, 10]] as const) pen.lineTo(x, y);
  pen.closePath();
}

function cross(pen: Pen): void {
  const corners = [[12, 5], [20, 5], [20, 12], [27, 12], [27, 20], [20, 20], [20, 27], [12, 27], [12, 20], [5, 20], [5, 12], [12, 12]] as const;
  for (const [x, y] of corners) pen.lineTo(x, y);
  pen.closePath();
}

const SHAPES: Record<string, (pen: Pen) => void> = { it: square, mfg: hexagon, care: cross };

/** Each line filled, and open for what waits in the queue; at twice the size. */
export function pictures(colour: (name: string) => string): Picture[] {
  return Object.entries(SHAPES).flatMap(([line, path]) =>
    [false, true].map((waiting) => ({
      name: waiting ? `${line}-waiting` : line,
      data: paint(path, waiting ? colour("--surface") : colour(`--${line}`), waiting ? colour(`--${line}`) : colour("--surface"), waiting ? 5 : 2),
    })),
  );
}

function paint(path: (pen: Pen) => void, fill: string, edge: string, width: number): ImageData {
  const pen = new OffscreenCanvas(SIDE, SIDE).getContext("2d") as Pen;
  pen.beginPath();
  path(pen);
  pen.lineWidth = width;
  pen.strokeStyle = edge;
  pen.fillStyle = fill;
  pen.stroke();
  pen.fill();
  if (width > 2) pen.stroke();
  return pen.getImageData(0, 0, SIDE, SIDE);
}
