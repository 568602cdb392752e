// What the call form asks of the server, each a sentence.
import { call } from "../shared/api/client";
import type { AddressLine, CallCustomer, CallerHit, CallSite, CallTaken, Held, JobLine, Offers, WorkType } from "../shared/api/types";

export interface Where { site?: string; place?: { customer?: string; name: string; street: string; postcode: string } }

const query = (words: Record<string, string>): string => new URLSearchParams(words).toString();

export const find = (q: string): Promise<CallerHit[]> => call("GET", `/api/calls/find?${query({ q })}`);

export const addresses = (q: string): Promise<AddressLine[]> => call("GET", `/api/calls/addresses?${query({ q })}`);

export const customer = (id: string): Promise<CallCustomer> => call("GET", `/api/calls/customers/${id}`);

export const site = (id: string): Promise<CallSite> => call("GET", `/api/calls/sites/${id}`);

export const workTypes = (): Promise<WorkType[]> => call("GET", "/api/work-types");

export const alike = (asked: Record<string, string>): Promise<JobLine[]> => call("GET", `/api/calls/alike?${query(asked)}`);

export const offers = (where: Where, work_type: string, hold?: string, first?: string): Promise<Offers> =>
  call("POST", "/api/calls/offers", { ...where, work_type, hold, first });

export const hold = (where: Where, work_type: string, start: string, held?: string): Promise<Held> =>
  call("POST", "/api/calls/hold", { ...where, work_type, start, hold: held });

export const renew = (visit: string): Promise<Held> => call("POST", `/api/calls/holds/${visit}/renew`);

export const release = (visit: string): Promise<void> => call("POST", `/api/calls/holds/${visit}/release`);

export const take = (body: unknown): Promise<CallTaken> => call("POST", "/api/calls", body);

export const note = (job: string, body: string): Promise<JobLine> => call("POST", `/api/jobs/${job}/notes`, { body });

export const merge = (job: string, into: string): Promise<JobLine> => call("POST", `/api/jobs/${job}/merge`, { into });
