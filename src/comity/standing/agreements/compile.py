"""Clauses become rules of the gate. Pure.

Each rule's text holds every condition itself; `pair` repeats some of them so that slicing saves work, `classes` repeats
its scope, by which the gate sorts what holds.
INVARIANT: terms that cannot be read or checked become a refusal between the parties, never nothing.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from comity.spine.policy.rules import Kind, Rule
from comity.standing.agreements.terms import (
    AnyClause,
    Approval,
    Clause,
    Exclude,
    Onward,
    Pair,
    Quota,
    Retention,
    Share,
    Terms,
    Training,
    is_slug,
)

JURISDICTION: Final = "agreement"
CONSENT: Final = "originator_consent"
"""Evidence code: the originator's single-use token for this record and this receiver was shown."""
FREED: Final = "onward_free"
"""Mark: the originator lets this record be passed on."""
TRAINED: Final = "trained_"
"""Prefix of evidence codes: `trained_receive_information` and so on."""

_ACTION: Final = 'Comity::Action::"disclose"'
_RULE_ID: Final = re.compile(
    r"agr-(?P<code>[a-z][a-z0-9-]*)-(?P<number>\d+)-(?P<clause>[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*)(?:\..*)?"
)


class UnsafeCodeError(ValueError):
    """A code that is not a slug reached the text of a rule."""


@dataclass(frozen=True, slots=True)
class Source:
    """The version clauses are compiled from."""

    code: str
    title: str
    number: int

    def rule_id(self, clause_id: str) -> str:
        """Return `agr-<code>-<number>-<clause>`, the id of a clause and the stem of its rules' ids."""
        return f"agr-{self.code}-{self.number}-{clause_id}"


@dataclass(frozen=True, slots=True)
class ClauseRef:
    """The clause behind a rule id."""

    code: str
    number: int
    clause: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit on passing on: it can matter whenever one of `holders` (agency codes) is the sender."""

    holders: frozenset[str]
    rule: Rule


@dataclass(frozen=True, slots=True)
class Compiled:
    """The rules of one version: those between two agencies, and those that follow a record to whoever received it."""

    between: Mapping[Pair, tuple[Rule, ...]]
    bounds: tuple[Bound, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the version, ordered by id."""
        every = [rule for rules in self.between.values() for rule in rules] + [bound.rule for bound in self.bounds]
        return tuple(sorted(every, key=lambda rule: rule.id))

    def bounds_on(self, sender: str) -> tuple[Rule, ...]:
        """Return the limits on what `sender` may pass on."""
        return tuple(bound.rule for bound in self.bounds if sender in bound.holders)


def parse_rule_id(rule_id: str) -> ClauseRef | None:
    """Return the clause a rule id names; None when it is no rule of a clause."""
    found = _RULE_ID.fullmatch(rule_id)
    return ClauseRef(found["code"], int(found["number"]), found["clause"]) if found else None


def compile_terms(terms: Terms, *, source: Source) -> Compiled:
    """Compile checked terms (`terms.check_terms`); raise `UnsafeCodeError` if they cannot have been checked."""
    quotas = quotas_of(terms, source=source)
    between: dict[Pair, list[Rule]] = {}
    bounds: list[Bound] = []
    for clause in terms.clauses:
        for pair in clause.pairs:
            rules = _rules(clause, pair, source, tuple(quotas.get(source.rule_id(clause.id), {})))
            between.setdefault(pair, []).extend(rules)
        bounds += _bounds(clause, source)
    return Compiled({pair: tuple(rules) for pair, rules in between.items()}, tuple(bounds))


def quotas_of(terms: Terms, *, source: Source) -> dict[str, dict[str, int]]:
    """Return, per share clause (its rule id), the quotas its use counts against: clause rule id to uses a day."""
    found: dict[str, dict[str, int]] = {}
    for clause in terms.clauses:
        own = source.rule_id(clause.id)
        if isinstance(clause, Share) and clause.quota_per_day is not None:
            found.setdefault(own, {})[own] = clause.quota_per_day
        if isinstance(clause, Quota):
            for share in clause.clauses:
                found.setdefault(source.rule_id(share), {})[own] = clause.per_day
    return found


