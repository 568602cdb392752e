// The camera behind the scanner: opened, looked through, and always let go.
import type { Reader } from "./decode";

export type CameraState = "starting" | "looking" | "denied" | "none" | "busy" | "broken";

const PAUSE_MS = 120;
const STATE_OF: Record<string, CameraState> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

export class Camera {
  state = $state<CameraState>("starting");
  hasTorch = $state(false);
  isLit = $state(false);
  private stream: MediaStream | null = null;
  private stopped = false;

  constructor(private readonly onfound: (text: string) => void) {}

  /** Look through `video` until a code is found or `stop` is called. */
  async start(video: HTMLVideoElement): Promise<void> {
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("no camera", "NotFoundError");
      const wanted = { video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false };
      this.stream = await navigator.mediaDevices.getUserMedia(wanted);
      if (this.stopped) return this.stop();
      video.srcObject = this.stream;
      await video.play();
      this.hasTorch = "torch" in (this.track?.getCapabilities?.() ?? {});
      const { reader } = await import("./decode");
      const read = await reader();
      this.state = "looking";
      await this.look(video, read);
    } catch (error) {
      this.stop();
      this.state = STATE_OF[(error as Error).name] ?? "broken";
    }
  }

  async light(): Promise<void> {
    const next = !this.isLit;
    try {
      await this.track?.applyConstraints({ advanced: [{ torch: next } as MediaTrackConstraintSet] });
      this.isLit = next;
    } catch {
      this.hasTorch = false;
    }
  }

  stop(): void {
    this.stopped = true;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }

  private get track(): MediaStreamTrack | undefined {
    return this.stream?.getVideoTracks()[0];
  }

  private async look(video: HTMLVideoElement, read: Reader): Promise<void> {
    while (!this.stopped) {
      const text = await read(video);
      if (text && !this.stopped) {
        this.stop();
        navigator.vibrate?.(60);
        this.onfound(text.trim());
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
