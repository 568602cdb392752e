// Read a QR code or barcode: by the phone's own detector where there is one, else by
// our copy of the WebAssembly reader. It never comes from another host.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

interface NativeDetector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface NativeClass {
  new (options: { formats: string[] }): NativeDetector;
  getSupportedFormats(): Promise<string[]>;
}

const FORMATS = ["qr_code", "data_matrix", "code_128", "code_39", "ean_13", "ean_8", "upc_a", "itf"];
// Enough for a label at arm's length; more only costs time.
const MOST_PIXELS = 1280;

export type Reader = (video: HTMLVideoElement) => Promise<string | null>;

export async function reader(): Promise<Reader> {
  const native = (globalThis as { BarcodeDetector?: NativeClass }).BarcodeDetector;
  const known = (await native?.getSupportedFormats().catch(() => [])) ?? [];
  if (native && known.includes("qr_code")) {
    const detector = new native({ formats: FORMATS.filter((format) => known.includes(format)) });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  }
  await prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true });
  const canvas = document.createElement("canvas");
  return (video) => readImage(frameOf(video, canvas));
}

/** The text of the first code in an image, or null. */
export async function readImage(image: ImageData | null): Promise<string | null> {
  if (!image) return null;
  const found = await readBarcodes(image, { tryHarder: true, maxNumberOfSymbols: 1 });
  return found.find((one) => one.isValid)?.text ?? null;
}

function frameOf(video: HTMLVideoElement, canvas: HTMLCanvasElement): ImageData | null {
  const scale = Math.min(1, MOST_PIXELS / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || !canvas.width || !canvas.height) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** Have the reader on this phone before it is wanted where there is no network. */
export async function warm(): Promise<void> {
  if (!("BarcodeDetector" in globalThis)) await fetch(wasmUrl);
}
