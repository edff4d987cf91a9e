"""Clauses beside the rules they become, figures a text lays down, and what the law keeps back all the same."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.doors.lists import Column, asked_of, csv_of, page_of
from comity.doors.web.agreements.found import agreement_or_404, names_of, version_shown
from comity.doors.web.agreements.listing import FOOTING
from comity.doors.web.agreements.words import EFFECTS, SAID_IN_THE_TEXT, said_value
from comity.doors.web.law.words import KINDS
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.policy.rules import Rule
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.compile import Source, UnsafeCodeError, compile_terms, parse_rule_id
from comity.standing.agreements.conflicts import Conflict, find_conflicts
from comity.standing.agreements.explain import clause_sentence, says
from comity.standing.agreements.facts import AgreementFacts, VersionFacts
from comity.standing.agreements.provision_catalogue import load_provision_terms
from comity.standing.agreements.selectors import get_weighing
from comity.standing.agreements.terms import AnyClause, Terms, UnknownTermError, permits, read_terms
from comity.standing.law.catalogue import Word, load_catalogue
from comity.standing.law.selectors import NoLawInForceError


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause: what it does, what it says in words, and the first of the rules it becomes."""

    id: str
    effect: str
    says: str
    permits: bool
    rule_id: str
    rules: int
    cite: str
    text: str


@dataclass(frozen=True, slots=True)
class ProvisionRow:
    """A figure or word that the text lays down, and the words it stands in."""

    label: str
    value: str
    is_words: bool
    section: str
    words: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule that a clause became."""

    rule: Rule
    between: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """What the law keeps back of a clause, in words."""

    clause: str
    elements: str
    between: str
    purpose: str
    rules: tuple[str, ...]
    is_held: bool
    unless: tuple[str, ...]


_RULE_COLUMNS: Final[tuple[Column[RuleRow], ...]] = (
    Column("id", _("Rule"), lambda row: row.rule.id),
    Column("between", _("From and to"), lambda row: row.between),
    Column("kind", _("It"), lambda row: row.kind),
    Column("cite", _("Citation"), lambda row: row.rule.cite),
    Column("text", _("As the engine reads it"), lambda row: row.rule.text),
)


def clause_rows(
    agreement: AgreementFacts, version: VersionFacts, terms: Terms, *, names: Mapping[str, str], language: str
) -> list[ClauseRow]:
    """Return the clauses of a version in their order, each with how many rules it becomes."""
    source = Source(agreement.code, version.title, version.number)
    rules = _rules_by_clause(terms, source)
    return [
        ClauseRow(
            id=one.id,
            effect=str(EFFECTS[_kind(one)]),
            says=clause_sentence(one, language=language, names=names),
            permits=permits(one),
            rule_id=source.rule_id(one.id),
            rules=len(of := rules.get(one.id, ())),
            cite=of[0].cite if of else "",
            text=of[0].text if of else "",
        )
        for one in terms.clauses
    ]


def provision_rows(terms: Terms, *, language: str) -> list[ProvisionRow]:
    """Return what the text lays down beside its clauses, by label."""
    known = load_provision_terms()
    rows = [
        ProvisionRow(
            label=known[one.term].label(language) if one.term in known else one.term,
            value=said_value(one.value, one.unit),
            is_words=one.unit in SAID_IN_THE_TEXT,
            section=one.section,
            words=one.words,
        )
        for one in terms.provisions
    ]
    return sorted(rows, key=lambda row: row.label.casefold())


@page(Permission.AGREEMENT_READ, FOOTING)
def clause(request: HttpRequest, staff: Staff, code: str, clause_id: str) -> HttpResponse:
    """Show a clause in words beside every rule it becomes."""
    with reading(staff.actor):
        found = agreement_or_404(code)
        version, _versions = version_shown(request, found)
        names = names_of(found, posts=())
    terms, one = _clause_of(version, clause_id)
    if version is None or terms is None or one is None:
        raise Http404(clause_id)
    language = get_language() or "en"
    asked = asked_of(request, columns=_RULE_COLUMNS, sort="id")
    rules = _rules_by_clause(terms, Source(found.code, version.title, version.number)).get(clause_id, ())
    rows = [_rule_row(rule, names.by_code, language) for rule in rules]
    listed = page_of(rows, asked=asked, columns=_RULE_COLUMNS)
    if asked.is_csv:
        return csv_of(f"{code}-{clause_id}", listed.rows, _RULE_COLUMNS)
    context = {
        "agreement": found,
        "version": version,
        "clause": one,
        "effect": EFFECTS[_kind(one)],
        "says": clause_sentence(one, language=language, names=names.by_code),
        "found": listed,
    }
    return show(request, "agreements/clause.html", context)


@page(Permission.AGREEMENT_READ, FOOTING)
def conflicts(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Say what clauses of a version let go and the law in force keeps back all the same."""
    has_law = True
    rows: Sequence[ConflictRow] = ()
    with reading(staff.actor):
        found = agreement_or_404(code)
        version, _versions = version_shown(request, found)
        names = names_of(found, posts=())
        try:
            weighing = get_weighing(version.id, staff.now) if version else None
        except NoLawInForceError:
            weighing, has_law = None, False
        except UnknownTermError:
            weighing = None
    if weighing is not None:
        language = get_language() or "en"
        known = find_conflicts(weighing, load_catalogue())
        rows = [_conflict_row(one, names.by_code, language) for one in known]
    context = {"agreement": found, "version": version, "rows": rows, "has_law": has_law, "is_weighed": bool(weighing)}
    return show(request, "agreements/conflicts.html", context)


def _clause_of(version: VersionFacts | None, clause_id: str) -> tuple[Terms | None, AnyClause | None]:
    try:
        terms = read_terms(version.terms) if version else None
    except UnknownTermError:
        return None, None
    return terms, next((one for one in terms.clauses if one.id == clause_id), None) if terms else None


def _rules_by_clause(terms: Terms, source: Source) -> dict[str, list[Rule]]:
    """Return the rules by the clause they come from, by id; none where the terms cannot be compiled."""
    try:
        compiled = compile_terms(terms, source=source)
    except UnsafeCodeError:
        return {}
    found: dict[str, list[Rule]] = {}
    for rule in compiled.rules:
        ref = parse_rule_id(rule.id)
        if ref is not None:
            found.setdefault(ref.clause, []).append(rule)
    return found


def _kind(one: AnyClause) -> str:
    return str(one.__struct_config__.tag)


def _rule_row(rule: Rule, names: Mapping[str, str], language: str) -> RuleRow:
    between = " → ".join(names.get(code, code) for code in rule.pair) if rule.pair else str(_("whoever received"))
    return RuleRow(rule, between, str(KINDS[rule.kind.value]), says(rule.says, language=language))


def _conflict_row(one: Conflict, names: Mapping[str, str], language: str) -> ConflictRow:
    known = load_catalogue()
    return ConflictRow(
        clause=one.clause,
        elements=_labels(one.elements, known.elements, language),
        between=" → ".join(names.get(code, code) for code in one.pair),
        purpose=_labels([one.purpose], known.purposes, language),
        rules=one.rules,
        is_held=one.is_held,
        unless=tuple(_labels([code], known.evidence, language) for code in one.unless),
    )


def _labels(codes: Iterable[str], words: Mapping[str, Word], language: str) -> str:
    return ", ".join(words[code].label(language) if code in words else code for code in codes)
