"""A version in the place of another: which clauses of recorded rules it takes away and which it brings. For replay.

Limits on passing on stay whatever becomes of their agreement: a later version brings its own and takes none away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from comity.spine.policy.rules import Rule
from comity.standing.agreements.audit import is_as_offered
from comity.standing.agreements.compile import JURISDICTION, Compiled, Source, compile_terms, quotas_of
from comity.standing.agreements.facts import AgreementFacts, VersionFacts
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.rulebook import AlteredTermsError
from comity.standing.agreements.selectors import (
    NoSuchAgreementError,
    get_agreement,
    get_agreement_by_code,
    get_version,
    list_versions,
)
from comity.standing.agreements.terms import AnyClause, Pair, Terms, check_terms, read_terms


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version that is tried: what it compiles to, between which pairs it is, from which day (UTC) it would apply.

    `same_quotas`: the rule id of a clause with a quota in an earlier version, to that of the same quota in this one.
    """

    code: str
    version_id: UUID
    number: int
    digest: str
    starts_at: datetime
    compiled: Compiled
    pairs: frozenset[Pair]
    same_quotas: Mapping[str, str]

    @property
    def holders(self) -> frozenset[str]:
        """The agencies (codes) some decision of which it may bear on."""
        bound = frozenset[str]().union(*(one.holders for one in self.compiled.bounds))
        return frozenset(sender for sender, _ in self.pairs) | bound

    def first_day(self, now: datetime) -> date:
        """Return the day it is tried as of: today, or the first of its period where that is to come."""
        return max(now, self.starts_at).astimezone(UTC).date()

    def is_of(self, rule: Rule) -> bool:
        """Tell whether a rule is a clause, between two agencies, of some version of the same agreement."""
        own = rule.jurisdiction == JURISDICTION and rule.source.partition("@")[0] == self.code
        return own and rule.pair is not None

    def in_place(self, rules: Iterable[Rule], *, pair: Pair, day: date) -> dict[str, Rule]:
        """Return the rules, by id, with this version's clauses between the pair in the place of any earlier one's."""
        left = {rule.id: rule for rule in rules if not self.is_of(rule)}
        brought = (*self.compiled.between.get(pair, ()), *self.compiled.bounds_on(pair[0]))
        return left | {rule.id: rule for rule in brought if rule.in_force_on(day)}


def find_version(*, code: str, number: int | None) -> VersionFacts:
    """Return a version of the agreement, the newest when `number` is None; offered, or ever in force.

    The caller's transaction is used. Raises `NoSuchAgreementError`, naming the versions there are.
    """
    agreement = get_agreement_by_code(code)
    versions = list_versions(agreement.id)
    chosen = next((one for one in reversed(versions) if number in {None, one.number}), None)
    if chosen is None:
        known = ", ".join(str(one.number) for one in versions) or "none was offered yet"
        raise NoSuchAgreementError(f"no version `{number or 'newest'}` of `{code}` was offered; there are: {known}")
    return chosen


def get_candidate(version_id: UUID) -> Candidate:
    """Return the version to be tried, compiled.

    The caller's transaction is used. Raises `NoSuchAgreementError`, `AlteredTermsError`, `UnknownTermError`.
    """
    version = get_version(version_id)
    return _candidate(get_agreement(version.agreement_id), version, list_versions(version.agreement_id))


def _candidate(agreement: AgreementFacts, version: VersionFacts, versions: Iterable[VersionFacts]) -> Candidate:
    if not is_as_offered(agreement, version):
        raise AlteredTermsError(
            f"version {version.number} of `{agreement.code}` is not what was offered; restore it from a verified backup"
        )
    terms = read_terms(version.terms)
    check_terms(terms, vocabulary=current_vocabulary(), parties=version.parties)
    source = Source(agreement.code, version.title, version.number)
    return Candidate(
        code=agreement.code,
        version_id=version.id,
        number=version.number,
        digest=version.digest,
        starts_at=version.period.starts_at,
        compiled=compile_terms(terms, source=source),
        pairs=terms.pairs,
        same_quotas=_same_quotas(terms, source, [one for one in versions if one.number < version.number]),
    )


def _same_quotas(terms: Terms, source: Source, earlier: Iterable[VersionFacts]) -> dict[str, str]:
    """Find the quotas that count the same: clauses of one id and wording in an earlier version and in this one."""
    own, counted = _by_id(terms), _counted(terms, source)
    found: dict[str, str] = {}
    for version in earlier:
        before, then = Source(source.code, version.title, version.number), read_terms(version.terms)
        for name, clause in _by_id(then).items():
            rule = before.rule_id(name)
            if clause == own.get(name) and rule in _counted(then, before) and source.rule_id(name) in counted:
                found[rule] = source.rule_id(name)
    return found


def _by_id(terms: Terms) -> dict[str, AnyClause]:
    return {clause.id: clause for clause in terms.clauses}


def _counted(terms: Terms, source: Source) -> frozenset[str]:
    return frozenset(rule for quotas in quotas_of(terms, source=source).values() for rule in quotas)
