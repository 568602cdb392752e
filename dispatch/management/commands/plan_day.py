"""Plan a day of a territory as a dispatcher would: ask, wait, accept."""

import time
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dispatch import tasks
from dispatch.demo import base, progress, seeding
from dispatch.models import Plan, PlanState, Territory
from dispatch.services.planning import plans, running

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 120
UNDER_WAY = {PlanState.QUEUED, PlanState.RUNNING}


class Command(BaseCommand):
    """`manage.py plan_day --territory newport --day 2026-11-24 --accept`."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """`--demo` plans both days of the demo from early morning, once."""
        parser.add_argument("--territory", default=base.CODE)
        parser.add_argument("--day", type=date.fromisoformat, default=None)
        parser.add_argument("--seconds", type=int, default=settings.PLAN_SECONDS)
        parser.add_argument("--accept", action="store_true")
        parser.add_argument("--inline", action="store_true", help="without a worker")
        parser.add_argument("--demo", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan one day, or the two days of the demo."""
        area = Territory.objects.filter(code=options["territory"]).first()
        if area is None:
            raise CommandError(f"There is no territory {options['territory']!r}.")
        today = timezone.now().astimezone(base.ZONE).date()
        if not options["demo"]:
            self._plan(area, options["day"] or today, options, None)
            return
        if Plan.objects.filter(territory=area, state=PlanState.ACCEPTED).exists():
            self.stdout.write("The demo's days are planned already: kept.")
            return
        options["accept"] = True
        first = seeding.first_day() or today
        for day in (first, first + timedelta(days=1)):
            self._plan(area, day, options, base.on(day, "06:00"))
        told = progress.advance(day=first, now=timezone.now())
        self.stdout.write(f"The day so far: {told} visits were sent")

    def _plan(
        self,
        area: Territory,
        day: date,
        options: dict[str, Any],
        not_before: datetime | None,
    ) -> None:
        plan = plans.request(
            area,
            day=day,
            by=None,
            at=timezone.now(),
            seconds=options["seconds"],
            seed=settings.PLAN_SEED,
            not_before=not_before,
        )
        if options["inline"]:
            running.run_here(plan.pk, clock=timezone.now, not_before=not_before)
        else:
            tasks.wake_all_due()
            self._wait(plan)
        plan.refresh_from_db()
        if plan.state != PlanState.DRAFT:
            raise CommandError(f"The run ended as {plan.state}: {plan.failure}")
        figures = plans.figures(plan)
        self.stdout.write(
            f"{day}: {figures['placed']} placed, {figures['unplaced']} without a "
            f"place, {figures['travel_minutes']} min of travel"
        )
        if options["accept"]:
            plans.accept(plan, by=None, at=timezone.now())

    def _wait(self, plan: Plan) -> None:
        patience = time.monotonic() + plan.seconds + PATIENCE_SECONDS
        told: dict[str, Any] = {}
        while plan.state in UNDER_WAY:
            if time.monotonic() > patience:
                raise CommandError("No worker took the run: is one running?")
            time.sleep(POLL_SECONDS)
            plan.refresh_from_db()
            done = plan.progress.get("seconds")
            if done and plan.progress != told:
                # A large day takes as long as there are few workers; it goes on.
                patience = time.monotonic() + plan.seconds + PATIENCE_SECONDS
                told = plan.progress
                left = plan.progress.get("unplaced")
                self.stdout.write(
                    f"  {done} of {plan.seconds} s, {left} without a place"
                )
