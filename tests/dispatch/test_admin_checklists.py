"""The admin's pages of checklists: a draft is written, a published list is read."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from dispatch.models import ChecklistItem, ChecklistTemplate, Event, Role, User
from tests.dispatch.world import clock


@pytest.fixture
def office(tuesday):
    client = Client()
    client.force_login(User.objects.create_user("ada", role=Role.ADMIN))
    return client


@pytest.fixture
def draft(tuesday):
    template = ChecklistTemplate.objects.create(code="swap", name="Swap")
    ChecklistItem.objects.create(
        template=template, position=1, key="wiped", label="Wiped by", kind="choice"
    )
    return template


def page(name, template):
    return reverse(f"admin:dispatch_checklisttemplate_{name}", args=[template.pk])


def test_a_draft_says_what_is_wrong_and_is_published_when_nothing_is(
    tuesday, office, draft
):
    wrong = "“Wiped by” needs at least two different options."
    assert wrong in office.get(page("change", draft)).content.decode()
    refused = office.post(page("publish", draft), follow=True)
    assert wrong in [str(line) for line in refused.context["messages"]]

    ChecklistItem.objects.update(options=["Purge", "Destroy"])
    office.post(page("publish", draft))

    draft.refresh_from_db()
    assert draft.published_at is not None
    assert Event.objects.get(kind="checklist.published").actor.username == "ada"
    shown = office.get(page("change", draft))
    assert "never changes" in shown.content.decode()
    assert not shown.context["has_change_permission"]
    assert office.get(page("publish", draft)).status_code == 405

    answer = office.post(page("next", draft))
    second = ChecklistTemplate.objects.get(version=2)
    assert answer.url == page("change", second)
    assert second.items.get().options == ["Purge", "Destroy"]


def test_nobody_but_an_admin_publishes(tuesday, draft):
    client = Client()
    client.force_login(tuesday.dora)
    for name in ("publish", "next", "preview"):
        assert client.post(page(name, draft)).status_code == 302
    draft.refresh_from_db()
    assert draft.published_at is None


def test_a_kind_of_work_takes_published_lists_only(tuesday, draft):
    tuesday.work_type.checklist = draft
    with pytest.raises(ValidationError, match="Swap v1 is a draft"):
        tuesday.work_type.full_clean()
    draft.published_at = clock(9)
    tuesday.work_type.full_clean()
