"""Samples: those that are kept, drawing one, and the decisions of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.sample import LARGEST, NothingToDrawError, keep_sample
from comity.coordination.exchange.samples import (
    NoSampleError,
    Sampled,
    SampleFacts,
    get_sample,
    list_sampled,
    list_samples,
)
from comity.doors.lists import Choice, Column, Filter, asked_of, csv_of, page_of
from comity.doors.ring import key_ring
from comity.doors.web.audit.words import FOOTING, HEADLINES, MARKS, STAGES, category, headline, purpose
from comity.doors.web.drafts import forget_draft, typed_before
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.kernel.time import Period
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import list_agencies

_SAMPLES: Final[tuple[Column[SampleFacts], ...]] = (
    Column("objective", _("Objective"), lambda row: row.objective),
    Column("drawn", _("Drawn"), lambda row: row.drawn_at),
    Column("seed", _("Seed"), lambda row: row.seed),
    Column("population", _("Population"), lambda row: row.population),
    Column("size", _("Sample"), lambda row: len(row.decision_ids)),
    Column("left", _("Not yet marked"), lambda row: row.left),
    Column("exceptions", _("Exceptions"), lambda row: row.exceptions),
)


@dataclass(frozen=True, slots=True)
class SampledRow:
    """A decision of a sample as a line, in words."""

    one: Sampled
    headline: str
    stage: str
    what: str
    asker: str
    holder: str
    mark: str


_SAMPLED: Final[tuple[Column[SampledRow], ...]] = (
    Column("place", _("No."), lambda row: row.one.place),
    Column("decided", _("Decided"), lambda row: row.one.decided_at),
    Column("what", _("What"), lambda row: row.what),
    Column("between", _("Asker and holder"), lambda row: f"{row.asker}, {row.holder}"),
    Column("headline", _("It came to"), lambda row: row.headline),
    Column("stage", _("How"), lambda row: row.stage),
    Column("mark", _("Looked at"), lambda row: row.mark),
)


_FIRST: Final = date(2000, 1, 1)


class DrawForm(forms.Form):
    """What is drawn from, how, and for what."""

    objective = forms.CharField(
        label=_("Objective"), max_length=300,
        help_text=_("What the audit is to find out, in one sentence. No name of a person, no number of a record."),
    )  # fmt: skip
    since = forms.DateField(label=_("From (first day taken)"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label=_("To (last day taken)"), widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("What is not yet decided is not drawn from."),
    )  # fmt: skip
    stratum = forms.ChoiceField(
        label=_("Drawn from"), required=False,
        choices=(("", _("every decision")), *HEADLINES.items()),
    )  # fmt: skip
    size = forms.IntegerField(
        label=_("Size of the sample"), min_value=1, max_value=LARGEST, initial=25,
        help_text=_("At most 200 here. Larger ones are drawn with the command comity audit sample."),
    )  # fmt: skip
    seed = forms.CharField(
        label=_("Seed"), max_length=100,
        help_text=_("Chosen by chance: a coin, dice, a lottery. Whoever draws with it draws the same."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins, or is yet to come."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", _("This lies before the first day."))
        if since and since > timezone.localdate():
            self.add_error("since", _("This day is to come: nothing has been decided on it."))
        return given

    def period(self) -> Period:
        """Return the period in the zone of the page, until the end of the last day."""
        zone = timezone.get_current_timezone()
        since = max(self.cleaned_data["since"], _FIRST)
        until = max(since, min(self.cleaned_data["until"], timezone.localdate()))
        return Period(datetime.combine(since, time(), zone), datetime.combine(until + timedelta(days=1), time(), zone))


@page(Permission.SAMPLE_READ, FOOTING)
def samples(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the samples that auditors of the agency keep."""
    asked = asked_of(request, columns=_SAMPLES, sort="-drawn")
    with reading(staff.actor) as cursor:
        rows = list_samples(cursor, staff.agency.id)
    found = page_of(rows, asked=asked, columns=_SAMPLES)
    if asked.is_csv:
        return csv_of("samples", found.rows, _SAMPLES)
    return show(request, "audit.html", {"found": found})


@page(Permission.SAMPLE_DRAW, FOOTING, methods=("GET", "POST"))
def draw(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Draw a sample and keep it."""
    before = typed_before(request, staff.account)
    form = DrawForm(request.POST if request.method == "POST" else None, initial=before)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            sample_id = keep_sample(
                objective=given["objective"].strip(),
                seed=given["seed"].strip(),
                period=form.period(),
                stratum=given["stratum"],
                size=given["size"],
                by=staff.actor,
                now=staff.now,
                keys=key_ring(),
            )
        except NothingToDrawError:
            form.add_error("until", _("The period holds no such decision. Choose a longer one, or another stratum."))
        else:
            forget_draft(account=staff.account, page=request.path)
            messages.success(request, _("The sample is drawn and kept."))
            return redirect("console:audit-sample", sample_id=sample_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return show(request, "audit_draw.html", {"form": form}, status)


@page(Permission.SAMPLE_READ, FOOTING)
def sample(request: HttpRequest, staff: Staff, sample_id: UUID) -> HttpResponse:
    """Show a sample as it was drawn, and its decisions as they were recorded."""
    filters = (
        Filter("mark", _("Looked at"), tuple(Choice(code, label) for code, label in MARKS.items())),
        Filter("came", _("It came to"), tuple(Choice(code, label) for code, label in HEADLINES.items())),
    )
    asked = asked_of(request, columns=_SAMPLED, filters=filters, sort="place")
    with reading(staff.actor) as cursor:
        try:
            drawn = get_sample(cursor, sample_id)
        except NoSampleError:
            raise Http404(sample_id) from None
        sampled = list_sampled(cursor, drawn, staff.actor)
        agencies = list_agencies({one for row in sampled for one in (row.asker_id, row.holder_id)})
    rows = [sampled_row(one, agencies) for one in sampled]
    found = page_of(
        rows, asked=asked, columns=_SAMPLED, filters=filters,
        matches=lambda row, chosen: chosen.get("mark", row.one.says) == row.one.says
        and chosen.get("came", row.one.headline) == row.one.headline,
    )  # fmt: skip
    if asked.is_csv:
        return csv_of("sample", found.rows, _SAMPLED)
    following = next((one for one in sampled if one.mark is None), None)
    context = {
        "sample": drawn,
        "stratum": headline(drawn.stratum) if drawn.stratum else _("every decision"),
        "found": found,
        "next": following,
        "gone": len(drawn.decision_ids) - len(sampled),
    }
    return show(request, "audit_sample.html", context)


def sampled_row(one: Sampled, agencies: Mapping[UUID, AgencyFacts]) -> SampledRow:
    """Return a decision in words."""
    return SampledRow(
        one=one,
        headline=headline(one.headline),
        stage=str(STAGES.get(one.stage, one.stage)),
        what=f"{category(one.category)}; {purpose(one.purpose)}",
        asker=agencies[one.asker_id].name,
        holder=agencies[one.holder_id].name,
        mark=str(MARKS[one.says]),
    )
