"""Taking a public list into the directory: one durable transaction a list, rows in batches, one act row at the end.

Nothing is half-written: a fault at any line leaves the directory as it was. Batches go in as `INSERT ... SELECT FROM
unnest ... ON CONFLICT`, because `COPY` is refused under row-level security.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.ids import new_id
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.commands.record import Change, record_changes, require_steward
from comity.standing.directory.import_report import ImportReport, Source, Tally
from comity.standing.directory.rules import (
    AgencyRow,
    Candidate,
    Finding,
    Outcome,
    ParticipantRow,
    match,
    names_of,
    normalize_county,
)
from comity.standing.directory.vocabulary import Limit, Power

BATCH: Final = 1_000
Progress = Callable[[int], None]
"""Told after each batch how many lines have been dealt with."""
Line = TypeVar("Line")

_AGENCIES: Final = """
INSERT INTO directory_agency AS known
    (id, code, ori, name, kind, state, powers, limits, area, counties, address, hosting, node_url, origin,
     listed_name, listed_type, listed_county)
SELECT id, code, ori, name, kind, state, %s, %s, '', '{}', '', 'listed', '', %s, name, listed_type, listed_county
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS incoming (id, code, ori, name, kind, state, listed_type, listed_county)
ON CONFLICT (ori) DO UPDATE
    SET listed_name = excluded.listed_name, listed_type = excluded.listed_type, listed_county = excluded.listed_county
    WHERE (known.listed_name, known.listed_type, known.listed_county)
        IS DISTINCT FROM (excluded.listed_name, excluded.listed_type, excluded.listed_county)
