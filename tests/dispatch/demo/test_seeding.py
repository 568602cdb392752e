"""The demo day holds what the tour of the product shows."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from dispatch.demo import base, seeding
from dispatch.demo.base import on
from dispatch.models import (
    Certification,
    Crew,
    Customer,
    Event,
    Job,
    Outbox,
    Site,
    StockItem,
    Technician,
    Territory,
    User,
    Visit,
)
from dispatch.queries import cards
from dispatch.services import links
from tests.dispatch.world import TUESDAY, sql

WEDNESDAY = TUESDAY + timedelta(days=1)
MORNING = on(TUESDAY, "07:30")


def seed(today=TUESDAY):
    return seeding.seed(
        today=today, at=on(today, "07:30"), password="for-tests-only", say=str
    )


def of_day(day):
    return Visit.objects.filter(
        earliest_start__gte=on(day, "00:00"), earliest_start__lt=on(day, "23:59")
    )


def town():
    """Everything that was drawn, as somebody could write it down."""
    rows = Visit.objects.order_by("job__number", "id").values_list(
        "job__number",
        "job__title",
        "job__site__name",
        "earliest_start",
        "window_start",
        "promise_start",
        "technician__name",
        "sched_start",
    )
    return list(rows)


def test_there_are_enough_sites_people_and_visits(demo):
    assert Site.objects.count() >= 60
    assert Technician.objects.count() == 14
    assert Visit.objects.count() >= 75
    assert of_day(TUESDAY).count() >= 40
    assert of_day(WEDNESDAY).count() >= 30
    assert of_day(TUESDAY).count() + of_day(WEDNESDAY).count() == Visit.objects.count()


def test_three_trades_have_people_sites_and_work(demo):
    for line in ("it", "mfg", "care"):
        assert Technician.objects.filter(service_line=line).count() >= 4
        assert Job.objects.filter(work_type__service_line=line).count() >= 15


def test_every_site_is_in_newport_and_belongs_to_a_customer_of_the_demo(demo):
    assert not Customer.objects.filter(is_demo=False).exists()
    for site in Site.objects.all():
        assert 51.50 < site.lat < 51.65
        assert -3.10 < site.lon < -2.85


def test_somebody_can_sign_in_for_every_role(demo):
    assert User.objects.get(username="dora").check_password("for-tests-only")
    assert User.objects.get(username="admin").is_superuser
    assert User.objects.get(username="tariq").technician.name == "Tariq Mahmood"


def test_one_certificate_expires_this_week_and_one_has_just_expired(demo):
    soon = Certification.objects.get(
        expires__range=(TUESDAY, TUESDAY + timedelta(days=6))
    )
    assert (soon.technician.name, soon.skill.name) == ("Gethin Pryce", "LOTO")
    past = Certification.objects.get(expires__lt=TUESDAY)
    assert (past.technician.name, past.skill.name) == (
        "Idris Vaughan",
        "Confined space",
    )


@pytest.mark.parametrize("day", [TUESDAY, WEDNESDAY])
def test_two_visits_a_day_are_made_by_two_people_together(demo, day):
    crews = Crew.objects.filter(visits__in=of_day(day)).distinct()
    assert [crew.visits.count() for crew in crews] == [2, 2]


def test_one_window_was_promised_to_a_customer_who_has_a_link(demo):
    visit = Visit.objects.get(job__title="Bed hoist test")
    assert (visit.promise_start, visit.promise_end) == (
        on(TUESDAY, "13:00"),
        on(TUESDAY, "15:00"),
    )
    token = demo.customer_link(at=MORNING)
    assert links.visit_for(token, at=MORNING) == visit


def test_one_visit_is_pinned_with_a_reason(demo):
    visit = Visit.objects.exclude(pin="").get()
    assert (visit.pin, visit.pin_reason) == ("both", "The fitter waits for Owain")
    assert visit.technician.name == "Owain Llewellyn"
    assert visit.sched_start == on(TUESDAY, "14:00")


def test_one_contract_is_in_jeopardy_in_the_morning(demo):
    visit = Visit.objects.get(job__title="Core switch reboots")
    assert visit.job.onsite_due == on(TUESDAY, "12:00")
    assert cards.jeopardy(visit, MORNING) == 75
    assert cards.sla_missed(visit, on(TUESDAY, "12:01"))


def test_two_people_are_away(demo):
    away = Technician.objects.filter(absences__starts_at__date=TUESDAY)
    assert {row.name for row in away} == {"Huw Parry", "Idris Vaughan"}


def test_one_access_point_is_in_the_vans_and_two_visits_want_it(demo):
    stock = StockItem.objects.filter(part__code="ap-6e")
    assert [(row.technician.name, row.on_hand) for row in stock] == [
        ("Tomasz Zielinski", 1)
    ]
    wanting = of_day(TUESDAY).filter(job__work_type__parts__part__code="ap-6e")
    assert wanting.count() == 2


def test_a_second_call_makes_nothing(demo):
    models = (Customer, Site, Visit, User, Event, Outbox, Territory, StockItem)
    before = [model.objects.count() for model in models]
    assert seed() is False
    assert seed(WEDNESDAY) is False
    assert [model.objects.count() for model in models] == before


def test_the_command_says_that_it_kept_what_is_there(demo):
    out = StringIO()
    call_command("seed_demo", "--today", "2026-11-24", stdout=out)
    assert out.getvalue().strip() == "The demo is here already: kept."


def test_the_same_day_is_drawn_every_time(demo):
    first = town()
    with transaction.atomic():
        _empty()
        assert seed()
        second = town()
        transaction.set_rollback(True)
    # The counter of job numbers runs on; everything else is the same.
    assert [row[1:] for row in second] == [row[1:] for row in first]


def _empty():
    """As if nobody had ever been here: the demo's rows, and those they hang on."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql(
        "TRUNCATE dispatch_customer, dispatch_user, dispatch_territory, "
        "dispatch_skill, dispatch_part, dispatch_checklisttemplate, dispatch_sla, "
        "dispatch_apikey CASCADE"
    )


def test_the_demo_refuses_to_mix_with_real_customers(db):
    Customer.objects.create(name="Acme", is_demo=False)
    with pytest.raises(seeding.RealDataHere) as refusal:
        seed()
    assert "real customers" in refusal.value.message
    with pytest.raises(CommandError, match="real customers"):
        call_command("seed_demo", stdout=StringIO())
    assert not Technician.objects.exists()


def test_the_demo_is_not_for_production(db, settings):
    settings.MODE = "production"
    with pytest.raises(CommandError, match="not for production"):
        call_command("seed_demo", stdout=StringIO())
    assert not Customer.objects.exists()


@pytest.mark.parametrize("days", [4, 5], ids=["saturday", "sunday"])
def test_the_demo_can_be_seeded_at_the_weekend(db, days):
    saturday = TUESDAY + timedelta(days=days)
    assert seed(saturday)
    assert base.on(saturday, "14:00") == Visit.objects.exclude(pin="").get().sched_start
