"""Ask: at most six inputs, what would become of it while they are filled in, and the answer at once.

The form is sent by POST throughout, so that the number of a record stands in no address and no log.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.ask import Answered, Ask, Conflict, Fault, Invalid
from comity.coordination.exchange.commands.preview import Previewed, preview_disclosures
from comity.coordination.exchange.commands.request import request_disclosures
from comity.coordination.exchange.rules import LONGEST_REFERENCE
from comity.coordination.exchange.selectors import list_asks
from comity.coordination.exchange.way_forward import get_counterpart, ways_forward
from comity.doors.ring import key_ring
from comity.doors.web.drafts import all_typed_before, forget_draft
from comity.doors.web.exchange.sheet import (
    Filled,
    agencies,
    choices,
    filled_of,
    in_force_between,
    linked,
    partners_in_force,
)
from comity.doors.web.exchange.telling import Teller, addressed, refused_in
from comity.doors.web.exchange.words import PREVIEWED, STATUSES, tone_of
from comity.doors.web.page import Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.kernel.canonical import Json
from comity.kernel.ids import random_id
from comity.spine.policy.decision import REFUSED, outcome_plain
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.selectors import list_live_agreements
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import list_hosted_agencies
from comity.standing.law.selectors import NoLawInForceError, get_current_law

Errors = dict[str, list[Promise | str]]
_FOOTING: Final = Footing(
    readers=_("Posts that ask, for their own agency."),
    ground=_("The law in force and the agreements between the two agencies decide; the post must be trained for it."),
    record=_(
        "An ask is recorded with its answer in the ledger, whatever the answer. A preview is not: it names nobody."
    ),
)
_NEEDED: Final[Mapping[str, Promise]] = {
    "holder": _("Choose the agency that holds the record."),
    "purpose": _("Choose what you need it for."),
    "category": _("Choose the kind of record."),
    "element": _("Choose at least one thing you ask for."),
    "reference": _("Give the number the record goes by at its holder."),
}
NO_LAW: Final = _("No release of the law is in force: nothing may be shared. Counsel of this node puts one in force.")
_FIELDS: Final = {"elements": "element", "claims": "claim", "ask_id": "key"}
_SAID: Final[Mapping[tuple[str, str], Promise]] = {
    ("agreement", "not_in_force"): _(
        "This agreement is not in force for what this agency sends to you. Choose another, or any that applies."
    ),
    ("agreement", "unknown"): _("Your agency is no party of this agreement. Choose another, or any that applies."),
    ("holder", "unknown"): _("No agency has this code. Choose one of the list."),
    ("holder", "invalid"): _("This is your own agency. Choose the agency that holds the record."),
    ("reference", "unavailable"): _("The record of this number does not open at its holder. Tell the holder."),
    ("reference", "invalid"): _(
        "This number is too long, or holds a sign that nobody types. Give it as the holder does."
    ),
    ("purpose", "unknown"): _NEEDED["purpose"],
    ("category", "unknown"): _NEEDED["category"],
    ("elements", "unknown"): _("This kind of record does not hold what was chosen. Choose again."),
    ("elements", "invalid"): _("This kind of record does not hold what was chosen. Choose again."),
    ("claims", "unknown"): _("This cannot be stated. Choose from the list."),
    ("ask_id", "invalid"): _("This form cannot be sent again. Send it once more as a new ask."),
}


@page(Permission.ASK_MAKE, _FOOTING, methods=("GET", "POST"))
def ask(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the form, what would become of it, or send it; once sent, its answer is the page of the ask."""
    if request.method == "POST":
        filled = filled_of(request.POST)
        if request.POST.get("act") != "preview":
            return _sent(request, staff, filled)
        return _form(request, staff, filled)
    before = all_typed_before(request, staff.account)
    filled = filled_of(before) if before else linked(request.GET)
    return _form(request, staff, replace(filled, single={**_defaults(staff), **filled.single}))


def _sent(request: HttpRequest, staff: Staff, filled: Filled) -> HttpResponse:
    wrong: Errors = {name: [words] for name, words in _NEEDED.items() if not (filled.all(name) or filled[name])}
    if wrong:
        return _form(request, staff, filled, wrong)
    try:
        [result] = request_disclosures(asks=[_ask(filled)], by=staff.actor, keys=key_ring())
    except NoLawInForceError:
        return _form(request, staff, filled, {"": [NO_LAW]})
    match result:
        case Answered(ask_id=ask_id, repeated=repeated):
            forget_draft(account=staff.account, page=request.path)
            if repeated:
                messages.info(request, _("This was sent before: it was asked once, and this is its answer."))
            return redirect("console:exchange-ask", ask_id=ask_id)
        case Conflict(ask_id=ask_id):
            again = replace(filled, single={**filled.single, "key": new_key()})
            return _form(request, staff, again, {}, sent_before=str(ask_id))
        case Invalid(faults=faults):
            return _form(request, staff, filled, errors_of(faults))