RETURNING ori, id
"""
_CANDIDATES: Final = """
SELECT id::text, coalesce(ori, ''), state, name, listed_name, listed_type, listed_county FROM directory_agency WHERE
"""
_PARTICIPATIONS: Final = """
INSERT INTO directory_participation (id, agency_id, model, source, as_of_on, listed_name)
SELECT id, agency_id, model, %s, %s, listed_name
FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[]) AS incoming (id, agency_id, model, listed_name)
ON CONFLICT (agency_id, model, source, as_of_on) DO NOTHING
RETURNING id
"""


def import_agency_rows(
    *, by: Actor, now: datetime, source: Source, rows: Iterable[AgencyRow | Finding], progress: Progress
) -> ImportReport:
    """Enter the agencies of a list (steward only) by ORI; what is there keeps its name, kind and powers.

    New agencies are `listed`, with the power of law enforcement and the limit `unverified`. Writes `list.imported`.
    """
    require_steward(by)
    tally = Tally(source)
    seen: dict[str, str] = {}
    with acting(by) as cursor:
        for batch in _batches(rows):
            fresh = [row for row in _usable(batch, tally) if _is_first(row, seen, tally)]
            _enter_agencies(cursor, fresh, tally)
            progress(tally.read)
        _record(cursor, by=by, now=now, tally=tally)
    return tally.report()


def import_participant_rows(
    *,
    by: Actor,
    now: datetime,
    source: Source,
    as_of_on: date,
    rows: Iterable[ParticipantRow | Finding],
    progress: Progress,
) -> ImportReport:
    """Record that a list names agencies as 287(g) participants as of a day (steward only). Writes `list.imported`.

    A line matches by ORI, else by name, county and state; the ambiguous are listed, never guessed. A listing is not an
    agreement: no rule reads it.
    """
    require_steward(by)
    tally = Tally(source)
    by_state: dict[str, list[Candidate]] = {}
    with acting(by) as cursor:
        for batch in _batches(rows):
            found = _match_batch(cursor, _usable(batch, tally), by_state, tally)
            _enter_participations(cursor, found, as_of_on, tally)
            progress(tally.read)
        _record(cursor, by=by, now=now, tally=tally)
    return tally.report()


def _batches(rows: Iterable[Line]) -> Iterator[list[Line]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _usable(batch: Sequence[Line | Finding], tally: Tally) -> list[Line]:
    usable: list[Line] = []
    for row in batch:
        if isinstance(row, Finding):
            tally.add(row)
        else:
            usable.append(row)
    return usable


def _is_first(row: AgencyRow, seen: dict[str, str], tally: Tally) -> bool:
    """Tell whether the list names this ORI for the first time; a second time is refused or counted as matched."""
    before = seen.setdefault(row.ori, row.name)
    if before is row.name:
        return True
    if before == row.name:
        tally.add(Finding(row.line, Outcome.MATCHED, row.ori, "listed twice"))
    else:
        tally.add(Finding(row.line, Outcome.REFUSED, row.ori, f"the list gives this ORI to `{before}` as well"))
    return False


def _enter_agencies(cursor: CursorWrapper, rows: Sequence[AgencyRow], tally: Tally) -> None:
    if not rows:
        return
    ids = {row.ori: new_id() for row in rows}
    cursor.execute(
        _AGENCIES,
        (
            [Power.LAW_ENFORCEMENT.value, Power.CRIMINAL_JUSTICE.value],
            [Limit.UNVERIFIED.value],
            tally.source.name,
            [ids[row.ori] for row in rows],
            [row.code for row in rows],
            [row.ori for row in rows],
            [row.name for row in rows],
            [row.kind.value for row in rows],
            [row.state for row in rows],
            [row.listed_type for row in rows],
            [row.listed_county for row in rows],
        ),
    )
    written: dict[str, UUID] = dict(cursor.fetchall())
    for row in rows:
        if row.ori not in written:
            tally.add(Finding(row.line, Outcome.MATCHED, row.ori, "known, nothing new"))
        elif written[row.ori] == ids[row.ori]:
            tally.add(Finding(row.line, Outcome.NEW, row.ori, "entered"))
        else:
            tally.add(Finding(row.line, Outcome.MATCHED, row.ori, "known, what the list says of it noted"))


def _match_batch(
    cursor: CursorWrapper, rows: Sequence[ParticipantRow], by_state: dict[str, list[Candidate]], tally: Tally
) -> list[tuple[ParticipantRow, UUID]]:
    by_ori = {agency.ori: agency for agency in _candidates(cursor, "ori = ANY(%s)", [row.ori for row in rows])}
    unknown = {row.state for row in rows if row.ori not in by_ori} - by_state.keys()
    for state in unknown:
        by_state[state] = []
    for agency in _candidates(cursor, "state = ANY(%s)", sorted(unknown)):
        by_state[agency.state].append(agency)
    found: list[tuple[ParticipantRow, UUID]] = []
    for row in rows:
        verdict = match(row, by_ori.get(row.ori), by_state.get(row.state, ()))
        if isinstance(verdict, Finding):
            tally.add(verdict)
        else:
            found.append((row, UUID(verdict.key)))
    return found


def _candidates(cursor: CursorWrapper, where: str, values: Collection[str]) -> list[Candidate]:
    if not values:
        return []
    cursor.execute(_CANDIDATES + where, (list(values),))
    return [
        Candidate(
            key=key,
            ori=ori,
            state=state,
            names=names_of(name, listed_name, listed_type),
            counties=frozenset(filter(None, (normalize_county(county) for county in counties.split(",")))),
        )
        for key, ori, state, name, listed_name, listed_type, counties in cursor.fetchall()
    ]


def _enter_participations(
    cursor: CursorWrapper, found: Sequence[tuple[ParticipantRow, UUID]], as_of_on: date, tally: Tally
) -> None:
    first: dict[tuple[UUID, str], UUID] = {}
    lines: dict[UUID, list[ParticipantRow]] = defaultdict(list)
    for row, agency_id in found:
        lines[first.setdefault((agency_id, row.model.value), new_id())].append(row)
    cursor.execute(
        _PARTICIPATIONS,
        (
            tally.source.name,
            as_of_on,
            list(first.values()),
            [agency_id for agency_id, _ in first],
            [model for _, model in first],
            [lines[key][0].name for key in first.values()],
        ),
    )
    written = {row[0] for row in cursor.fetchall()}
    for key, rows in lines.items():
        for number, row in enumerate(rows):
            is_new = key in written and number == 0
            reason = f"listed as {row.model.value}" if number == 0 else "listed twice"
            tally.add(Finding(row.line, Outcome.NEW if is_new else Outcome.MATCHED, row.name, reason))


def _record(cursor: CursorWrapper, *, by: Actor, now: datetime, tally: Tally) -> None:
    detail = {
        "source": tally.source.name,
        "sha256": tally.source.sha256,
        "read": tally.read,
        "counts": {outcome.value: tally.counts[outcome] for outcome in Outcome},
    }
    record_changes(cursor, by=by, now=now, changes=[Change("list.imported", None, new_id(), detail)])
