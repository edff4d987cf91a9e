"""Agreements as the gate needs them: found by pair, held against suspension, in one query for a chunk.

A version's text is read from the database until it was seen once to have the digest its parties signed, then kept.
"""

import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.time import Period
from comity.spine.tenancy.transaction import Query, read_together
from comity.standing.agreements.digest import version_digest
from comity.standing.agreements.facts import Hold, LiveAgreement
from comity.standing.agreements.vocabulary import AgreementKind

PairIds = tuple[UUID, UUID]
"""(sender, receiver)."""

_COLUMNS: Final = (
    "hold, sender_id, receiver_id, agreement_id, code, title, kind, state, version_id, number, digest, notice_ends_at"
)
_Row = tuple[str, UUID, UUID | None, UUID, str, str, str, str, UUID, int, str, datetime | None]
_OPEN: Final = "agreements_bearing_on(%s::uuid[], %s::uuid[])"
_LOCKED: Final = "agreements_locked_on(%s::uuid[], %s::uuid[])"
_TERMS: Final = (
    "SELECT version_id, title, text_digest, terms, parties, starts_at, ends_at FROM agreements_terms_of(%s::uuid[])"
)
_KEPT_TERMS: Final = 8192


@dataclass(frozen=True, slots=True)
class _Text:
    """What a version says, read from its act row; the working row of the agreement is not believed on any of it."""

    title: str
    text_digest: str
    terms: object
    parties: tuple[str, ...]
    period: Period


_NOTHING: Final = _Text("", "", None, (), Period(datetime(1, 1, 1, tzinfo=UTC)))
"""A version that was never put in force has no text for the gate: it is refused as altered."""
_texts: OrderedDict[tuple[UUID, str], _Text] = OrderedDict()
"""Texts that have the digest they are kept under, the oldest leaving when full: a version never grows stale."""


def locking(pairs: Collection[PairIds]) -> Query:
    """Return the reading that locks and finds what bears on the pairs, for `agreements_from`.

    Agreements in force between two are locked `FOR SHARE`: until the transaction ends no suspension, termination or
    new version of them can commit.
    """
    return Query(_COLUMNS, _LOCKED, _columns(pairs), _Row)


def agreements_from(
    cursor: CursorWrapper, pairs: Collection[PairIds], rows: Sequence[tuple[Any, ...]]
) -> dict[PairIds, tuple[LiveAgreement, ...]]:
    """Return what bears on each pair from the rows of `locking`; texts not met before are read.

    Every pair of `pairs` is a key; agreements are ordered by code. Limits on passing on are of every version that was
    ever in force. An agreement whose period is over is returned: `rulebook.build_slice` compares periods with the
    instant of the decision.
    """
    # Taken out at once: while rows are read, the memory may let go of what it held longest.
    kept = {row[8]: text for row in rows if (text := _texts.get((row[8], row[10]))) is not None}
    read = kept | _read_texts(cursor, {row[8] for row in rows} - set(kept))
    between: dict[PairIds, list[LiveAgreement]] = {}
    onward: dict[UUID, list[LiveAgreement]] = {}
    for row in rows:
        live = _live(row, read)
        if live.hold is Hold.BETWEEN:
            between.setdefault((row[1], row[2]), []).append(live)
        else:
            onward.setdefault(row[1], []).append(live)
    return {
        pair: tuple(
            sorted(
                between.get(pair, []) + onward.get(pair[0], []), key=lambda live: (live.code, live.hold, live.number)
            )
        )
        for pair in pairs
    }


def lock_agreements(cursor: CursorWrapper, pairs: Collection[PairIds]) -> dict[PairIds, tuple[LiveAgreement, ...]]:
    """Return what bears on each pair, locked (`locking`, `agreements_from`)."""
    return agreements_from(cursor, pairs, read_together(cursor, locking(pairs))[0])


def list_live_agreements(cursor: CursorWrapper, pairs: Collection[PairIds]) -> dict[PairIds, tuple[LiveAgreement, ...]]:
    """Return the same without locks: for previews, where nothing leaves."""
    return agreements_from(cursor, pairs, read_together(cursor, Query(_COLUMNS, _OPEN, _columns(pairs), _Row))[0])


def _columns(pairs: Iterable[PairIds]) -> tuple[list[UUID], list[UUID]]:
    ordered = sorted(set(pairs))
    return [pair[0] for pair in ordered], [pair[1] for pair in ordered]


def _read_texts(cursor: CursorWrapper, versions: Collection[UUID]) -> dict[UUID, _Text]:
    if not versions:
        return {}
    cursor.execute(_TERMS, [list(versions)])
    return {
        row[0]: _Text(row[1], row[2], json.loads(row[3]), tuple(row[4]), Period(row[5], row[6]))
        for row in cursor.fetchall()
    }


def _live(row: tuple[Any, ...], read: Mapping[UUID, _Text]) -> LiveAgreement:
    hold, _, _, agreement_id, code, title, kind, state, version_id, number, digest, notice_ends_at = row
    key = (version_id, digest)
    text = read.get(version_id, _NOTHING)
    live = LiveAgreement(
        id=agreement_id,
        code=code,
        title=title,
        kind=AgreementKind(kind),
        state=state,
        period=text.period,
        version_id=version_id,
        number=number,
        digest=digest,
        hold=Hold(hold),
        terms=text.terms,
        version_title=text.title,
        text_digest=text.text_digest,
        parties=text.parties,
        notice_ends_at=notice_ends_at,
    )
    if key not in _texts and stored_digest(live) == digest:
        _texts[key] = text
        if len(_texts) > _KEPT_TERMS:
            _texts.popitem(last=False)
    return live


def stored_digest(live: LiveAgreement) -> str:
    """Return the digest of the version as it is stored now."""
    return version_digest(
        code=live.code,
        kind=live.kind,
        number=live.number,
        title=live.version_title,
        text_digest=live.text_digest,
        terms=live.terms,
        parties=live.parties,
        period=live.period,
    )
