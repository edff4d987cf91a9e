"""May I, now? What one agency may tell another, by type, with its authority: for somebody in the field, on a phone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.ask import Ask, Invalid
from comity.coordination.exchange.commands.preview import Previewed, preview_may
from comity.coordination.exchange.may import May, may_of, say_counted_on, say_may
from comity.coordination.exchange.way_forward import load_hints
from comity.doors.ring import key_ring
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import list_hosted_agencies
from comity.standing.law.catalogue import Source, Word, load_catalogue
from comity.standing.law.explain import explain
from comity.standing.law.selectors import NoLawInForceError, get_current_law

_FOOTING: Final = Footing(
    readers=_("Every post, about its own agency and one other."),
    ground=_("The law in force and the agreements between the two. The answer is by type: no record is looked at."),
    record=NOT_RECORDED,
)
HEADINGS: Final[Mapping[May, Promise]] = {
    May.YES: _("Yes"),
    May.IF_SHOWN: _("Yes, where the record shows it"),
    May.AFTER_APPROVAL: _("After approval"),
    May.AFTER_COUNSEL: _("Counsel decides"),
    May.IN_PART: _("In part"),
    May.NO: _("No"),
}
OUTCOMES: Final[Mapping[str, Promise]] = {
    "disclosed": _("may go"),
    "needs_approval": _("waits for approval"),
    "held": _("held for counsel"),
    "refused": _("stays"),
}
_FORWARD, _BACK = "share", "ask"


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Why one part of what was asked comes out as it does."""

    part: str
    outcome: str
    outcome_label: str
    says: str
    citation: str
    rule: str
    missing: tuple[str, ...]
    forward: str


@page(Permission.MAY_READ, _FOOTING)
def may(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Ask and answer on one page; the question is its address, so that it can be shared."""
    language, given = get_language() or "en", request.GET
    with reading(staff.actor):
        others = [one for one in list_hosted_agencies() if one.id != staff.agency.id]
    context = _form(given, others, language)
    other = next((one for one in others if one.code == given.get("other")), None)
    is_asked = bool(other and given.get("purpose") and given.get("category") and given.getlist("element"))
    if other is not None and is_asked:
        context |= _answer(staff, other, given, language)
    context["is_asked"] = is_asked
    return show(request, "may.html", context)


def _form(given: QueryDict, others: list[AgencyFacts], language: str) -> dict[str, object]:
    known = load_catalogue()
    category = known.categories.get(given.get("category", ""))
    chosen, stated = set(given.getlist("element")), set(given.getlist("claim"))
    elements = [
        Option(one.code, one.label(language), one.code in chosen)
        for one in known.elements.values()
        if category is not None and one.sensitivity_class in category.classes
    ]
    return {
        "way": _BACK if given.get("way") == _BACK else _FORWARD,
        "others": _sorted(Option(one.code, one.name, one.code == given.get("other")) for one in others),
        "purposes": _options(known.purposes.values(), given.get("purpose"), language),
        "categories": _options(known.categories.values(), given.get("category"), language),
        "elements": _sorted(elements),
        "claims": _sorted(
            Option(one.code, one.label(language), one.code in stated)
            for one in known.evidence.values()
            if one.source is Source.ASKER
        ),
        "has_claims": bool(stated),
    }


def _answer(staff: Staff, other: AgencyFacts, given: QueryDict, language: str) -> dict[str, object]:
    asks = given.get("way") == _BACK
    holder, asker = (other, staff.agency) if asks else (staff.agency, other)
    ask = Ask(
        ask_key="may",
        holder=holder.code,
        purpose=given.get("purpose", ""),
        category=given.get("category", ""),
        elements=tuple(dict.fromkeys(given.getlist("element"))),
        reference="may",
        claims=dict.fromkeys(given.getlist("claim"), True),
    )
    try:
        found = preview_may(ask=ask, asker_id=asker.id, by=staff.actor, now=staff.now, keys=key_ring())
    except NoLawInForceError:
        return {"problems": [_("No release of the law is in force: nothing may be shared.")]}
    if isinstance(found, Invalid):
        return {"problems": [f"{fault.message}; {fault.remedy}" for fault in found.faults]}
    verdict = may_of(found.decision, found.evidence)
    taken = [load_hints(language)[one] for one in found.counts_on]
    says = say_may(
        found.decision, holder=holder.name, asker=asker.name, language=language, evidence=found.evidence
    )  # fmt: skip
    return {
        "verdict": verdict.value,
        "heading": HEADINGS[verdict],
        "says": says.replace("`", ""),
        "counts_on": [*taken, *say_counted_on(found.evidence, language=language)],
        "lines": _lines(staff, found, language),
    }


def _lines(staff: Staff, found: Previewed, language: str) -> list[Line]:
    with reading(staff.actor):
        law = get_current_law(staff.now)
    classes = load_catalogue().classes
    told = explain(decision=found.decision, rules=found.rules, language=language, texts=law.texts)
    return [
        Line(
            part=classes[one.sensitivity_class].label(language) if one.sensitivity_class else "",
            outcome=one.outcome,
            outcome_label=str(OUTCOMES[one.outcome]),
            says=one.words,
            citation=one.citation,
            rule=one.rule_id if one.rule_id in law.by_id() else "",
            missing=one.missing,
            forward=one.forward,
        )
        for one in told
        if one.outcome in OUTCOMES
    ]


def _options(words: Iterable[Word], chosen: str | None, language: str) -> list[Option]:
    return _sorted(Option(one.code, one.label(language), one.code == chosen) for one in words)


def _sorted(options: Iterable[Option]) -> list[Option]:
    return sorted(options, key=lambda one: one.label.casefold())
