"""Hand a message to a browser's push service, sealed for that browser alone."""

import requests
from django.conf import settings
from pywebpush import WebPushException, webpush

from dispatch.services.push import Gone

# A phone that was off all day is told by its next pull anyway.
TTL_SECONDS = 4 * 3600
PATIENCE = 10.0
GONE = (404, 410)


class PushSender:
    """A sender that speaks to the real push services."""

    def send(self, *, endpoint: str, p256dh: str, auth: str, data: str) -> None:
        """Encrypt and hand over. Raises Gone, or WebPushException to be tried again."""
        with requests.Session() as session:
            # An answer that points elsewhere is no answer: nothing is followed.
            session.max_redirects = 0
            try:
                webpush(
                    {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}},
                    data=data,
                    vapid_private_key=settings.VAPID_PRIVATE_KEY,
                    vapid_claims={"sub": settings.VAPID_SUBJECT},
                    ttl=TTL_SECONDS,
                    headers={"Urgency": "high", "Topic": "pull"},
                    timeout=PATIENCE,
                    requests_session=session,
                )
            except WebPushException as error:
                if getattr(error.response, "status_code", None) in GONE:
                    raise Gone from error
                raise
