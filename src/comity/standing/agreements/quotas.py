"""Daily limits: counters of clauses with a quota, locked while a chunk is decided.

A day is a day in UTC. A use is one ask to which a clause's permit let something go at once.
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
from comity.standing.agreements.terms import UnknownTermError, read_terms

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


@dataclass(slots=True)
class QuotaBook:
    """The counters of one chunk, locked until its transaction ends; `save_quotas` writes what was taken.

    `limits`: clause (its rule id) to uses a day. `counts_against`: share clause to the clauses its use counts against.
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


def lock_quotas(cursor: CursorWrapper, *, agreements: Collection[LiveAgreement], day: date) -> QuotaBook:
    """Return the counters of every quota in `agreements`, locked; no query where there is none.

    Writes a zero counter for a clause not yet used on the day. Terms that cannot be read have no quota: they permit
    nothing either.
    """
    limits: dict[str, int] = {}
    counts: dict[str, set[str]] = {}
    owners: dict[str, UUID] = {}
    for live in agreements:
        for share, quotas in _quotas(live).items():
            counts.setdefault(share, set()).update(quotas)
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


def take_quota(
    cursor: CursorWrapper, *, agreements: Collection[LiveAgreement], rule_ids: Iterable[str], day: date
) -> frozenset[str]:
    """Count one ask that went out under `rule_ids`; return the clauses exhausted afterwards."""
    book = lock_quotas(cursor, agreements=agreements, day=day)
    exhausted = book.take(rule_ids)
    save_quotas(cursor, book)
    return exhausted


_known: OrderedDict[str, dict[str, dict[str, int]]] = OrderedDict()
_KEPT: Final = 8192


def _quotas(live: LiveAgreement) -> dict[str, dict[str, int]]:
    """Read the quotas of a version once: asked for every chunk, and most versions have none."""
    if live.hold is not Hold.BETWEEN:
        return {}
    found = _known.get(live.digest)
    if found is None:
        try:
            found = quotas_of(read_terms(live.terms), source=live.source)
        except UnknownTermError:
            found = {}
        _known[live.digest] = found
        if len(_known) > _KEPT:
            _known.popitem(last=False)
    return found
