"""Reads of the samples that auditors keep, with what they say of each decision."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.sampling import audited, require_auditor
from comity.spine.tenancy.actor import Actor
from comity.standing.law.catalogue import load_catalogue

TESTED: Final = "tested"
EXCEPTION: Final = "exception"
MARKS: Final = (TESTED, EXCEPTION)
ON_TICK: Final = "on_tick"


class NoSampleError(LookupError):
    """No sample of that id for this session, or no such decision in it."""


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """A sample as it was drawn. `stratum`: a headline, "" for all. `tested`, `exceptions`: decisions so marked."""

    id: UUID
    agency_id: UUID
    post_id: UUID
    objective: str
    seed: str
    starts_at: datetime
    ends_at: datetime
    stratum: str
    size: int
    population: int
    decision_ids: tuple[UUID, ...]
    drawn_at: datetime
    entry_id: UUID
    tested: int
    exceptions: int

    @property
    def left(self) -> int:
        """How many decisions nothing was said of yet."""
        return len(self.decision_ids) - self.tested - self.exceptions

    @property
    def is_done(self) -> bool:
        """Whether something was said of every decision."""
        return self.left == 0


@dataclass(frozen=True, slots=True)
class Mark:
    """What an auditor says of a decision: `tested` or `exception`, with a note."""

    mark: str
    note: str
    marked_at: datetime
    post_id: UUID


@dataclass(frozen=True, slots=True)
class Sampled:
    """A decision of a sample as it was recorded: codes only. `place`: in the order drawn, from 1."""

    place: int
    decision_id: UUID
    ask_id: UUID
    stage: str
    headline: str
    asker_id: UUID
    holder_id: UUID
    purpose: str
    category: str
    elements: tuple[str, ...]
    path: str
    decided_at: datetime
    entry_id: UUID
    mark: Mark | None

    @property
    def says(self) -> str:
        """The mark, "open" where there is none."""
        return self.mark.mark if self.mark else "open"


_MARKED: Final = "SELECT DISTINCT ON (decision_id) decision_id, mark FROM exchange_sample_mark"
_SAMPLES: Final = f"""
SELECT s.id, s.agency_id, s.post_id, s.objective, s.seed, s.starts_at, s.ends_at, s.stratum, s.size, s.population,
       s.decisions, s.drawn_at, s.entry_id, m.tested, m.exceptions
FROM exchange_sample s CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE mark = 'tested') AS tested, count(*) FILTER (WHERE mark = 'exception') AS exceptions
    FROM ({_MARKED} WHERE sample_id = s.id ORDER BY decision_id, marked_at DESC, id DESC) latest
) m
"""
_SAMPLED: Final = """
SELECT d.id, d.ask_id, d.stage, d.headline, d.asker_id, d.holder_id, a.purpose, a.category, a.elements, a.path,
       d.decided_at, d.entry_id
FROM exchange_decision d JOIN exchange_ask a ON a.id = d.ask_id WHERE d.id = ANY(%s)
"""


def list_samples(cursor: CursorWrapper, agency_id: UUID) -> list[SampleFacts]:
    """Return the samples that auditors of an agency drew and keep, the newest first."""
    cursor.execute(f"{_SAMPLES} WHERE s.agency_id = %s ORDER BY s.drawn_at DESC, s.id DESC", (agency_id,))
    return [_sample(row) for row in cursor.fetchall()]


def get_sample(cursor: CursorWrapper, sample_id: UUID) -> SampleFacts:
    """Return one sample; raises `NoSampleError`."""
    cursor.execute(f"{_SAMPLES} WHERE s.id = %s", (sample_id,))
    row = cursor.fetchone()
    if row is None:
        raise NoSampleError(f"no sample `{sample_id}` for this session")
    return _sample(row)


def list_sampled(cursor: CursorWrapper, sample: SampleFacts, by: Actor) -> list[Sampled]:
    """Return the decisions of a sample in the order drawn, each with what counts of it; raises `NotAuditorError`.

    Of an ask in a category that may hide records, how and what was decided would tell whether there is one: both are
    `on_tick` here. Whoever opens the decision sees them, and that is recorded (`commands.sample.open_sampled`).
    """
    return [_veiled(one) for one in list_sampled_openly(cursor, sample, by)]


def list_sampled_openly(cursor: CursorWrapper, sample: SampleFacts, by: Actor) -> list[Sampled]:
    """Return the same with nothing veiled, for what is recorded before it is shown."""
    require_auditor(by)
    marks = list_marks(cursor, sample.id)
    with audited(cursor, by):
        cursor.execute(_SAMPLED, (list(sample.decision_ids),))
        found = {row[0]: row for row in cursor.fetchall()}
    return [
        _sampled(place, row, marks.get(one))
        for place, one in enumerate(sample.decision_ids, start=1)
        if (row := found.get(one))
    ]


def list_marks(cursor: CursorWrapper, sample_id: UUID) -> dict[UUID, Mark]:
    """Return what counts of each marked decision of a sample: the latest mark."""
    cursor.execute(
        "SELECT DISTINCT ON (decision_id) decision_id, mark, note, marked_at, post_id FROM exchange_sample_mark"
        " WHERE sample_id = %s ORDER BY decision_id, marked_at DESC, id DESC",
        (sample_id,),
    )
    return {row[0]: Mark(*row[1:]) for row in cursor.fetchall()}


def _veiled(one: Sampled) -> Sampled:
    is_hiding = load_catalogue().categories[one.category].may_hide
    return replace(one, stage=ON_TICK, headline=ON_TICK) if is_hiding else one


def _sampled(place: int, row: tuple[Any, ...], mark: Mark | None) -> Sampled:
    values: list[Any] = [place, *row[:8], tuple(row[8]), *row[9:], mark]
    return Sampled(*values)


def _sample(row: tuple[Any, ...]) -> SampleFacts:
    values: list[Any] = [*row[:10], tuple(row[10]), *row[11:]]
    return SampleFacts(*values)
