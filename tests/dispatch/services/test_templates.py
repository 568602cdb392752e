"""Checklists as they are written: drafts, what is wrong with one, publishing."""

import pytest
from django.db import IntegrityError, transaction

from dispatch.errors import InvalidInput
from dispatch.models import ChecklistItem, ChecklistSection, ChecklistTemplate
from dispatch.queries.answers import template_of
from dispatch.services import checklists, templates
from tests.dispatch.world import clock


@pytest.fixture
def draft(tuesday):
    template = ChecklistTemplate.objects.create(code="swap", name="Swap")
    line(template, "backup", label="Backed up")
    return template


def line(template, key, **facts):
    place = template.items.count()
    return ChecklistItem.objects.create(
        template=template, position=place, key=key, **{"label": key.title()} | facts
    )


def publish(tuesday, template):
    templates.publish(template, by=tuesday.dora, at=clock(8))


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"section": "old"}, "“Bad” is in a section 'old' that is not there."),
        ({"opens_after": ["x"]}, "“Bad” opens after 'x', which is not in the list."),
        ({"kind": "choice", "options": ["One"]}, "at least two different options"),
        ({"kind": "choice", "options": "One"}, "“Bad” needs its options as words"),
        ({"kind": "number", "lower": 3, "upper": 2}, "“Bad”: the lower end of its"),
        ({"lower": 3}, "“Bad” is no number, so it has no limits."),
        ({"kind": "reading", "is_safety": True}, "“Bad” is a safety reading and needs"),
        ({"kind": "unlock"}, "“Bad” must name the lock that it removes."),
        ({"kind": "unlock", "refers_to": "backup"}, "refers to 'backup', which is no"),
        ({"refers_to": "backup"}, "which its kind does not"),
        ({"only_if": "x", "only_if_is": "yes"}, "is asked after 'x', which is not"),
        ({"only_if": "backup"}, "must say which answer it is asked after"),
        ({"opens_after": ["bad"]}, "“Bad” waits for itself"),
    ],
)
def test_what_is_wrong_with_a_draft_names_the_item(tuesday, draft, facts, sentence):
    line(draft, "bad", **facts)
    with pytest.raises(InvalidInput) as refusal:
        publish(tuesday, draft)
    assert sentence in refusal.value.message
    draft.refresh_from_db()
    assert draft.published_at is None


def test_a_published_list_never_changes_whoever_tries(tuesday, draft):
    publish(tuesday, draft)
    item = draft.items.get()
    other = ChecklistTemplate.objects.create(code="swap", version=2, name="Swap")
    for change in (
        lambda: ChecklistItem.objects.update(label="Other"),
        lambda: ChecklistItem.objects.filter(pk=item.pk).update(template=other),
        lambda: item.delete(),
        lambda: line(draft, "more"),
        lambda: ChecklistSection.objects.create(template=draft, position=1, key="s"),
        lambda: ChecklistTemplate.objects.filter(pk=draft.pk).update(published_at=None),
    ):
        with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
            change()


def test_the_next_version_is_a_copy_that_becomes_the_work_s_when_published(
    tuesday, draft
):
    ChecklistSection.objects.create(template=draft, position=1, key="s", title="First")
    line(draft, "in", section="s")
    publish(tuesday, draft)
    tuesday.work_type.checklist = draft
    tuesday.work_type.save()
    begun, fresh = tuesday.placed(), tuesday.placed(start=clock(14))
    answer(tuesday, begun, "backup")

    second = templates.new_draft(draft)
    assert templates.new_draft(draft) == second
    assert [row.key for row in second.items.all()] == ["backup", "in"]
    line(second, "seal")
    publish(tuesday, second)

    begun.refresh_from_db()
    fresh.job.work_type.refresh_from_db()
    assert template_of(begun) == draft
    assert template_of(fresh) == second


def test_the_first_answer_decides_which_version_was_looked_at(tuesday, draft):
    publish(tuesday, draft)
    tuesday.work_type.checklist = draft
    tuesday.work_type.save()
    second = templates.new_draft(draft)
    publish(tuesday, second)
    stranger = ChecklistTemplate.objects.create(code="other", name="Other")
    offline, lying = tuesday.placed(), tuesday.placed(start=clock(14))
    answer(tuesday, offline, "backup", shown=str(draft.pk))
    answer(tuesday, lying, "backup", shown=str(stranger.pk))
    assert (offline.checklist, lying.checklist) == (draft, second)


def answer(tuesday, visit, key, **more):
    visit.job.work_type.refresh_from_db()
    checklists.answer(
        visit, item_key=key, value=True, by=tuesday.tariq.user, at=clock(10), **more
    )
