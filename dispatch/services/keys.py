"""Keys of programs: a secret is given once, and a key is revoked for ever."""

import secrets
from datetime import datetime

from django.db import transaction

from dispatch.models import ApiKey, User
from dispatch.services import events

SECRET_BYTES = 32


def give_secret(key: ApiKey) -> str:
    """Put the hash of a new secret on the row; the secret itself is kept nowhere."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    key.key_hash = ApiKey.digest(secret)
    return secret


@transaction.atomic
def revoke(key: ApiKey, *, by: User, at: datetime) -> bool:
    """From now on the key opens nothing; whether it did until now."""
    row = ApiKey.objects.select_for_update().get(pk=key.pk)
    if row.revoked_at is not None:
        return False
    row.revoked_at = at
    row.save(update_fields=["revoked_at"])
    events.record("key.revoked", subject=row, by=by, at=at, data={"name": row.name})
    return True
