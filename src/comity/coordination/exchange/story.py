"""One ask with its whole story, as far as who reads it may see: row-level security decides, not this module.

Codes, ids and times only; what was disclosed is opened by a command that records it first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.selectors import AskView, get_ask_view
from comity.kernel.canonical import Json
from comity.spine.tasks.selectors import TaskView, VerdictView, get_verdicts, list_tasks
from comity.spine.tenancy.transaction import decoded
from comity.spine.vault.selectors import list_terms


@dataclass(frozen=True, slots=True)
class AnswerStep:
    """What the asker was told: a status and, where it may know, the outcome of each class."""

    status: str
    classes: Json
    at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DecisionStep:
    """What the gate said at one stage, as the holder sees it: every rule."""

    stage: str
    headline: str
    outcomes: Json
    duties: tuple[str, ...]
    warnings: tuple[str, ...]
    ruleset: str
    engine: str
    decided_by: UUID
    at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DisclosureStep:
    """The accounting of what left, as the holder sees it. `retain_until` None: its payload is kept no more."""

    id: UUID
    recipient_name: str
    recipient_address: str
    nature: tuple[str, ...]
    basis: tuple[str, ...]
    labels: tuple[str, ...]
    path: str
    has_payload: bool
    retain_until: datetime | None
    at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class DeliveryStep:
    """What became of a disclosure on its way: `sent`, `received`, `stopped`; by which key its envelope is signed."""

    disclosure_id: UUID
    event: str
    key_id: str
    at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """What the holder found of it: `validated`, `purged`, or `reviewed` with a finding. Holds are not told here."""

    kind: str
    reason: str
    at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class Story:
    """An ask and everything that followed from it, each part oldest first; parts one may not see are empty.

    `agreement`: the code of the one it was asked under, "" for any. `shown`, `denied`: evidence the asker stated.
    `private_until`: until when reference and reasons are kept, None: no more.
    """

    view: AskView
    post_id: UUID
    agreement: str
    shown: tuple[str, ...]
    denied: tuple[str, ...]
    private_until: datetime | None
    answers: tuple[AnswerStep, ...]
    decisions: tuple[DecisionStep, ...]
    disclosures: tuple[DisclosureStep, ...]
    deliveries: tuple[DeliveryStep, ...]
    reviews: tuple[ReviewStep, ...]
    tasks: tuple[TaskView, ...]
    verdicts: Mapping[UUID, VerdictView]


_ASK: Final = "SELECT post_id, agreement, shown, denied, private_item FROM exchange_ask WHERE id = %s"
_ANSWERS: Final = "SELECT status, classes, answered_at, entry_id FROM exchange_answer WHERE ask_id = %s ORDER BY number"
_DECISIONS: Final = (
    "SELECT stage, headline, outcomes, duties, warnings, ruleset, engine, decided_by, decided_at, entry_id"
    " FROM exchange_decision WHERE ask_id = %s ORDER BY number"
)
_DISCLOSURES: Final = (
    "SELECT id, recipient_name, recipient_address, nature, basis, labels, path, payload_item, disclosed_at, entry_id"
    " FROM exchange_disclosure WHERE ask_id = %s ORDER BY disclosed_at, id"
)
_DELIVERIES: Final = (
    "SELECT disclosure_id, event, signature, happened_at, entry_id FROM exchange_delivery"
    " WHERE ask_id = %s ORDER BY happened_at, event DESC"
)
_REVIEWS: Final = (
    "SELECT kind, reason, reviewed_at, entry_id FROM exchange_review"
    " WHERE item_id = ANY(%s::uuid[]) AND kind NOT IN ('held', 'released') ORDER BY reviewed_at"
)


def read_story(cursor: CursorWrapper, ask_id: UUID) -> Story:
    """Return an ask of the reader's agency, made by it or to it, and all it may see of what followed.

    Raises `AskNotVisibleError`.
    """
    view = get_ask_view(cursor, ask_id)
    [(post_id, agreement, shown, denied, private)] = _rows(cursor, _ASK, ask_id)
    disclosed = _rows(cursor, _DISCLOSURES, ask_id)
    items = [row[7] for row in disclosed if row[7] is not None]
    terms = list_terms(cursor, [private, *items])
    cursor.execute(_REVIEWS, ([ask_id, *items],))
    reviews = tuple(ReviewStep(*row) for row in cursor.fetchall())
    tasks = tuple(list_tasks(cursor, [ask_id]))
    return Story(
        view=view,
        post_id=post_id,
        agreement=agreement or "",
        shown=tuple(shown),
        denied=tuple(denied),
        private_until=terms.get(private),
        answers=tuple(AnswerStep(r[0], decoded(r[1]), *r[2:]) for r in _rows(cursor, _ANSWERS, ask_id)),
        decisions=tuple(
            DecisionStep(r[0], r[1], decoded(r[2]), tuple(r[3]), tuple(r[4]), *r[5:])
            for r in _rows(cursor, _DECISIONS, ask_id)
        ),
        disclosures=tuple(_disclosure(row, terms) for row in disclosed),
        deliveries=tuple(_delivery(row) for row in _rows(cursor, _DELIVERIES, ask_id)),
        reviews=reviews,
        tasks=tasks,
        verdicts=get_verdicts(cursor, [task.id for task in tasks]) if tasks else {},
    )


def _rows(cursor: CursorWrapper, statement: str, ask_id: UUID) -> list[tuple[Any, ...]]:
    cursor.execute(statement, (ask_id,))
    return list(cursor.fetchall())


def _disclosure(row: tuple[Any, ...], terms: Mapping[UUID, datetime]) -> DisclosureStep:
    disclosure_id, name, address, nature, basis, labels, path, item, at, entry_id = row
    lists = (tuple(nature), tuple(basis), tuple(labels))
    return DisclosureStep(disclosure_id, name, address, *lists, path, item is not None, terms.get(item), at, entry_id)


def _delivery(row: tuple[Any, ...]) -> DeliveryStep:
    signature = decoded(row[2])
    key_id = str(signature.get("key_id", "")) if isinstance(signature, dict) else ""
    return DeliveryStep(row[0], row[1], key_id, row[3], row[4])
