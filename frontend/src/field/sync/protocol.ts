// Talk to the server. Only our own JSON envelope counts as an answer: a captive portal's
// cheerful 200 is a failure like any other.
import type { Policy } from "../store/policy";
import type { Receipt, WireCommand } from "../types";
import type { DeviceReport } from "./device";

export const PROTOCOL = 1;
export const SCHEMA = 1;
const PATIENCE_MS = 30_000;

export type Failure = "offline" | "sign_in" | "re_enrol" | "fork" | "wipe" | "update" | "too_much" | "server" | "forbidden";

export class SyncError extends Error {
  constructor(
    readonly failure: Failure,
    message: string,
    /** The refusal's stable code, when the office gave one. */
    readonly code = "",
    readonly status = 0,
  ) {
    super(message);
  }
}

export interface Session {
  csrf: string;
  user: string;
  name: string;
  policy?: Policy;
  server_time: string;
}

export interface PushAnswer {
  last_seq: number;
  receipts: Receipt[];
  stopped: "" | "gap" | "fork" | "retry";
  server_time: string;
}

export interface PullAnswer {
  cursor: number;
  reset: boolean;
  more: boolean;
  last_seq: number;
  put: { key: string; doc: Record<string, unknown> }[];
  patch: { key: string; doc: Record<string, unknown> }[];
  drop: { key: string; reason: string }[];
  server_time: string;
}

export interface PushState {
  key?: string;
  subscribed: boolean;
}

export interface Enrolment {
  device: string;
  epoch: number;
}

/** The answer to a device that asks to be known; it says for whom. */
export interface Enrolled extends Enrolment {
  user: string;
}

export interface PushBody extends Enrolment {
  acked_through: number;
  unsent: number;
  commands: WireCommand[];
  report?: DeviceReport;
}

const FAILURES: Record<number, Failure> = {
  401: "sign_in",
  403: "forbidden",
  409: "re_enrol",
  410: "wipe",
  413: "too_much",
  426: "update",
};

export class Server {
  private csrf = "";
  /** This phone, once it is enrolled: the sign-in is bound to it and ends with it. */
  device = "";
  /** Round trip and server time of the last answer, for the clock. */
  lastTrip: { started: number; ended: number; serverTime: string } | null = null;

  constructor(private readonly fetcher: typeof fetch = (...args) => fetch(...args)) {}

  async session(): Promise<Session> {
    const answer = await this.call<Session>("GET", this.device ? `session?device=${this.device}` : "session");
    this.csrf = answer.csrf;
    return answer;
  }

  enrol(name: string): Promise<Enrolled> {
    return this.post("devices", { name });
  }

  /** The server's half of the key to what this device keeps, in base 64. */
  async half(device: string): Promise<string> {
    return (await this.call<{ half: string }>("GET", `devices/${device}/key`)).half;
  }

  /** Acts that only the office can open; each answer says whether it was taken. */
  sendSealed(bundle: object): Promise<{ lines: { seq: number; id: string; result: string; text: string }[] }> {
    return this.post("bundle", bundle);
  }

  push(body: PushBody, now: Date): Promise<PushAnswer> {
    const envelope = { ...body, protocol: PROTOCOL, schema: SCHEMA, sent_at: now.toISOString() };
    return this.post("sync/push", envelope);
  }

  pull(enrolment: Enrolment, cursor: number): Promise<PullAnswer> {
    const query = new URLSearchParams({
      device: enrolment.device,
      epoch: String(enrolment.epoch),
      schema_version: String(SCHEMA),
      cursor: String(cursor),
    });
    return this.call("GET", `sync/pull?${query}`);
  }

  /** A call about the bytes of one photo; `path` follows its id. */
  async media<T>(method: "POST" | "PUT", id: string, path = "", body: unknown = {}): Promise<T> {
    if (!this.csrf) await this.session();
    return this.call<T>(method, `media/${id}${path}`, body);
  }

  pushState(device: string): Promise<PushState> {
    return this.call("GET", `push?device=${device}`);
  }

  pushChange(path: "subscribe" | "unsubscribe", body: Record<string, string>): Promise<PushState> {
    return this.post(`push/${path}`, body);
  }

  /** A stale token is no reason to fail: fetch a fresh one and try once more. */
  private async post<T>(path: string, body: unknown): Promise<T> {
    if (!this.csrf) await this.session();
    try {
      return await this.call<T>("POST", path, body);
    } catch (error) {
      if (!(error instanceof SyncError) || error.failure !== "forbidden") throw error;
      await this.session();
      return await this.call<T>("POST", path, body);
    }
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const started = Date.now();
    const response = await this.reach(method, path, body);
    const answer = (await response.json().catch(() => null)) as ({ fs?: number; code?: string; detail?: string } & T) | null;
    if (response.status !== 200 || answer?.fs !== 1) {
      const failure = answer?.fs === 1 ? (FAILURES[response.status] ?? "server") : "server";
      const words = answer?.detail ?? `The office answered ${response.status}.`;
      throw new SyncError(failure, words, answer?.code, response.status);
    }
    const serverTime = (answer as unknown as { server_time: string }).server_time;
    this.lastTrip = { started, ended: Date.now(), serverTime };
    return answer;
  }

  private async reach(method: string, path: string, body?: unknown): Promise<Response> {
    const isBytes = body instanceof ArrayBuffer;
    try {
      return await this.fetcher(`/field/api/${path}`, {
        method,
        credentials: "same-origin",
        redirect: "manual",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: { "Content-Type": isBytes ? "application/octet-stream" : "application/json", "X-CSRFToken": this.csrf },
        body: isBytes ? body : body === undefined ? undefined : JSON.stringify(body),
      });
    } catch (error) {
      throw new SyncError("offline", String(error));
    }
  }
}
