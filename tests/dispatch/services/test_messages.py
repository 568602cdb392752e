"""Messages: what, when and a link; never why."""

import re
import uuid

import pytest
from django.core import mail

from dispatch.errors import InvalidInput
from dispatch.integrations.email.client import EmailSender
from dispatch.models import VisitStatus
from dispatch.services import links, messages
from tests.dispatch.portal import world as towns
from tests.dispatch.services.test_booking import TUESDAY

CUSTOMER = ["booked", "on_the_way", "done", "cancelled"]


@pytest.fixture
def town(db):
    return towns.build(TUESDAY)


def payload(visit, template):
    return {
        "to": "nia@example.org",
        "template": template,
        "visit": str(visit.pk),
        "language": "en",
    }


@pytest.mark.parametrize("template", CUSTOMER)
def test_every_message_holds_a_link_that_opens_the_visit(town, template):
    visit = town.visit()
    message = messages.compose(payload(visit, template))
    for text in (message.text, message.html):
        token = re.search(r"/v/([\w-]+)/", text)[1]
        assert links.visit_for(token, at=town.local(0, 7)) == visit


@pytest.mark.parametrize("template", CUSTOMER)
def test_no_message_says_what_the_visit_is_for(town, template):
    town.work_type.service_line = "care"
    town.work_type.customer_words = "Wound dressing"
    town.work_type.save()
    visit = town.visit(status=VisitStatus.SCHEDULED)
    visit.job.description = "Insulin at eight"
    visit.job.save()
    message = messages.compose(payload(visit, template))
    everything = f"{message.subject} {message.text} {message.html}".lower()
    for word in ("wound", "insulin", "printer", "care", "acme"):
        assert word not in everything


def test_the_confirmation_names_day_and_window(town):
    message = messages.compose(payload(town.visit(), "booked"))
    assert message.subject == "Your visit on Wednesday 25 November, 10 am to noon"
    assert "Hello Nia Price," in message.text


def test_a_name_with_markup_stays_a_name(town):
    visit = town.visit()
    visit.job.contact.name = "<img src=x> & Co"
    visit.job.contact.save()
    message = messages.compose(payload(visit, "booked"))
    assert "<img" not in message.html
    assert "Hello <img src=x> & Co," in message.text


@pytest.mark.parametrize(
    "change", [{"template": "gossip"}, {"visit": str(uuid.UUID(int=1))}]
)
def test_a_message_that_cannot_be_written_is_refused(town, change):
    with pytest.raises(InvalidInput):
        messages.compose(payload(town.visit(), "booked") | change)


def test_the_sender_hands_over_text_and_html(town):
    message = messages.compose(payload(town.visit(), "booked"))
    EmailSender().send(
        to=message.to, subject=message.subject, text=message.text, html=message.html
    )
    (sent,) = mail.outbox
    assert sent.to == ["nia@example.org"]
    assert sent.alternatives[0].mimetype == "text/html"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