def unreadable(*, source: Source, pair: Pair, says: str) -> Rule:
    """Return the refusal that stands for a version in force whose terms cannot be used.

    `says` is `agr.unreadable` or `agr.altered`.
    """
    when = [_is("principal.sender", pair[0]), _is("principal.receiver", pair[1])]
    return _stand_in(source, "unreadable", says, when, pair)


def unreadable_bound(*, source: Source, sender: str, says: str) -> Rule:
    """Return the refusal to pass on what may have come under a version whose terms cannot be used.

    Whatever came from anybody: who the parties were is not to be believed either.
    """
    when = [
        _is("principal.sender", sender),
        'principal.origin != ""',
        "principal.origin != principal.sender",
        "principal.receiver != principal.origin",
    ]
    return _stand_in(source, "unreadable-onward", says, when, None)


def _stand_in(source: Source, name: str, says: str, when: list[str], pair: Pair | None) -> Rule:
    return Rule(
        id=f"agr-{source.code}-{source.number}.{name}",
        kind=Kind.FORBID,
        cite=f"{source.title}, version {source.number}",
        says=says,
        text=_text("forbid", when, []),
        jurisdiction=JURISDICTION,
        source=f"{source.code}@{source.number}",
        starts_on=None,
        ends_on=None,
        pair=pair,
    )


def _rules(clause: AnyClause, pair: Pair, source: Source, quotas: tuple[str, ...]) -> tuple[Rule, ...]:
    when = [_is("principal.sender", pair[0]), _is("principal.receiver", pair[1])]
    match clause:
        case Share():
            return (_share(clause, pair, source, quotas),)
        case Exclude():
            when += [*_narrowed(clause), _any("principal.marks", clause.marks)]
            return _one_per_class(clause, pair, source, "agr.exclude", Kind.FORBID, when)
        case Training():
            evidence = tuple(TRAINED + function for function in clause.functions)
            unless = [_all("principal.met", evidence)]
            return _one_per_class(
                clause, pair, source, "agr.training", Kind.FORBID, when + _narrowed(clause), unless, needs=(evidence,)
            )
        case Approval():
            duties = tuple(f"approval:{function}" for function in clause.functions)
            return _one_per_class(
                clause, pair, source, "agr.approval", Kind.REQUIRE, when + _narrowed(clause), duties=duties
            )
        case Retention():
            duties = (f"retention:{clause.days}",)
            return _one_per_class(
                clause, pair, source, "agr.retention", Kind.REQUIRE, when + _narrowed(clause), duties=duties
            )
        case Onward() | Quota():
            return ()


def _share(clause: Share, pair: Pair, source: Source, quotas: tuple[str, ...]) -> Rule:
    """Return the permit with the clause's allow-list; the gate keeps to it whatever class an element is of."""
    evidence = tuple(TRAINED + function for function in clause.training)
    when = [
        _is("principal.sender", pair[0]),
        _is("principal.receiver", pair[1]),
        _in("principal.purpose", clause.purposes),
        _in("principal.category", clause.categories),
    ]
    when += [_all("principal.met", evidence)] if evidence else []
    unless = [_any("principal.marks", clause.excluded)] if clause.excluded else []
    unless += [_any("principal.exhausted", quotas)] if quotas else []
    duties = [f"approval:{function}" for function in clause.approvals] + [f"onward:{clause.onward}"]
    duties += [f"retention:{clause.retention_days}"] if clause.retention_days else []
    return Rule(
        id=_id(clause, source, pair, ""),
        kind=Kind.PERMIT,
        cite=_cite(clause, source),
        says="agr.share",
        text=_text("permit", when, unless),
        jurisdiction=JURISDICTION,
        source=f"{source.code}@{source.number}#{clause.id}",
        starts_on=clause.starts_on,
        ends_on=clause.ends_on,
        obligations=tuple(duties),
        needs=(evidence,) if evidence else (),
        elements=frozenset(clause.elements),
        pair=pair,
    )


