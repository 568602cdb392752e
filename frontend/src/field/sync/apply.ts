// The view: the server's copy with this device's own acts on top. Pure, so that a
// refused act simply leaves and nothing hoped for is ever stored as truth.
import type { Command, Entry, Movement, Photo, Status, Value, Visit } from "../types";
import { STATUS_OF } from "./moves";

/** Acts that the server's copy does not show yet: unsent, or sent and not pulled back. */
export function isOpen(entry: Entry): boolean {
  return entry.covered === 0 && (entry.state === "pending" || entry.state === "sent");
}

/** One visit as this person should see it; acts in the order of their numbers. */
export function viewOf(copy: Visit, entries: Entry[], me: string): Visit {
  const own = entries.filter((entry) => entry.visit === copy.id && isOpen(entry));
  own.sort((a, b) => a.seq - b.seq);
  const view = own.reduce((visit, entry) => fold(visit, entry, me, entry.state === "pending"), copy);
  return { ...view, unsent: own.filter((entry) => entry.state === "pending").length };
}

/** One act on one visit. */
export function fold(visit: Visit, act: Command, me: string, unsent: boolean): Visit {
  const to = STATUS_OF[act.kind];
  // A step taken after a change was told is proof that it was seen, on the server too.
  const isProof = !!visit.notice && timeOf(act) >= visit.notice.at;
  if (to) return { ...step(visit, to, timeOf(act)), notice: isProof ? null : visit.notice };
  if (act.kind === "visit.seen") return visit.notice?.id === act.args.notice ? { ...visit, notice: null } : visit;
  const movement = movementOf(act, unsent);
  if (movement) return stale({ ...visit, movements: once(visit.movements, movement) });
  if (act.kind === "note.add") {
    const note = { id: act.id, body: String(act.args.body), by: me, at: timeOf(act), unsent };
    return { ...visit, notes: once(visit.notes, note) };
  }
  if (act.kind === "checklist.answer") return answer(visit, act, me, unsent);
  if (act.kind === "photo.add") return photograph(visit, act, me, unsent);
  if (act.kind === "photo.remove") {
    return { ...visit, photos: visit.photos?.filter((photo) => photo.id !== act.args.media) };
  }
  if (act.kind === "photo.lost") {
    const isIt = (photo: Photo): boolean => photo.id === act.args.media && photo.state === "pending";
    return { ...visit, photos: visit.photos?.map((photo) => (isIt(photo) ? { ...photo, state: "lost" } : photo)) };
  }
  if (act.kind === "signoff.sign") return sign(visit, act, unsent);
  return visit;
}

function step(visit: Visit, to: Status, at: string): Visit {
  const next = { ...visit, status: to };
  if (to === "en_route") next.en_route_at = at;
  if (to === "on_site") next.actual_start = at;
  if (to === "completed" || to === "cannot_complete" || to === "no_access") next.actual_end = at;
  return next;
}

function movementOf(act: Command, unsent: boolean): Movement | null {
  if (act.kind !== "part.use" && act.kind !== "part.undo") return null;
  const sign = act.kind === "part.use" ? 1 : -1;
  return {
    id: act.id,
    part: String(act.args.part),
    quantity: sign * Number(act.args.quantity),
    serial: String(act.args.serial ?? ""),
    lot: String(act.args.lot ?? ""),
    at: timeOf(act),
    unsent,
  };
}

function answer(visit: Visit, act: Command, me: string, unsent: boolean): Visit {
  const mine = {
    item: String(act.args.item),
    value: act.args.value as Value,
    by: me,
    at: timeOf(act),
    command: act.id,
    mine: true,
    unsent,
  };
  const theirs = visit.answers.find((known) => known.item === mine.item);
  // The last by time counts, as on the server; its own echo is replaced, not doubled.
  if (theirs && theirs.command !== act.id && theirs.at > mine.at) return visit;
  const others = visit.answers.filter((known) => known.item !== mine.item);
  return stale({ ...visit, answers: [...others, mine] });
}

/** A photo on this phone; one that answers a step opens its gate at once. */
function photograph(visit: Visit, act: Command, me: string, unsent: boolean): Visit {
  const { media, sha256, caption = "", label = "", item = "", width, height, drawn_on = null } = act.args;
  const known = visit.photos?.find((photo) => photo.id === media);
  const photo = { id: media, by: me, at: timeOf(act), sha256, caption, label, item, width, height, drawn_on, state: "pending", unsent };
  const taken = { ...visit, photos: once(visit.photos ?? [], known ?? (photo as Photo)) };
  return item ? answer(taken, { ...act, args: { item, value: media } }, me, unsent) : taken;
}

function sign(visit: Visit, act: Command, unsent: boolean): Visit {
  const signoff = {
    signed_by: String(act.args.signed_by),
    method: act.args.method as "drawn" | "typed",
    at: timeOf(act),
    hash: String(act.args.content_hash ?? ""),
    stale: false,
    unsent,
  };
  return { ...visit, signoff };
}

/** A change to what was signed: the signature must be asked again. */
function stale(visit: Visit): Visit {
  return visit.signoff ? { ...visit, signoff: { ...visit.signoff, stale: true } } : visit;
}

function once<T extends { id: string }>(rows: T[], row: T): T[] {
  return [...rows.filter((known) => known.id !== row.id), row];
}

/** The device's time put right by what it knew of the server's clock. */
export function timeOf(act: Command): string {
  const moment = new Date(act.occurred_at).getTime() + (act.offset_ms ?? 0);
  return new Date(moment).toISOString();
}
