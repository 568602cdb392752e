// Make a picture small, upright and silent: drawn anew, so nothing of the file is left.
import { MIME, sha256Of, type Taken } from "./taken";
import { HEADER_BYTES, type Header, readHeader } from "./exif";

export const LONGEST = 2048;
const THUMB = 256;
const QUALITY = 0.8;

type Canvas = OffscreenCanvas | HTMLCanvasElement;
export type MakeCanvas = (width: number, height: number) => Canvas;

export async function scale(file: Blob, make: MakeCanvas): Promise<Taken> {
  const header = readHeader(await file.slice(0, HEADER_BYTES).arrayBuffer());
  const bitmap = await createImageBitmap(file, optionsFor(header));
  try {
    const canvas = drawn(bitmap, LONGEST, make);
    const bytes = await encoded(canvas, QUALITY);
    const thumb = await encoded(drawn(canvas, THUMB, make), 0.7);
    const { width, height } = canvas;
    return { bytes, thumb, sha256: await sha256Of(bytes), width, height, place: header?.place };
  } finally {
    bitmap.close();
  }
}

/** Let the decoder itself make it small: 40 megapixels unpacked are 160 MB. Only one side
 *  is named, so the other follows whatever way round the decoder turns it. */
export function optionsFor(header: Header | null): ImageBitmapOptions {
  const upright: ImageBitmapOptions = { imageOrientation: "from-image" };
  if (!header || Math.max(header.width, header.height) <= LONGEST) return upright;
  const across = header.orientation >= 5 ? header.height : header.width;
  const ratio = LONGEST / Math.max(header.width, header.height);
  return { ...upright, resizeWidth: Math.max(1, Math.round(across * ratio)), resizeQuality: "high" };
}

function drawn(source: ImageBitmap | Canvas, longest: number, make: MakeCanvas): Canvas {
  const ratio = Math.min(1, longest / Math.max(source.width, source.height));
  const canvas = make(Math.max(1, Math.round(source.width * ratio)), Math.max(1, Math.round(source.height * ratio)));
  const context = canvas.getContext("2d") as CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null;
  if (!context) throw new Error("This phone has no memory for the picture.");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function encoded(canvas: Canvas, quality: number): Promise<ArrayBuffer> {
  const made =
    "convertToBlob" in canvas
      ? await canvas.convertToBlob({ type: MIME, quality })
      : await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, MIME, quality));
  if (!made) throw new Error("This phone has no memory for the picture.");
  return made.arrayBuffer();
}
