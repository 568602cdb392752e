// From a file that camera or gallery gave to a photo that can be kept.
import type { Taken } from "./taken";
import { scale } from "./scale";
// Inside the page's own files: it must be there without a network.
import Scaler from "./scale.worker?worker&inline";

export const KEEP_PLACE = "photo_place";
const PATIENCE_MS = 60_000;

export class NotTaken extends Error {}

export async function take(file: Blob): Promise<Taken> {
  try {
    return await (typeof OffscreenCanvas === "undefined" ? onPage(file) : inWorker(file));
  } catch {
    throw new NotTaken(
      file.type.startsWith("image/")
        ? "This picture could not be read on this phone. Take it again, or choose another."
        : "This file is not a picture. Choose a photo.",
    );
  }
}

function onPage(file: Blob): Promise<Taken> {
  return scale(file, (width, height) => Object.assign(document.createElement("canvas"), { width, height }));
}

function inWorker(file: Blob): Promise<Taken> {
  const worker = new Scaler();
  const done = new Promise<Taken>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ taken?: Taken; problem?: string }>) =>
      data.taken ? resolve(data.taken) : reject(new Error(data.problem));
    worker.onerror = (event) => reject(new Error(event.message));
    setTimeout(() => reject(new Error("too slow")), PATIENCE_MS);
  });
  worker.postMessage(file);
  return done.finally(() => worker.terminate());
}
