"""What a customer says afterwards; a low rating reaches a person at once."""

from datetime import datetime

from django.db import IntegrityError, transaction

from dispatch.errors import AlreadyRated, IllegalMove, InvalidInput
from dispatch.models import Feedback, Role, User, Visit, VisitStatus
from dispatch.services import escalation, events, outbox

LOW = 2
COMMENT_LENGTH = 2_000
# Coded, so that they can be counted: code to the customer's words.
REASONS = {
    "time": "The arrival time",
    "work": "The work itself",
    "manner": "How we treated you",
    "information": "What we told you",
    "other": "Something else",
}
RATEABLE = frozenset(
    {VisitStatus.COMPLETED, VisitStatus.CANNOT_COMPLETE, VisitStatus.NO_ACCESS}
)


def rate(
    visit: Visit, *, score: int, reason: str = "", comment: str = "", at: datetime
) -> Feedback:
    """Keep one rating of a visit that is over; 2 or less is escalated.

    Raises InvalidInput, IllegalMove (not over yet), AlreadyRated.
    """
    _check(visit, score=score, reason=reason, comment=comment)
    try:
        with transaction.atomic():
            row = Feedback.objects.create(
                visit=visit, score=score, reason=reason, comment=comment.strip()
            )
            _note(row, at=at)
            if score <= LOW:
                escalation.low_rating(row, at=at)
                _tell_office(row, at=at)
    except IntegrityError as error:
        # Two clicks at the same moment: the first one counts.
        raise AlreadyRated from error
    return row


def _check(visit: Visit, *, score: int, reason: str, comment: str) -> None:
    if isinstance(score, bool) or not 1 <= score <= 5:
        raise InvalidInput("A rating goes from 1 to 5.", field="score")
    if reason and reason not in REASONS:
        raise InvalidInput("Choose one of the reasons.", field="reason")
    if len(comment) > COMMENT_LENGTH:
        sentence = f"The comment is longer than {COMMENT_LENGTH} letters."
        raise InvalidInput(sentence, field="comment")
    if visit.status not in RATEABLE:
        raise IllegalMove("A visit can be rated once it is over.", status=visit.status)
    if Feedback.objects.filter(visit=visit).exists():
        raise AlreadyRated


def _note(row: Feedback, *, at: datetime) -> None:
    events.record(
        "feedback.given",
        subject=row.visit,
        by=None,
        at=at,
        territory=row.visit.job.site.territory,
        label="customer",
        data={"score": row.score, "reason": row.reason},
    )


def _tell_office(row: Feedback, *, at: datetime) -> None:
    territory = row.visit.job.site.territory
    office = User.objects.filter(
        role=Role.DISPATCHER, territories=territory, is_active=True
    )
    for user in office.exclude(email=""):
        outbox.enqueue(
            "message.send",
            key=f"{row.visit_id}:low_rating:{user.pk}",
            payload={
                "to": user.email,
                "template": "low_rating",
                "visit": str(row.visit_id),
                "language": "en",
            },
            at=at,
        )