def _one_per_class(
    clause: Exclude | Training | Approval | Retention,
    pair: Pair,
    source: Source,
    says: str,
    kind: Kind,
    when: list[str],
    unless: Iterable[str] = (),
    *,
    duties: tuple[str, ...] = (),
    needs: tuple[tuple[str, ...], ...] = (),
) -> tuple[Rule, ...]:
    """One rule per sensitivity class the clause names, or one for all of them."""
    names: tuple[str, ...] = tuple(sorted(set(getattr(clause, "classes", ()))))
    effect = "forbid" if kind is Kind.FORBID else "permit"
    return tuple(
        Rule(
            id=_id(clause, source, pair, name if len(names) > 1 else ""),
            kind=kind,
            cite=_cite(clause, source),
            says=says,
            text=_text(effect, when, list(unless), name),
            jurisdiction=JURISDICTION,
            source=f"{source.code}@{source.number}#{clause.id}",
            starts_on=clause.starts_on,
            ends_on=clause.ends_on,
            obligations=duties,
            needs=needs,
            classes=frozenset({name}) if name else None,
            pair=pair,
        )
        for name in (names or ("",))
    )


def _bounds(clause: AnyClause, source: Source) -> list[Bound]:
    """Return what receivers may not pass on. Undated: it outlives the clause, for the record is still there."""
    match clause:
        case Share(onward=rule, categories=categories):
            suffix = ".onward"
        case Onward(rule=rule, categories=categories):
            suffix = ""
        case _:
            return []
    if rule == "allowed":
        return []
    origins: dict[str, set[str]] = {}
    for origin, holder in clause.pairs:
        origins.setdefault(holder, set()).add(origin)
    several = len(origins) > 1
    found: list[Bound] = []
    for holder, senders in sorted(origins.items()):
        when = [
            _is("principal.sender", holder),
            _in("principal.origin", tuple(sorted(senders))),
            "principal.receiver != principal.origin",
        ]
        when += [_in("principal.category", categories)] if categories else []
        freed = [_all("principal.met", (CONSENT,)), _any("principal.marks", (FREED,))]
        forbid = Rule(
            id=source.rule_id(clause.id) + suffix + (f".{holder}" if several else ""),
            kind=Kind.FORBID,
            cite=_cite(clause, source),
            says=f"agr.onward_{rule}",
            text=_text("forbid", when, freed if rule == "consent" else []),
            jurisdiction=JURISDICTION,
            source=f"{source.code}@{source.number}#{clause.id}",
            starts_on=None,
            ends_on=None,
            needs=((CONSENT,),) if rule == "consent" else (),
        )
        found.append(Bound(frozenset({holder}), forbid))
    return found


def _id(clause: Clause, source: Source, pair: Pair, name: str) -> str:
    """Return the clause's rule id; a class and, where it is between several, the pair follow after dots."""
    parts = [source.rule_id(clause.id), *([name] if name else []), *(pair if len(clause.pairs) > 1 else ())]
    return ".".join(parts)


def _cite(clause: Clause, source: Source) -> str:
    return f"{source.title}, version {source.number}, clause {clause.id}"


def _narrowed(clause: Exclude | Training | Approval | Retention) -> list[str]:
    """Return the conditions on purpose and category, where the clause has them."""
    return [
        _in(f"principal.{attribute}", getattr(clause, name))
        for name, attribute in (("purposes", "purpose"), ("categories", "category"))
        if getattr(clause, name, ())
    ]


def _text(effect: str, when: list[str], unless: list[str], sensitivity_class: str = "") -> str:
    resource = f"resource == Comity::Class::{_quoted(sensitivity_class)}" if sensitivity_class else "resource"
    ending = f" unless {{ {' || '.join(unless)} }}" if unless else ""
    return f"{effect} (principal, action == {_ACTION}, {resource}) when {{ {' && '.join(when)} }}{ending};"


def _is(attribute: str, code: str) -> str:
    return f"{attribute} == {_quoted(code)}"


def _in(attribute: str, codes: Iterable[str]) -> str:
    return f"{_set(codes)}.contains({attribute})"


def _any(attribute: str, codes: Iterable[str]) -> str:
    return f"{attribute}.containsAny({_set(codes)})"


def _all(attribute: str, codes: Iterable[str]) -> str:
    return f"{attribute}.containsAll({_set(codes)})"


def _set(codes: Iterable[str]) -> str:
    return f"[{', '.join(_quoted(code) for code in sorted(set(codes)))}]"


@lru_cache(maxsize=4096)  # the clauses of a version repeat a few hundred codes
def _quoted(code: str) -> str:
    if not is_slug(code):
        raise UnsafeCodeError(f"`{code}` is no slug; check the terms before they are compiled")
    return f'"{code}"'
