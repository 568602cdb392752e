"""Send one message as e-mail; Django's backend decides how."""

from django.core.mail import EmailMultiAlternatives

HEADERS = {
    # No answer from an absence assistant, and no thread with other customers.
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
}


class EmailSender:
    """A message sender: text for everybody, HTML for those who show it."""

    def send(self, *, to: str, subject: str, text: str, html: str = "") -> None:
        """Hand one message over; raises what the backend raises, to be tried again."""
        message = EmailMultiAlternatives(
            subject=subject, body=text, to=[to], headers=HEADERS
        )
        if html:
            message.attach_alternative(html, "text/html")
        message.send(fail_silently=False)
