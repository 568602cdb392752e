"""A customer's link to one visit: unguessable, expiring, revocable, kept as a hash."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from dispatch.errors import NotFound
from dispatch.models import TrackingLink, Visit

TOKEN_BYTES = 24
KEPT_FOR = timedelta(days=7)


def issue(visit: Visit, *, at: datetime) -> str:
    """A new link's token; nobody can read it again, only its SHA-256 is kept.

    It works until seven days after the visit.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    TrackingLink.objects.create(
        visit=visit,
        token_hash=digest(token),
        expires_at=max(at, ends_at(visit)) + KEPT_FOR,
    )
    return token


def visit_for(token: str, *, at: datetime) -> Visit:
    """The visit that a token opens.

    Raises NotFound: unknown, expired and revoked links look alike.
    """
    return link_for(token, at=at).visit


def link_for(token: str, *, at: datetime) -> TrackingLink:
    """The link behind a token. Raises NotFound, always the same."""
    return _open(TrackingLink.objects.filter(token_hash=digest(token)).first(), at=at)


def link_by_id(link_id: uuid.UUID, *, at: datetime) -> TrackingLink:
    """The link that a browser exchanged its token for; it may have ended since."""
    return _open(TrackingLink.objects.filter(pk=link_id).first(), at=at)


def revoke(visit: Visit, *, at: datetime) -> int:
    """Close every link to a visit; returns how many were open."""
    return visit.links.filter(revoked_at__isnull=True).update(revoked_at=at)


def digest(token: str) -> str:
    """The stored form of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def ends_at(visit: Visit) -> datetime:
    """When the visit is over, as far as is known."""
    return visit.actual_end or visit.sched_end or visit.promise_end or visit.latest_end


def _open(link: TrackingLink | None, *, at: datetime) -> TrackingLink:
    if link is None or link.revoked_at is not None or link.expires_at <= at:
        raise NotFound
    return link
