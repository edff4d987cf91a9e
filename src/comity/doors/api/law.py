"""The law in force: rules with their words, authorities, and the vocabulary an ask is written in."""

from collections.abc import Iterable
from http import HTTPStatus

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from comity.doors.api.answers import Moment, moment
from comity.doors.api.bodies import Language
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.spine.policy.rules import Rule
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.vocabulary import Scope
from comity.standing.law.approvals import list_rule_approvals
from comity.standing.law.catalogue import Source, Word, load_catalogue
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import ApprovalFacts, Law
from comity.standing.law.selectors import get_current_law, list_authorities, list_settings
from comity.standing.law.setting_facts import KnownSetting, SettingFacts, load_known

router = Router(tags=["law"])


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the gate, in words. Days are ISO dates; `ends_on` is the first day it no longer applies.

    `approval`: how counsel approved it: `signed`, `demo approval` (nobody has read it as counsel) or `not signed`.
    """

    id: str
    kind: str
    jurisdiction: str
    citation: str
    says: str
    forward: str
    obligations: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    starts_on: str | None
    ends_on: str | None
    digest: str
    approval: str


class RuleBook(msgspec.Struct, frozen=True):
    """The rules of the release in force; `release` is its digest, named as rule set by decisions."""

    release: str
    rules: tuple[RuleLine, ...]


class AuthorityLine(msgspec.Struct, frozen=True, kw_only=True):
    """What rules rest on. `mark`: S, its text was read, or K, general knowledge; `confidence`: H, M or L."""

    code: str
    citation: str
    effect: str
    starts_on: str | None
    ends_on: str | None
    mark: str
    confidence: str
    tags: tuple[str, ...]


class Authorities(msgspec.Struct, frozen=True):
    """Every authority, by code."""

    authorities: tuple[AuthorityLine, ...]


class SettingLine(msgspec.Struct, frozen=True, kw_only=True):
    """A point of law that is not built in. `value`: counsel's from `since` on, else the default, the strict one."""

    id: str
    says: str
    value: str
    values: tuple[str, ...]
    since: Moment | None
    reason: str


class SettingList(msgspec.Struct, frozen=True):
    """Every setting, by id."""

    settings: tuple[SettingLine, ...]


class Term(msgspec.Struct, frozen=True):
    """A code and its label."""

    code: str
    label: str


class ElementLine(msgspec.Struct, frozen=True):
    """One thing that may be asked for, the sensitivity class that decides it, its NIEM name."""

    code: str
    label: str
    sensitivity_class: str
    niem: str


class CategoryLine(msgspec.Struct, frozen=True):
    """A kind of record. `may_hide`: every ask in it is answered on a tick, whether or not a record exists."""

    code: str
    label: str
    classes: tuple[str, ...]
    may_hide: bool


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Every word an ask, a record or an answer may use. `claims`: evidence an asker may state."""

    elements: tuple[ElementLine, ...]
    categories: tuple[CategoryLine, ...]
    purposes: tuple[Term, ...]
    claims: tuple[Term, ...]
    evidence: tuple[Term, ...]
    marks: tuple[Term, ...]


@router.get("/law/rules", **declared(Scope.LAW_READ, gives={200: RuleBook}))
def get_rules(request: HttpRequest, language: Language = Language.EN) -> HttpResponse:
    """List the rules in force now, each with its citation and what it says."""
    caller = caller_of(request)
    with reading(caller.actor):
        law = get_current_law(caller.now)
        approvals = list_rule_approvals(law)
    lines = tuple(_rule(rule, law, language, approvals.get(rule.id)) for rule in law.rules)
    return reply(HTTPStatus.OK, RuleBook(law.digest, lines))


@router.get("/law/authorities", **declared(Scope.LAW_READ, gives={200: Authorities}))
def get_authorities(request: HttpRequest) -> HttpResponse:
    """List the authorities that the rules in force rest on."""
    caller = caller_of(request)
    with reading(caller.actor):
        found = list_authorities(caller.now)
    lines = tuple(
        AuthorityLine(
            code=one.code,
            citation=one.citation,
            effect=one.effect,
            starts_on=one.starts_on.isoformat() if one.starts_on else None,
            ends_on=one.ends_on.isoformat() if one.ends_on else None,
            mark=one.mark,
            confidence=one.confidence,
            tags=one.tags,
        )
        for one in found
    )
    return reply(HTTPStatus.OK, Authorities(lines))


@router.get("/law/settings", **declared(Scope.LAW_READ, gives={200: SettingList}))
def get_settings(request: HttpRequest, language: Language = Language.EN) -> HttpResponse:
    """List what counsel of the node may choose where the law is not settled, and what was chosen."""
    caller, known = caller_of(request), load_known()
    with reading(caller.actor):
        chosen = list_settings(caller.now)
    lines = (_setting(name, known.get(name), chosen.get(name), language) for name in sorted(known.keys() | chosen))
    return reply(HTTPStatus.OK, SettingList(tuple(lines)))


@router.get("/law/elements", **declared(Scope.LAW_READ, gives={200: Vocabulary}))
def get_elements(request: HttpRequest, language: Language = Language.EN) -> HttpResponse:  # noqa: ARG001 - keyed
    """List the words of the gate: elements, categories, purposes, evidence, marks."""
    known, tongue = load_catalogue(), language.value
    vocabulary = Vocabulary(
        elements=tuple(
            ElementLine(one.code, one.label(tongue), one.sensitivity_class, one.niem)
            for _, one in sorted(known.elements.items())
        ),
        categories=tuple(
            CategoryLine(one.code, one.label(tongue), one.classes, one.may_hide)
            for _, one in sorted(known.categories.items())
        ),
        purposes=_terms(known.purposes.values(), tongue),
        claims=_terms((one for one in known.evidence.values() if one.source is Source.ASKER), tongue),
        evidence=_terms((e for e in known.evidence.values() if e.source in {Source.HOLDER, Source.RECORD}), tongue),
        marks=_terms(known.marks.values(), tongue),
    )
    return reply(HTTPStatus.OK, vocabulary)


def _setting(name: str, one: KnownSetting | None, own: SettingFacts | None, language: Language) -> SettingLine:
    return SettingLine(
        id=name,
        says="" if one is None else one.es if language is Language.ES else one.en,
        value=own.value if own else one.default if one else "",
        values=one.values if one else (),
        since=moment(own.effective_at) if own else None,
        reason=own.reason if own else "",
    )


def _rule(rule: Rule, law: Law, language: Language, approval: ApprovalFacts | None) -> RuleLine:
    words = get_rule_text(rule.says, language.value, texts=law.texts)
    return RuleLine(
        id=rule.id,
        kind=rule.kind.value,
        jurisdiction=rule.jurisdiction,
        citation=rule.cite,
        says=words.says,
        forward=words.forward,
        obligations=rule.obligations,
        needs=rule.needs,
        starts_on=rule.starts_on.isoformat() if rule.starts_on else None,
        ends_on=rule.ends_on.isoformat() if rule.ends_on else None,
        digest=rule.digest(),
        approval=approval.words if approval else "none",
    )


def _terms(words: Iterable[Word], language: str) -> tuple[Term, ...]:
    return tuple(sorted((Term(word.code, word.label(language)) for word in words), key=lambda term: term.code))
