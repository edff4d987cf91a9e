"""Agreements as the gate needs them: found by pair, held against suspension, in two queries for a chunk.

A version's terms are read from the database once per process and digest; they are compared with that digest by
`rulebook` before they are used.
"""

import json
from collections import OrderedDict
from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.time import Period
from comity.standing.agreements.facts import Hold, LiveAgreement
from comity.standing.agreements.vocabulary import AgreementKind

PairIds = tuple[UUID, UUID]
"""(sender, receiver)."""

_WANTED: Final = "unnest(%s::uuid[], %s::uuid[]) AS w (sender_id, receiver_id)"
# Suspension takes the row FOR UPDATE: it waits for us, or we wait for it and then read what it left. In order of id,
# so that two chunks and a suspension cannot wait for each other in a ring.
_LOCK: Final = f"""
SELECT a.id FROM agreements_agreement a
WHERE a.state = 'in_force' AND a.id IN (
    SELECT p.agreement_id FROM {_WANTED} JOIN agreements_pair p USING (sender_id, receiver_id))
ORDER BY a.id FOR SHARE OF a
"""
_BETWEEN: Final = f"""
SELECT DISTINCT 'between', p.sender_id, p.receiver_id, a.id, a.code, a.title, a.kind, a.state, a.starts_at, a.ends_at,
    v.id, v.number, v.digest
FROM {_WANTED}
JOIN agreements_pair p USING (sender_id, receiver_id)
JOIN agreements_agreement a ON a.id = p.agreement_id AND a.current_version_id = p.version_id AND a.state = 'in_force'
JOIN agreements_version v ON v.id = p.version_id
"""
_ONWARD: Final = """
SELECT 'onward', b.holder_id, NULL::uuid, b.agreement_id, b.code, b.title, b.kind, b.state, b.starts_at, b.ends_at,
    b.version_id, b.number, b.digest
FROM agreements_bounds_on(%s::uuid[]) AS b
"""
_FIND: Final = f"{_BETWEEN} UNION ALL {_ONWARD}"
_FIND_LOCKED: Final = f"{_BETWEEN} WHERE a.id = ANY(%s::uuid[]) UNION ALL {_ONWARD}"
_TERMS: Final = "SELECT version_id, title, text_digest, terms, parties FROM agreements_terms_of(%s::uuid[])"
_KEPT_TERMS: Final = 8192


class _TermsKept:
    """Terms by (version, digest), the oldest leaving when full. A version never changes, so nothing grows stale."""

    def __init__(self) -> None:
        self.kept: OrderedDict[tuple[UUID, str], tuple[str, str, object, tuple[str, ...]]] = OrderedDict()

    def load(self, cursor: CursorWrapper, wanted: Collection[tuple[UUID, str]]) -> None:
        """Read what is not yet kept, in one query or none."""
        missing = {version_id: digest for version_id, digest in wanted if (version_id, digest) not in self.kept}
        if not missing:
            return
        cursor.execute(_TERMS, [list(missing)])
        for version_id, title, text, terms, parties in cursor.fetchall():
            self.kept[version_id, missing[version_id]] = (title, text, json.loads(terms), tuple(parties))
        while len(self.kept) > max(_KEPT_TERMS, len(wanted)):
            self.kept.popitem(last=False)


_terms = _TermsKept()


def lock_agreements(cursor: CursorWrapper, pairs: Collection[PairIds]) -> dict[PairIds, tuple[LiveAgreement, ...]]:
    """Return what bears on each pair, with the rows of agreements in force between them locked `FOR SHARE`.

    Until the caller's transaction ends no suspension, termination or new version of these agreements can commit.
    Every pair of `pairs` is a key; agreements are ordered by code. An agreement whose period is over is returned:
    `rulebook.build_slice` compares periods with the instant of the decision.
    """
    senders, receivers = _columns(pairs)
    cursor.execute(_LOCK, [senders, receivers])
    locked = [row[0] for row in cursor.fetchall()]
    cursor.execute(_FIND_LOCKED, [senders, receivers, locked, sorted(set(senders))])
    return _by_pair(cursor, pairs, cursor.fetchall())


def list_live_agreements(cursor: CursorWrapper, pairs: Collection[PairIds]) -> dict[PairIds, tuple[LiveAgreement, ...]]:
    """Return the same without locks: for previews, where nothing leaves."""
    senders, receivers = _columns(pairs)
    cursor.execute(_FIND, [senders, receivers, sorted(set(senders))])
    return _by_pair(cursor, pairs, cursor.fetchall())


def _columns(pairs: Iterable[PairIds]) -> tuple[list[UUID], list[UUID]]:
    ordered = sorted(set(pairs))
    return [pair[0] for pair in ordered], [pair[1] for pair in ordered]


def _by_pair(
    cursor: CursorWrapper, pairs: Collection[PairIds], rows: list[tuple[Any, ...]]
) -> dict[PairIds, tuple[LiveAgreement, ...]]:
    _terms.load(cursor, {(row[10], row[12]) for row in rows})
    between: dict[PairIds, list[LiveAgreement]] = {}
    onward: dict[UUID, list[LiveAgreement]] = {}
    for row in rows:
        live = _live(row)
        if live.hold is Hold.BETWEEN:
            between.setdefault((row[1], row[2]), []).append(live)
        else:
            onward.setdefault(row[1], []).append(live)
    return {
        pair: tuple(sorted(between.get(pair, []) + onward.get(pair[0], []), key=lambda live: (live.code, live.hold)))
        for pair in pairs
    }


def _live(row: tuple[Any, ...]) -> LiveAgreement:
    hold, _, _, agreement_id, code, title, kind, state, starts_at, ends_at, version_id, number, digest = row
    version_title, text, terms, parties = _terms.kept[version_id, digest]
    return LiveAgreement(
        id=agreement_id,
        code=code,
        title=title,
        kind=AgreementKind(kind),
        state=state,
        period=Period(starts_at, ends_at),
        version_id=version_id,
        number=number,
        digest=digest,
        hold=Hold(hold),
        terms=terms,
        version_title=version_title,
        text_digest=text,
        parties=parties,
    )
