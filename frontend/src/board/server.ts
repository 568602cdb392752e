// What the board asks of the server, each a sentence.
import { call } from "../shared/api/client";
import type { ActResult, BoardDay, Candidate, LockOn, Me, PlanRun, Preview, Remedies, Sent, VisitCard, VisitDetail, Ways, WhyHere } from "../shared/api/types";

export type RunKind = "plan" | "repair";

export const me = (): Promise<Me> => call("GET", "/api/me");

export const board = (territory: string, day: string): Promise<BoardDay> =>
  call("GET", `/api/board?${new URLSearchParams({ territory, day })}`);

export const visit = (id: string): Promise<VisitDetail> => call("GET", `/api/visits/${id}`);

export const candidates = async (id: string, day: string): Promise<Candidate[]> =>
  (await call<{ candidates: Candidate[] }>("GET", `/api/visits/${id}/candidates?day=${day}`)).candidates;

export const remedies = (id: string, day: string): Promise<Remedies> =>
  call("GET", `/api/visits/${id}/remedies?day=${day}`);

export const whyHere = (id: string): Promise<WhyHere> => call("GET", `/api/visits/${id}/why-here`);

export const preview = (id: string, technician: string, start: string): Promise<Preview> =>
  call("POST", `/api/visits/${id}/preview`, { technician, start });

export const assign = (
  visit: VisitCard, technician: string, start: string, reason = "",
): Promise<ActResult> =>
  call("POST", `/api/visits/${visit.id}/assign`, { technician, start, version: visit.version, override_reason: reason });

export const act = (visit: VisitCard, verb: string, more: Record<string, unknown> = {}): Promise<ActResult> =>
  call("POST", `/api/visits/${visit.id}/${verb}`, { version: visit.version, ...more });

export const undo = (event: number): Promise<{ visit: VisitCard | null }> => call("POST", "/api/undo", { event });

export const sendDay = (territory: string, day: string): Promise<Sent> =>
  call("POST", "/api/board/dispatch", { territory, day });

export const requestPlan = (territory: string, day: string, kind: RunKind, place: string[]): Promise<PlanRun> =>
  call("POST", "/api/plans", { territory, day, kind, place });

export const plan = (id: string): Promise<PlanRun> => call("GET", `/api/plans/${id}`);

export const planAct = (id: string, verb: "cancel" | "accept" | "discard", groups?: number[]): Promise<PlanRun> =>
  call("POST", `/api/plans/${id}/${verb}`, groups && { groups });

export const absent = (id: string, start: string, end: string, reason: string): Promise<{ undo: number }> =>
  call("POST", `/api/technicians/${id}/absences`, { start, end, reason });

export const ways = async (id: string, day: string): Promise<(string | null)[]> =>
  (await call<Ways>("GET", `/api/technicians/${id}/ways?day=${day}`)).legs.map((leg) => leg.line);

export const locks = async (id: string): Promise<LockOn[]> =>
  (await call<{ locks: LockOn[] }>("GET", `/api/visits/${id}/locks`)).locks;

export const releaseLock = async (id: string, item: string, reason: string): Promise<LockOn[]> =>
  (await call<{ locks: LockOn[] }>("POST", `/api/visits/${id}/locks/${item}/release`, { reason })).locks;

export const overruns = (visit: VisitCard, until: string): Promise<ActResult> =>
  call("POST", `/api/visits/${visit.id}/overrun`, { version: visit.version, until });
