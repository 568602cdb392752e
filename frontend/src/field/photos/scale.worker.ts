// Off the page's own thread, and gone afterwards with all the memory it took.
import { scale } from "./scale";

addEventListener("message", (event: MessageEvent<Blob>) => {
  scale(event.data, (width, height) => new OffscreenCanvas(width, height)).then(
    (taken) => postMessage({ taken }, { transfer: [taken.bytes, taken.thumb] }),
    (error: unknown) => postMessage({ problem: String(error) }),
  );
});