def _ask(filled: Filled, reference: str | None = None) -> Ask:
    return Ask(
        ask_key=filled["key"],
        holder=filled["holder"],
        purpose=filled["purpose"],
        category=filled["category"],
        elements=filled.all("element"),
        reference=filled["reference"] if reference is None else reference,
        agreement=filled["agreement"],
        claims=dict.fromkeys(filled.all("claim"), True),
    )


def new_key() -> str:
    """Return a key for a form that is sent once, however often its button is pressed."""
    return f"console-{random_id()}"


def errors_of(faults: Iterable[Fault]) -> Errors:
    """Return what is wrong by field, in the reader's language."""
    found: Errors = {}
    for fault in faults:
        words = _SAID.get((fault.field, fault.code), f"{fault.message}; {fault.remedy}".replace("`", ""))
        said = found.setdefault(_FIELDS.get(fault.field, fault.field), [])
        if words not in said:
            said.append(words)
    return found


def _defaults(staff: Staff) -> dict[str, str]:
    """Return what a fresh form says: the one partner there is, and the purpose of the last ask."""
    with reading(staff.actor) as cursor:
        last = list_asks(cursor, staff.agency.id, path="live", before=None, limit=1)
        partners = partners_in_force(staff.agency, staff.now)
    return {
        "holder": next(iter(partners)) if len(partners) == 1 else "",
        "purpose": last[0].purpose if last else "",
        "key": new_key(),
    }


def _form(
    request: HttpRequest, staff: Staff, filled: Filled, errors: Errors | None = None, *, sent_before: str = ""
) -> HttpResponse:
    language = get_language() or "en"
    with reading(staff.actor):
        others = [one for one in list_hosted_agencies() if one.id != staff.agency.id]
        bound = partners_in_force(staff.agency, staff.now)
        holder = next((one for one in others if one.code == filled["holder"]), None)
        agreements = in_force_between(staff.agency, holder, staff.now)
    context = {
        **choices(filled, language),
        "bound": agencies((one for one in others if one.code in bound), filled["holder"]),
        "unbound": agencies((one for one in others if one.code not in bound), filled["holder"]),
        "agreements": agreements if len(agreements) > 1 or filled["agreement"] else [],
        "agreement": filled["agreement"],
        "reference": filled["reference"],
        "longest": LONGEST_REFERENCE,
        "key": filled["key"] or new_key(),
        "errors": errors or {},
        "problems": (errors or {}).get("", []) + (errors or {}).get("key", []) + (errors or {}).get("post", []),
        "sent_before": sent_before,
        **_preview(staff, filled, holder, language),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors or sent_before else HTTPStatus.OK
    return show(request, "exchange/ask.html", context, status)


def _preview(staff: Staff, filled: Filled, holder: AgencyFacts | None, language: str) -> dict[str, object]:
    """Return what would become of such an ask, by type; nothing until enough is filled in."""
    if holder is None or not (filled["purpose"] and filled["category"] and filled.all("element")):
        return {}
    question = replace(_ask(filled, reference="preview"), ask_key="preview")
    try:
        [found] = preview_disclosures(asks=[question], by=staff.actor, now=staff.now, keys=key_ring())
    except NoLawInForceError:
        return {"preview_problems": [NO_LAW]}
    if isinstance(found, Invalid):
        return {"preview_problems": [words for said in errors_of(found.faults).values() for words in said]}
    return _foretold(staff, found, holder, language)


def _foretold(staff: Staff, found: Previewed, holder: AgencyFacts, language: str) -> dict[str, object]:
    told: dict[str, Json] = {name: outcome_plain(outcome) for name, outcome in found.decision.outcomes}
    headline = found.decision.headline
    with reading(staff.actor) as cursor:
        law = get_current_law(staff.now)
        pair = (holder.id, staff.agency.id)
        live = list_live_agreements(cursor, [pair])[pair]
        names = {one.code: one.name for one in list_hosted_agencies()}
        refused = refused_in(told)
        counterpart = (
            get_counterpart(cursor, holder=holder, asker_id=staff.agency.id, at=staff.now) if refused else None
        )
    ways = ways_forward(
        refused=refused,
        law=law,
        rules=(*law.rules, *found.rules.values()),
        holder=holder.code,
        counterpart=addressed(counterpart),
        language=language,
    )
    in_part = (
        headline != REFUSED and len({str(outcome_plain(one)["outcome"]) for _, one in found.decision.outcomes}) > 1
    )
    return {
        "preview": Teller(law, language, names, live, PREVIEWED).classes(told, ways),
        "preview_tone": tone_of(headline, in_part=in_part),
        "preview_heading": _("In part, class by class") if in_part else FORETOLD.get(headline, STATUSES[headline]),
    }


FORETOLD: Final[Mapping[str, Promise]] = {
    "disclosed": _("It may go at once"),
    "needs_approval": _("It would wait for approval"),
    "held": _("It would be held for counsel"),
    "refused": _("It would be refused"),
}
