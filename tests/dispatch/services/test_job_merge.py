"""Two jobs that are one: nothing that was said is lost, and nobody is told twice."""

import pytest

from dispatch.errors import IllegalMove, InvalidInput
from dispatch.models import (
    Contact,
    Event,
    Job,
    JobStatus,
    Note,
    Outbox,
    Photo,
    Request,
    VisitStatus,
)
from dispatch.services import job_merge
from tests.dispatch.world import clock

AT = clock(9)


@pytest.fixture
def pair(tuesday):
    """Two jobs at Acme: the first is on Tariq's day, the second waits."""
    kept = tuesday.placed().job
    gone = tuesday.waiting().job
    gone.title, gone.description = "Printer again", "It eats paper"
    gone.contact = Contact.objects.create(
        customer=gone.customer, name="Nia", email="nia@example.org"
    )
    gone.save()
    return gone, kept


def merge(tuesday, gone, kept):
    return job_merge.merge(gone, into=kept, by=tuesday.dora, at=AT)


def test_notes_photos_and_requests_go_to_the_job_that_stays(tuesday, pair):
    gone, kept = pair
    visit = gone.visits.get()
    Note.objects.create(
        visit=visit, body="Bring A3", author=tuesday.dora, written_at=AT
    )
    Photo.objects.create(
        visit=visit,
        author=tuesday.dora,
        taken_at=AT,
        sha256="0" * 64,
        size=1,
        mime="image/jpeg",
        width=1,
        height=1,
    )
    Request.objects.create(
        channel="phone", territory=tuesday.territory, job=gone, description="x"
    )

    merge(tuesday, gone, kept)

    target = kept.visits.get()
    bodies = [note.body for note in target.notes.all()]
    assert bodies == ["Bring A3", f"From {gone.number}, Printer again: It eats paper"]
    assert target.photos.count() == kept.requests.count() == 1
    gone.refresh_from_db()
    assert (gone.status, gone.merged_into) == (JobStatus.MERGED, kept)
    assert gone.visits.get().status == VisitStatus.CANCELLED
    told = Event.objects.filter(kind__in=["job.merged", "job.absorbed"]).order_by("id")
    assert [(e.subject_id, e.data["number"], e.data["notes"]) for e in told] == [
        (gone.pk, kept.number, 1),
        (kept.pk, gone.number, 1),
    ]


def test_the_customer_is_not_told_that_their_visit_is_cancelled(tuesday, pair):
    merge(tuesday, *pair)
    assert not Outbox.objects.filter(kind="message.send").exists()


def test_two_placed_visits_are_refused_and_the_way_out_is_named(tuesday, pair):
    _, kept = pair
    other = tuesday.placed(tuesday.mei).job
    with pytest.raises(IllegalMove, match="Put one back into the queue"):
        merge(tuesday, other, kept)
    assert Job.objects.filter(status=JobStatus.OPEN).count() == 3


def test_the_placed_job_is_the_one_that_stays(tuesday, pair):
    gone, kept = pair
    with pytest.raises(IllegalMove, match=f"Merge {gone.number} into {kept.number}"):
        merge(tuesday, kept, gone)


def test_a_closed_job_and_another_customers_are_refused(tuesday, pair):
    gone, kept = pair
    elsewhere = tuesday.waiting(site=1).job
    with pytest.raises(InvalidInput, match="different customers"):
        merge(tuesday, elsewhere, kept)
    with pytest.raises(InvalidInput, match="itself"):
        merge(tuesday, gone, gone)
    merge(tuesday, gone, kept)
    with pytest.raises(IllegalMove, match="closed: merged into another"):
        merge(tuesday, gone, kept)


def test_a_note_for_a_job_stands_where_its_technician_reads_it(tuesday, pair):
    _, kept = pair
    note = job_merge.add_note(kept, body="They rang again", by=tuesday.dora, at=AT)
    assert note.visit == kept.visits.get()
    bare = tuesday.job()
    with pytest.raises(InvalidInput, match="no visit"):
        job_merge.add_note(bare, body="x", by=tuesday.dora, at=AT)
