// A model of the server for the phone's walks: as small as it can be, and as strict as the
// real one about numbers, receipts and whose device it is. It counts what it is told.
import type { Command, Receipt } from "../types";

export type Trouble =
  | "none" | "lost_request" | "lost_answer" | "portal" | "broken" | "busy" | "too_much"
  | "partial" | "signed_out" | "stale_token" | "twice" | "retry";

interface Device {
  user: string;
  epoch: number;
  lastSeq: number;
  cursor: number;
  views: Map<number, Map<string, string>>;
}

interface Stored {
  digest: string;
  user: string;
  receipt: Receipt;
  command: Command;
}

interface Doc extends Record<string, unknown> {
  id: string;
  notes: { id: string; body: string; by: string; at: string }[];
}

const REFUSED = { text: "The office refuses this.", code: "invalid_input", remedy: "Change it." };

export class Office {
  /** Who is signed in on this phone, by its cookie. */
  user = "gwen";
  readonly commands = new Map<string, Stored>();
  readonly devices = new Map<string, Device>();
  readonly visits = new Map<string, { owner: string; doc: Doc }>();
  /** What goes wrong with the next pushes and pulls. */
  trouble: Trouble[] = [];
  faults = 0;
  /** Called at every request, so that a walk can kill the page in the middle of one. */
  onRequest: () => void = () => undefined;
  private token = 0;

  constructor() {
    for (const id of ["v1", "v2"]) {
      const contact = { name: "Ann", phone: "1" };
      this.visits.set(id, { owner: "gwen", doc: { id, title: id, contact, notes: [], movements: [], answers: [] } });
    }
  }

  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const [path = "", query = ""] = String(input).replace("/field/api/", "").split("?");
    this.onRequest();
    const body = init?.body ? (JSON.parse(String(init.body)) as never) : undefined;
    const isSync = path.startsWith("sync/");
    const trouble = isSync ? (this.trouble.shift() ?? "none") : "none";
    if (trouble !== "none") this.faults += 1;
    if (trouble === "lost_request") throw new TypeError("network lost");
    const instead = this.refusal(trouble);
    if (instead) return instead;
    if (trouble === "twice") this.answer(path, query, body, "none");
    const answer = this.answer(path, query, body, trouble);
    if (trouble === "lost_answer" || trouble === "partial") throw new TypeError("network lost");
    return answer;
  };

  /** Rows that a device of this person may hold, as a new one would get them. */
  rowsFor(user: string): Map<string, Doc> {
    const mine = [...this.visits.values()].filter((visit) => visit.owner === user);
    return new Map(mine.map(({ doc }) => [`visit:${doc.id}`, doc]));
  }

  private refusal(trouble: Trouble): Response | null {
    if (trouble === "portal") return new Response("<html>Welcome to our WiFi</html>", { status: 200 });
    if (trouble === "broken") return new Response("Bad gateway", { status: 502 });
    if (trouble === "busy") return problem(429, "busy");
    if (trouble === "too_much") return problem(413, "too_much");
    if (trouble === "signed_out") return problem(401, "not_signed_in");
    if (trouble === "stale_token") return problem(403, "csrf");
    return null;
  }

  private answer(path: string, query: string, body: unknown, trouble: Trouble): Response {
    if (path === "session") return ours({ csrf: `t${(this.token += 1)}`, user: this.user, name: this.user });
    if (path === "devices") return this.enrol();
    return path === "sync/pull" ? this.pull(new URLSearchParams(query)) : this.push(body as PushIn, trouble);
  }

  private enrol(): Response {
    const device = `d${this.devices.size + 1}`;
    this.devices.set(device, { user: this.user, epoch: 1, lastSeq: 0, cursor: 0, views: new Map() });
    return ours({ device, epoch: 1, user: this.user });
  }

  private known(name: string, epoch: number): Device | null {
    const device = this.devices.get(name);
    return device && device.user === this.user && device.epoch === epoch ? device : null;
  }

  private push(sent: PushIn, trouble: Trouble): Response {
    const device = this.known(sent.device, sent.epoch);
    if (!device) return problem(409, "re_enrol");
    const receipts: Receipt[] = [];
    const run = trouble === "partial" ? sent.commands.slice(0, Math.ceil(sent.commands.length / 2)) : sent.commands;
    let stopped = trouble === "retry" ? "retry" : "";
    for (const command of run) {
      if (stopped) break;
      stopped = this.take(device, command, receipts);
    }
    return ours({ last_seq: device.lastSeq, receipts, stopped });
  }

  private take(device: Device, command: Command, receipts: Receipt[]): string {
    const { seq, ...facts } = command;
    const digest = JSON.stringify(facts);
    const known = this.commands.get(command.id);
    if (known && known.digest !== digest) return "fork";
    if (seq > device.lastSeq + 1) return "gap";
    if (seq <= device.lastSeq && !known) return "fork";
    const receipt = known?.receipt ?? this.judge(command);
    if (!known) this.commands.set(command.id, { digest, user: this.user, receipt, command });
    device.lastSeq = Math.max(device.lastSeq, seq);
    receipts.push({ ...receipt, seq });
    return "";
  }

  private judge(command: Command): Receipt {
    const body = String(command.args.body);
    const visit = this.visits.get(command.visit);
    if (!visit || body.startsWith("refuse")) return { id: command.id, seq: command.seq, result: "rejected", ...REFUSED };
    visit.doc.notes = [...visit.doc.notes, { id: command.id, body, by: this.user, at: command.occurred_at }];
    return { id: command.id, seq: command.seq, result: "applied" };
  }

  private pull(query: URLSearchParams): Response {
    const device = this.known(query.get("device") ?? "", Number(query.get("epoch")));
    if (!device) return problem(409, "re_enrol");
    const base = device.views.get(Number(query.get("cursor")));
    const now = new Map([...this.rowsFor(this.user)].map(([key, doc]) => [key, JSON.stringify(doc)]));
    const changed = [...now].filter(([key, text]) => base?.get(key) !== text);
    const doc = (text: string): object => JSON.parse(text) as object;
    const put = changed.filter(([key]) => !base?.has(key)).map(([key, text]) => ({ key, doc: doc(text) }));
    const patch = changed.filter(([key]) => base?.has(key)).map(([key, text]) => ({ key, doc: doc(text) }));
    const drop = [...(base?.keys() ?? [])].filter((key) => !now.has(key)).map((key) => ({ key, reason: "reassigned" }));
    device.cursor += 1;
    device.views.set(device.cursor, now);
    return ours({ cursor: device.cursor, reset: !base, more: false, last_seq: device.lastSeq, put, patch, drop });
  }
}

interface PushIn {
  device: string;
  epoch: number;
  commands: Command[];
}

const ours = (content: object): Response =>
  Response.json({ fs: 1, server_time: new Date().toISOString(), ...content });

const problem = (status: number, code: string): Response =>
  Response.json({ fs: 1, code, detail: code }, { status });
