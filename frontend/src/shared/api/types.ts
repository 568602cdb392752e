// Short names for the shapes that the server publishes.
import type { components } from "./schema";

type Schemas = components["schemas"];
export type BoardDay = Schemas["Board"];
export type Technician = Schemas["TechnicianOut"];
export type VisitCard = Schemas["VisitCard"];
export type VisitDetail = Schemas["VisitOut"];
export type Candidate = Schemas["CandidateOut"];
export type Remedies = Schemas["RemediesOut"];
export type Remedy = Schemas["RemedyOut"];
export type WhyHere = Schemas["WhyHereOut"];
export type Alternative = Schemas["AlternativeOut"];
export type Preview = Schemas["PreviewOut"];
export type PlanRun = Schemas["PlanOut"];
export type Change = Schemas["Change"];
export type Me = Schemas["Me"];
export type LockOn = Schemas["LockOut"];
export type ActResult = Schemas["ActOut"];
export type Sent = Schemas["Sent"];
export type Ways = Schemas["WaysOut"];
