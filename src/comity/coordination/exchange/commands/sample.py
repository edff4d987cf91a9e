"""The auditor's workbench: a sample drawn and kept, its decisions opened one by one, marked, and the workpaper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.batch import Act, Batch, act_row
from comity.coordination.exchange.commands.account import reading_row
from comity.coordination.exchange.samples import (
    MARKS,
    Mark,
    NoSampleError,
    Sampled,
    SampleFacts,
    get_sample,
    list_marks,
    list_sampled,
    list_sampled_openly,
)
from comity.coordination.exchange.sampling import (
    DecisionRow,
    audited,
    cites_of,
    draw,
    facts_of,
    replayed,
    require_auditor,
    rows_of,
)
from comity.kernel.canonical import Json, canonical, plain
from comity.kernel.digest import sha256
from comity.kernel.ids import new_id
from comity.kernel.time import Period, utc_text
from comity.spine.keys.ring import KeyRing
from comity.spine.policy.rules import ENGINE
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting

SCHEMA: Final = "comity/workpaper/2"
LARGEST: Final = 200
"""Decisions of a sample that is kept: each is looked at by a person."""
LONGEST_NOTE: Final = 1_000


class NothingToDrawError(LookupError):
    """The period holds no decision of the stratum."""


class UnclearMarkError(ValueError):
    """A mark of no known kind, an exception without a note, or a note that is too long."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One decision of a sample as an auditor sees it.

    `finding`: as `sampling.replayed` gives it. `facts`: what it was made from, codes only; None: purged or altered.
    `cites`: the citation of each rule it was made under.
    """

    sample: SampleFacts
    decision: Sampled
    finding: Mapping[str, Any]
    facts: Any
    cites: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Paper:
    """The workpaper of a sample: `body` is the same for whoever opens it while no mark changes; `digest` is hex."""

    sample: SampleFacts
    decisions: tuple[Sampled, ...]
    findings: tuple[Mapping[str, Any], ...]
    body: Json
    digest: str


def keep_sample(
    *, objective: str, seed: str, period: Period, stratum: str, size: int, by: Actor, now: datetime, keys: KeyRing
) -> UUID:
    """Draw `size` decisions at random by `seed` and keep which they are; return the sample.

    What an auditor draws from is said at `draw_sample`; `stratum` is a headline, "" for every one. What is to come is
    not drawn from: the period ends now at the latest. The same sample for the same objective is kept once.

    One durable transaction: an `exchange_sample` row, an `exchange_reading` row, a ledger entry over both. Raises
    `NotAuditorError`, `NothingToDrawError`, `ValueError` for a size that is none.
    """
    if not 0 < size <= LARGEST:
        raise ValueError(f"a sample of {size}; draw 1 to {LARGEST}")
    ends_at = min(period.ends_at or now, now)
    with acting(by) as cursor:
        require_auditor(by)
        with audited(cursor, by):
            population, rows = draw(
                cursor, seed=seed, starts_at=period.starts_at, ends_at=ends_at, size=size, stratum=stratum
            )
        if not rows:
            raise NothingToDrawError("the period holds no decision to draw")
        drawn = [str(row[0]) for row in rows]
        kept = _kept_before(cursor, by, objective, seed, drawn)
        if kept is not None:
            return kept
        sample = act_row(
            "exchange_sample",
            id=new_id(),
            agency_id=by.agency_id,
            post_id=by.post_id,
            objective=objective,
            seed=seed,
            starts_at=period.starts_at,
            ends_at=ends_at,
            stratum=stratum,
            size=size,
            population=population,
            decisions=list[Json](drawn),
            drawn_at=now,
        )
        sample_id = UUID(str(sample.values["id"]))
        read = reading_row(by, "sample_drawn", None, now, {"sample": str(sample_id), "seed": seed, "size": size})
        _write(cursor, Act("audit.sample_drawn", by, (sample, read)), now, keys)
    return sample_id


def open_sampled(*, sample_id: UUID, decision_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> Opened:
    """Return one decision of a sample, decided again under its recorded rules, with the facts it was made from.

    One durable transaction: an `exchange_reading` row and a ledger entry, before anything is returned. Raises
    `NotAuditorError`, `NoSampleError`.
    """
    with acting(by) as cursor:
        require_auditor(by)
        sample = get_sample(cursor, sample_id)
        decision = next(
            (one for one in list_sampled_openly(cursor, sample, by) if one.decision_id == decision_id), None
        )
        if decision is None:
            raise NoSampleError(f"no decision `{decision_id}` in this sample")
        with audited(cursor, by):
            [row] = rows_of(cursor, (decision_id,))
            opened = Opened(sample, decision, *_opened(cursor, row, keys))
        read = reading_row(by, "sampled_opened", None, now, {"decision": str(decision_id), "sample": str(sample_id)})
        _write(cursor, Act("audit.decision_opened", by, (read,)), now, keys)
    return opened


def mark_sampled(
    *, sample_id: UUID, decision_id: UUID, mark: str, note: str, by: Actor, now: datetime, keys: KeyRing
) -> Mark:
    """Say of a decision of a sample that it was `tested` or is an `exception`; return what counts now.

    One durable transaction: an `exchange_sample_mark` row and a ledger entry; nothing where the same was said last. An
    exception has a note. Raises `NotAuditorError`, `NoSampleError`, `UnclearMarkError`.
    """
    if mark not in MARKS or len(note) > LONGEST_NOTE or (mark != MARKS[0] and not note.strip()):
        raise UnclearMarkError(f"say `{MARKS[0]}`, or `{MARKS[1]}` with a note of at most {LONGEST_NOTE} characters")
    with acting(by) as cursor:
        require_auditor(by)
        if decision_id not in get_sample(cursor, sample_id).decision_ids:
            raise NoSampleError(f"no decision `{decision_id}` in this sample")
        last = list_marks(cursor, sample_id).get(decision_id)
        if last is not None and (last.mark, last.note) == (mark, note):
            return last
        row = act_row(
            "exchange_sample_mark",
            id=new_id(),
            sample_id=sample_id,
            decision_id=decision_id,
            agency_id=by.agency_id,
            post_id=by.post_id,
            mark=mark,
            note=note,
            marked_at=now,
        )
        _write(cursor, Act("audit.decision_marked", by, (row,)), now, keys)
    return Mark(mark, note, now, by.post_id)


def open_workpaper(*, sample_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> Paper:
    """Return the workpaper of a sample: every decision of it decided again, with what was said of each.

    One durable transaction: an `exchange_reading` row and a ledger entry, before anything is returned. Raises
    `NotAuditorError`, `NoSampleError`.
    """
    with acting(by) as cursor:
        require_auditor(by)
        sample = get_sample(cursor, sample_id)
        decisions = list_sampled(cursor, sample, by)
        with audited(cursor, by):
            findings = [replayed(cursor, row, keys) for row in rows_of(cursor, sample.decision_ids)]
        read = reading_row(by, "workpaper_opened", None, now, {"sample": str(sample_id)})
        _write(cursor, Act("audit.workpaper_opened", by, (read,)), now, keys)
    body = plain(_body(sample, decisions, findings))
    return Paper(sample, tuple(decisions), tuple(findings), body, sha256(canonical(body)).hex())


def _opened(cursor: CursorWrapper, row: DecisionRow, keys: KeyRing) -> tuple[Mapping[str, Any], Any, Mapping[str, str]]:
    return replayed(cursor, row, keys), facts_of(cursor, row, keys), cites_of(cursor, row)


def _kept_before(cursor: CursorWrapper, by: Actor, objective: str, seed: str, drawn: list[str]) -> UUID | None:
    """Return the sample of the same decisions in the same order that this post keeps for the same objective."""
    cursor.execute(
        "SELECT id FROM exchange_sample WHERE agency_id = %s AND post_id = %s AND objective = %s AND seed = %s"
        " AND decisions = %s::uuid[]",
        (by.agency_id, by.post_id, objective, seed, drawn),
    )
    row = cursor.fetchone()
    return None if row is None else UUID(str(row[0]))


def _body(sample: SampleFacts, decisions: list[Sampled], findings: list[dict[str, object]]) -> dict[str, object]:
    marked = {one.decision_id: one.mark for one in decisions}
    items = [
        finding
        | ({"mark": mark.mark, "marked_at": mark.marked_at, "note": mark.note} if (mark := marked.get(key)) else {})
        for finding in findings
        for key in (UUID(str(finding["decision"])),)
    ]
    same = sum(1 for one in findings if one["replayed"] and not one["differences"])
    differing = sum(1 for one in findings if one["replayed"] and one["differences"])
    return {
        "items": items,
        "methodology": {
            "engine": ENGINE,
            "order": "ascending SHA-256 of the UTF-8 text `seed/decision`",
            "seed": sample.seed,
            "size": sample.size,
            "test": "decided again under the recorded rules from the recorded facts",
        },
        "objective": sample.objective,
        "results": {
            "differing": differing,
            "exceptions": sample.exceptions,
            "not_replayed": len(findings) - same - differing,
            "not_yet_marked": sample.left,
            "same": same,
            "tested": sample.tested,
        },
        "sample": sample.id,
        "schema": SCHEMA,
        "scope": {
            "from": utc_text(sample.starts_at),
            "population": sample.population,
            "stratum": sample.stratum,
            "to": utc_text(sample.ends_at),
        },
    }


def _write(cursor: CursorWrapper, act: Act, now: datetime, keys: KeyRing) -> None:
    batch = Batch(now)
    batch.acts.append(act)
    batch.write(cursor, keys)
