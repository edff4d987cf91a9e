"""One decision of a sample: as it was recorded, decided again, proven, and what the auditor says of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.sample import (
    LONGEST_NOTE,
    Opened,
    UnclearMarkError,
    mark_sampled,
    open_sampled,
)
from comity.coordination.exchange.samples import EXCEPTION, TESTED, NoSampleError
from comity.doors.ring import key_ring
from comity.doors.web.audit.proofs import keys_shown, prove_all
from comity.doors.web.audit.samples import sampled_row
from comity.doors.web.audit.words import FOOTING, MARKS, element, headline, part
from comity.doors.web.drafts import forget_draft, typed_before
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.ledger.selectors import find_leaf
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import list_agencies
from comity.standing.law.selectors import NoLawInForceError, get_current_law


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule behind an outcome; `is_known`: it is in the law in force, where its page is."""

    id: str
    cite: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class PartLine:
    """What was decided of one sensitivity class, and what comes out now: JSON text where the two differ."""

    part: str
    outcome: str
    outcome_label: str
    rules: tuple[RuleLine, ...]
    recorded: str
    found: str

    @property
    def differs(self) -> bool:
        """Whether it would come out otherwise now."""
        return bool(self.recorded or self.found)


class MarkForm(forms.Form):
    """What the auditor says of a decision."""

    mark = forms.ChoiceField(
        label=_("Mark"),
        choices=(("", _("choose")), (TESTED, _("tested: no exception")), (EXCEPTION, _("exception"))),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Of an exception: criteria, condition, cause, effect. No name of a person, no number of a record."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for a note with an exception."""
        given = super().clean() or {}
        if given.get("mark") == EXCEPTION and not given.get("note", "").strip():
            self.add_error("note", _("Say what the exception is."))
        return given


@page(Permission.SAMPLE_MARK, FOOTING, methods=("GET", "POST"))
def item(request: HttpRequest, staff: Staff, sample_id: UUID, decision_id: UUID) -> HttpResponse:
    """Show one decision; having opened it is recorded before it is shown. Take what the auditor says of it."""
    before = typed_before(request, staff.account)
    form = MarkForm(request.POST if request.method == "POST" else None, initial=before)
    if request.method == "POST" and form.is_valid():
        return _marked(request, staff, sample_id, decision_id, form)
    try:
        opened = open_sampled(
            sample_id=sample_id, decision_id=decision_id, by=staff.actor, now=staff.now, keys=key_ring()
        )
    except NoSampleError:
        raise Http404(decision_id) from None
    mark = opened.decision.mark
    if mark is not None and not before and not form.is_bound:
        form = MarkForm(initial={"mark": mark.mark, "note": mark.note})
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    response = show(request, "audit_item.html", _context(staff, opened) | {"form": form}, status)
    response["Cache-Control"] = "no-store"
    return response


def _marked(request: HttpRequest, staff: Staff, sample_id: UUID, decision_id: UUID, form: MarkForm) -> HttpResponse:
    try:
        mark = mark_sampled(
            sample_id=sample_id,
            decision_id=decision_id,
            mark=form.cleaned_data["mark"],
            note=form.cleaned_data["note"].strip(),
            by=staff.actor,
            now=staff.now,
            keys=key_ring(),
        )
    except NoSampleError:
        raise Http404(decision_id) from None
    except UnclearMarkError as error:
        messages.error(request, str(error))
    else:
        forget_draft(account=staff.account, page=request.path)
        messages.success(request, _("Kept: %(mark)s.") % {"mark": MARKS[mark.mark]})
    return redirect("console:audit-sample", sample_id=sample_id)


def _context(staff: Staff, opened: Opened) -> dict[str, object]:
    entry_id = opened.decision.entry_id
    with reading(staff.actor) as cursor:
        proof = prove_all(cursor, [entry_id])[entry_id]
        leaf = find_leaf(cursor, entry_id=entry_id)
        agencies = list_agencies({opened.decision.asker_id, opened.decision.holder_id})
        try:
            known = frozenset(get_current_law(staff.now).by_id())
        except NoLawInForceError:
            known = frozenset()
    order = opened.sample.decision_ids
    after = order[(order.index(opened.decision.decision_id) + 1) % len(order)]
    return {
        "sample": opened.sample,
        "row": sampled_row(opened.decision, agencies),
        "finding": opened.finding,
        "parts": _parts(opened, known),
        "facts": json.dumps(opened.facts, indent=1, sort_keys=True) if opened.facts is not None else "",
        "elements": [element(one) for one in opened.decision.elements],
        "proof": proof,
        "leaf": leaf,
        "leaf_hash": leaf.leaf_hash.hex() if leaf and leaf.leaf_hash else "",
        "keys": keys_shown(),
        "after": after if after != opened.decision.decision_id else None,
    }


def _parts(opened: Opened, known: frozenset[str]) -> list[PartLine]:
    outcomes: Mapping[str, Any] = opened.finding["outcomes"] or {}
    differing = {one["class"]: one for one in opened.finding.get("differences", ())}
    return [_part(code, outcomes.get(code), differing.get(code), opened, known) for code in {**outcomes, **differing}]


def _part(
    code: str,
    recorded: Mapping[str, Any] | None,
    differing: Mapping[str, Any] | None,
    opened: Opened,
    known: frozenset[str],
) -> PartLine:
    said = recorded or {}
    return PartLine(
        part=part(code),
        outcome=said.get("outcome", ""),
        outcome_label=headline(said.get("outcome", "")),
        rules=tuple(RuleLine(one, opened.cites.get(one, ""), one in known) for one in said.get("rules", ())),
        recorded=_json(differing["recorded"]) if differing else "",
        found=_json(differing["found"]) if differing else "",
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True)
