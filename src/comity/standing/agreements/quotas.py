"""Daily limits: counters of clauses with a quota, locked while a chunk is decided.

A day is a day in UTC. A use is one ask to which a clause's permit let something go at once. Only the counters that
the asks of a chunk can touch are locked, so that chunks about other purposes or categories do not wait for each other.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.standing.agreements.compile import quotas_of
from comity.standing.agreements.facts import Hold, LiveAgreement
from comity.standing.agreements.live import stored_digest
from comity.standing.agreements.terms import Share, UnknownTermError, read_terms

_OPEN: Final = """
INSERT INTO agreements_usage (clause, day, agreement_id, used)
SELECT clause, %s, agreement_id, 0 FROM unnest(%s::text[], %s::uuid[]) AS t (clause, agreement_id) ORDER BY clause
ON CONFLICT (clause, day) DO NOTHING
"""
_LOCK: Final = (
    "SELECT clause, used FROM agreements_usage WHERE clause = ANY(%s) AND day = %s ORDER BY clause FOR UPDATE"
)
_SAVE: Final = """
UPDATE agreements_usage AS u SET used = t.used FROM unnest(%s::text[], %s::int[]) AS t (clause, used)
WHERE u.clause = t.clause AND u.day = %s
"""


@dataclass(frozen=True, slots=True)
class Use:
    """What an ask would use: sender and receiver by code, purpose and category. A share not about it never permits."""

    sender: str
    receiver: str
    purpose: str
    category: str


@dataclass(slots=True)
class QuotaBook:
    """The counters of one chunk, locked until its transaction ends; `save_quotas` writes what was taken.

    `limits`: clause (its rule id) to uses a day, of the locked clauses. `counts_against`: every share clause to the
    clauses its use counts against; taking one that is not locked raises `KeyError`: nothing goes out uncounted.
    """

    day: date
    limits: Mapping[str, int]
    counts_against: Mapping[str, frozenset[str]]
    used: dict[str, int]
    changed: set[str] = field(default_factory=set)

    @property
    def exhausted(self) -> frozenset[str]:
        """The clauses that are used up: what `Facts.exhausted` holds."""
        return frozenset(clause for clause, limit in self.limits.items() if self.used[clause] >= limit)

    def take(self, rule_ids: Iterable[str]) -> frozenset[str]:
        """Count one ask that went out under these rules; return what is exhausted afterwards."""
        stems = {rule_id.partition(".")[0] for rule_id in rule_ids}
        for clause in {clause for stem in stems for clause in self.counts_against.get(stem, ())}:
            self.used[clause] += 1
            self.changed.add(clause)
        return self.exhausted


def lock_quotas(
    cursor: CursorWrapper, *, agreements: Collection[LiveAgreement], uses: Collection[Use], day: date
) -> QuotaBook:
    """Return the counters of every quota in `agreements` that one of `uses` may touch, locked; no query where none.

    Writes a zero counter for a clause not yet used on the day. Terms that cannot be read have no quota: they permit
    nothing either.
    """
    limits: dict[str, int] = {}
    counts: dict[str, set[str]] = {}
    owners: dict[str, UUID] = {}
    for live in agreements:
        for rule_id, (share, quotas) in _quotas(live).items():
            counts.setdefault(rule_id, set()).update(quotas)
            if any(_bears_on(share, use) for use in uses):
                limits |= quotas
                owners |= dict.fromkeys(quotas, live.id)
    book = QuotaBook(day, limits, {share: frozenset(names) for share, names in counts.items()}, {})
    if limits:
        names = sorted(limits)
        cursor.execute(_OPEN, [day, names, [owners[name] for name in names]])
        cursor.execute(_LOCK, [names, day])
        book.used = dict(cursor.fetchall())
    return book


def save_quotas(cursor: CursorWrapper, book: QuotaBook) -> None:
    """Write the counters that changed, in the transaction that locked them."""
    if book.changed:
        names = sorted(book.changed)
        cursor.execute(_SAVE, [names, [book.used[name] for name in names], book.day])


_known: OrderedDict[str, dict[str, tuple[Share, dict[str, int]]]] = OrderedDict()
_KEPT: Final = 8192


def _bears_on(share: Share, use: Use) -> bool:
    return (
        use.purpose in share.purposes and use.category in share.categories and (use.sender, use.receiver) in share.pairs
    )


def _quotas(live: LiveAgreement) -> dict[str, tuple[Share, dict[str, int]]]:
    """Read the quotas of a version once: asked for every chunk, and most versions have none.

    Share clause (its rule id) to what it is about and the quotas its use counts against.
    """
    if live.hold is not Hold.BETWEEN:
        return {}
    found = _known.get(live.digest)
    if found is None:
        try:
            terms = read_terms(live.terms)
            quotas = quotas_of(terms, source=live.source)
        except UnknownTermError:
            quotas, shares = {}, {}
        else:
            shares = {live.source.rule_id(one.id): one for one in terms.clauses if isinstance(one, Share)}
        # A quota that names no share can only be an altered text, which the rulebook refuses as such.
        found = {rule_id: (shares[rule_id], limits) for rule_id, limits in quotas.items() if rule_id in shares}
        if stored_digest(live) == live.digest:
            _known[live.digest] = found
            if len(_known) > _KEPT:
                _known.popitem(last=False)
    return found
