"""Refusals: a code for machines, a sentence for people, details for both."""

from typing import Any


class DomainError(Exception):
    """A refusal that explains itself; `status` is the HTTP status a door answers."""

    code = "refused"
    status = 409
    sentence = "This cannot be done."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or self.sentence
        self.details = details
        super().__init__(self.message)


class NotSignedIn(DomainError):
    """Nobody is signed in, or the sign-in has ended."""

    code = "not_signed_in"
    status = 401
    sentence = "Sign in first."


class NotAllowed(DomainError):
    """The person is known, and this is not theirs to do."""

    code = "not_allowed"
    status = 403
    sentence = "Your role does not allow this. Ask an admin."


class NotFound(DomainError):
    """There is no such thing, or not for this person: both look the same."""

    code = "not_found"
    status = 404
    sentence = "There is nothing here under that id."


class InvalidInput(DomainError):
    """What was sent does not fit."""

    code = "invalid_input"
    status = 422
    sentence = "Something that was sent does not fit. See the details."


class IllegalMove(DomainError):
    """The status table does not allow this step."""

    code = "illegal_move"
    sentence = "The visit cannot take this step from its present status."


class GateClosed(DomainError):
    """Something must be done first."""

    code = "gate_closed"
    sentence = "Something must be done first. See what is missing."


class LockHeld(DomainError):
    """Somebody else's lock is on that point."""

    code = "lock_held"
    sentence = "Somebody else's lock is on there. Only they take it off."


class NotYourLock(DomainError):
    """A lock is removed by who applied it."""

    code = "not_your_lock"
    sentence = "Only the person who put a lock on takes it off."


class VersionConflict(DomainError):
    """Somebody else changed the row since it was read."""

    code = "version_conflict"
    sentence = "Somebody changed this meanwhile. Look at it again, then decide."


class TechnicianBusy(DomainError):
    """The technician is elsewhere at that time; the database said so."""

    code = "technician_busy"
    sentence = "The technician is elsewhere at that time. Choose another time."


class RuleBroken(DomainError):
    """The placement breaks a hard rule; a reason may override it."""

    code = "rule_broken"
    sentence = "This breaks a rule. Choose another place, or override with a reason."


class PlanRunning(DomainError):
    """A run for this territory and day is under way."""

    code = "plan_running"
    sentence = "A run for this day is under way. Wait for it, or cancel it."


class PlanNotReady(DomainError):
    """The plan is not a draft, so it cannot be accepted or discarded."""

    code = "plan_not_ready"
    sentence = "Only a draft can be accepted or discarded."


class NothingToUndo(DomainError):
    """The act cannot be undone: it was undone, or something followed it."""

    code = "nothing_to_undo"
    sentence = "This cannot be undone any more: something else followed it."


class SlotGone(DomainError):
    """The window was taken meanwhile."""

    code = "slot_gone"
    sentence = "That time has just been taken. Choose one of the others."


class HoldExpired(DomainError):
    """The held window was not confirmed in time."""

    code = "hold_expired"
    sentence = "The time was held until now and is free again. Choose once more."


class AlreadyRated(DomainError):
    """A visit is rated once."""

    code = "already_rated"
    sentence = "This visit has been rated already."


class NeedsDecision(DomainError):
    """Two true things disagree: a person in the office decides, nothing is lost."""

    code = "needs_decision"
    sentence = "The office has to decide this. Nothing is lost."


class AnswersDiffer(NeedsDecision):
    """Two people answered the same safety step differently."""

    code = "answers_differ"
    sentence = (
        "Somebody else answered this safety step differently. The office decides."
    )


class TimesDiffer(NeedsDecision):
    """Somebody says that the tapped times are wrong, and gives others."""

    code = "time_correction"
    sentence = "The office looks at the corrected times. The tapped ones stay too."


class EndedMeanwhile(NeedsDecision):
    """The office ended the visit while the device worked on it."""

    code = "ended_meanwhile"
    sentence = "The office ended this visit meanwhile. They decide what counts."


class CompletedAfterCancel(NeedsDecision):
    """Work was finished on a visit that the office had called off."""

    code = "completed_after_cancel"
    sentence = (
        "The office had cancelled this visit, and the work was done. They decide."
    )


class Reassigned(NeedsDecision):
    """Somebody else has the visit now, and has begun."""

    code = "reassigned"
    sentence = (
        "Somebody else has begun this visit. The office decides whose step counts."
    )


class CaseClosed(DomainError):
    """The case was decided already."""

    code = "case_closed"
    sentence = "This case was decided already."


class PartDamaged(DomainError):
    """A part of a photo is not what its hash says."""

    code = "part_damaged"
    status = 422
    sentence = "This part was damaged on its way. Send it again."


class PartMisfit(DomainError):
    """A part of a photo has another length than its place in the whole."""

    code = "part_misfit"
    status = 422
    sentence = "This part does not fit: its number or its length is another."


class PartsMissing(DomainError):
    """A photo was said to be complete, and is not."""

    code = "parts_missing"
    status = 422
    sentence = "Parts of this photo have not arrived. Send those that are missing."


class WrongHash(DomainError):
    """All parts together are another file than the act described."""

    code = "wrong_hash"
    status = 422
    sentence = "The photo is not the one that was described. Send all parts again."


class StoreFull(DomainError):
    """The office's disk is nearly full."""

    code = "store_full"
    status = 503
    sentence = "The office has no room for photos now. Keep it; it is sent later."
