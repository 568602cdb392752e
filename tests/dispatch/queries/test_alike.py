"""A second call about the same thing is noticed before there is a second job."""

from datetime import timedelta

import pytest

from dispatch.models import Asset, Job, Site, Territory, WorkType
from dispatch.queries import alike
from dispatch.queries.alike import Asked
from tests.dispatch.world import clock


@pytest.fixture
def kiln(tuesday):
    return Asset.objects.create(site=tuesday.sites[0], name="Kiln 2", tag="KLN-2")


@pytest.fixture
def first(tuesday, kiln):
    job = tuesday.job(
        asset=kiln,
        title="Kiln stops",
        description="The kiln stops after ten minutes and smells of rubber",
    )
    tuesday.waiting(job=job)
    Job.objects.update(created_at=clock(8))
    return job


def numbers(tuesday, **asked):
    asked.setdefault("site", tuesday.sites[0])
    found = alike.open_jobs(tuesday.dora, Asked(**asked), at=clock(9))
    return [(line["number"], line["why"]) for line in found]


def test_the_same_asset_is_always_pointed_out(tuesday, first, kiln):
    assert numbers(tuesday, asset=kiln) == [(first.number, "Same asset")]


def test_like_words_at_the_same_site_are_pointed_out(tuesday, first):
    words = "kiln stops again, smells"
    assert numbers(tuesday, words=words) == [(first.number, "Same site, like words")]


def test_other_words_about_other_work_are_another_matter(tuesday, first):
    other = WorkType.objects.create(
        code="door", name="Door", service_line="it", duration_minutes=30
    )
    assert numbers(tuesday, words="Front door does not lock", work_type=other) == []
    assert numbers(tuesday, words="Front door", work_type=tuesday.work_type) == [
        (first.number, "Same site, same work")
    ]


def test_what_is_closed_or_old_is_not_pointed_out(tuesday, first, kiln, settings):
    later = clock(9) + timedelta(days=settings.DUPLICATE_DAYS)
    asked = Asked(site=tuesday.sites[0], asset=kiln)
    assert alike.open_jobs(tuesday.dora, asked, at=later) == []
    Job.objects.update(status="done")
    assert numbers(tuesday, asset=kiln) == []


def test_a_window_held_on_the_phone_is_no_job_yet(tuesday, first, kiln):
    visit = first.visits.get()
    visit.hold_expires_at = clock(10)
    visit.save()
    assert numbers(tuesday, asset=kiln) == []


def test_jobs_of_the_customer_in_a_foreign_territory_stay_unseen(tuesday, first):
    cardiff = Territory.objects.create(code="cardiff", name="Cardiff")
    there = Site.objects.create(
        customer=first.customer, territory=cardiff, name="Bay", lat=51.4, lon=-3.1
    )
    job = tuesday.job(site=0, description=first.description, title=first.title)
    Job.objects.filter(pk=job.pk).update(site=there, created_at=clock(8))
    asked = numbers(tuesday, words=first.description, work_type=tuesday.work_type)
    assert [number for number, _ in asked] == [first.number]
