"""Recurring work: the list, the rule with the dates that it means, and what to do."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from dispatch.board.door import office
from dispatch.errors import DomainError, InvalidInput, NotFound
from dispatch.models import Recurring, RecurringState, User
from dispatch.queries import access, history
from dispatch.services import recurring

RULES = [
    ("FREQ=WEEKLY", "every week"),
    ("FREQ=WEEKLY;INTERVAL=2", "every second week"),
    ("FREQ=WEEKLY;BYDAY=MO,WE,FR", "Monday, Wednesday and Friday"),
    ("FREQ=MONTHLY", "every month, on this day"),
    ("FREQ=MONTHLY;BYDAY=1MO", "the first Monday of the month"),
    ("FREQ=MONTHLY;INTERVAL=3", "every three months"),
    ("FREQ=YEARLY", "every year"),
]
FIELDS = [
    "title",
    "work_type",
    "asset",
    "contact",
    "rule",
    "first_on",
    "not_before",
    "not_after",
    "horizon_days",
    "priority",
    "description",
]
ACTS = {
    "pause": (RecurringState.PAUSED, "Paused. Jobs that are open stay."),
    "go_on": (RecurringState.ACTIVE, "It goes on."),
    "end": (RecurringState.ENDED, "Ended. Jobs that are open stay."),
}


class RecurringForm(forms.ModelForm):
    """The rule of one site's work."""

    class Meta:
        model = Recurring
        fields = FIELDS
        labels = {
            "rule": "How often",
            "first_on": "First day",
            "not_before": "Not before",
            "not_after": "Done by",
            "horizon_days": "Days ahead",
            "work_type": "Kind of work",
        }
        widgets = {
            "rule": forms.TextInput(attrs={"list": "rules", "autocomplete": "off"}),
            "first_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "not_before": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "not_after": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "description": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = self.instance.site
        assets, contacts = access.assets_for(user), access.contacts_for(user)
        self.fields["asset"].queryset = assets.filter(site=site)
        self.fields["contact"].queryset = contacts.filter(customer=site.customer_id)
        for name, one in self.fields.items():
            one.widget.attrs["class"] = "input"
            if isinstance(one, forms.ModelChoiceField):
                one.empty_label = "Choose" if name == "work_type" else "None"


@require_safe
@login_required
def listed(request: HttpRequest) -> HttpResponse:
    """Every rule in the dispatcher's territories."""
    rows = access.recurring_for(office(request)).select_related("site", "work_type")
    made = Count("occurrences", filter=Q(occurrences__job__isnull=False))
    context = {"rows": rows.annotate(made=made)[:200], "here": "recurring"}
    return render(request, "board/recurring_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, row_id: UUID | None = None) -> HttpResponse:
    """One rule with its next dates; `act=preview` keeps nothing yet."""
    user, at = office(request), timezone.now()
    row = _row(request, user, row_id)
    if request.method != "POST":
        form = RecurringForm(user, instance=row)
        return _show(request, user, row, form, preview=row_id is not None)
    form = RecurringForm(user, request.POST, instance=row)
    if not form.is_valid():
        return _show(request, user, row, form, status=422)
    if request.POST.get("act") == "preview":
        return _show(request, user, row, form, preview=True)
    try:
        recurring.save(row, by=user, at=at)
    except InvalidInput as error:
        _blame(form, error)
        return _show(request, user, row, form, status=error.status)
    messages.success(request, "Saved. The jobs are opened within a quarter of an hour.")
    return redirect("board:recurring-edit", row_id=row.pk)


@require_POST
@login_required
def act(request: HttpRequest, row_id: UUID) -> HttpResponse:
    """Pause, go on, end, or leave one date out."""
    user, at = office(request), timezone.now()
    row = _row(request, user, row_id)
    name = request.POST.get("act", "")
    try:
        if name == "skip":
            day = _day(request.POST.get("day", ""))
            recurring.skip(row, day=day, by=user, at=at)
            messages.success(request, f"{day:%a %d %b %Y} is left out.")
        elif name in ACTS:
            state, words = ACTS[name]
            recurring.set_state(row, state=state, by=user, at=at)
            messages.success(request, words)
        else:
            raise InvalidInput("There is no such deed.", field="act")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("board:recurring-edit", row_id=row.pk)


def _row(request: HttpRequest, user: User, row_id: UUID | None) -> Recurring:
    try:
        if row_id is not None:
            rows = access.recurring_for(user)
            return access.get(
                rows.select_related("site__territory", "site__customer", "work_type"),
                row_id,
            )
        site = access.get_site_for(user, request.GET.get("site", ""))
    except NotFound as error:
        raise Http404 from error
    return Recurring(site=site, rule="FREQ=WEEKLY", first_on=timezone.localdate())


def _show(
    request: HttpRequest,
    user: User,
    row: Recurring,
    form: RecurringForm,
    *,
    preview: bool = False,
    status: int = 200,
) -> HttpResponse:
    zone = ZoneInfo(row.site.territory.time_zone)
    dates: list[recurring.Date] = []
    if preview:
        try:
            dates = recurring.preview(row, at=timezone.now())
        except InvalidInput as error:
            _blame(form, error)
            status = error.status
    is_kept = not row._state.adding
    own = access.recurring_for(user).filter(pk=row.pk).values_list("pk", Value(""))
    context = {
        "row": row,
        "is_kept": is_kept,
        "form": form,
        "rules": RULES,
        "dates": dates,
        "previewed": preview,
        "zone": zone,
        "history": history.read([own], zone=zone) if is_kept else None,
        "here": "recurring",
    }
    return render(request, "board/recurring.html", context, status=status)


def _blame(form: RecurringForm, error: InvalidInput) -> None:
    field = error.details.get("field")
    # A form that was not sent has no errors of its own to add to.
    if form.is_bound:
        form.add_error(field if field in FIELDS else None, error.message)


def _day(text: str) -> Any:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput("Choose one of the dates.", field="day")
    return found
