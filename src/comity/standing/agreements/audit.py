"""Does an agreement stand where its act rows say? The gate locks the working row; the ledger covers the acts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.standing.agreements.models import Agreement, Event
from comity.standing.agreements.states import DRAFT, IN_FORCE, OFFERED, SUPERSEDED, SUSPENDED, TERMINATED
from comity.standing.agreements.vocabulary import EventKind

_LEADS_TO: Final = {
    EventKind.PUT_IN_FORCE: IN_FORCE,
    EventKind.SUSPENDED: SUSPENDED,
    EventKind.RESUMED: IN_FORCE,
    EventKind.SUPERSEDED: SUPERSEDED,
    EventKind.TERMINATED: TERMINATED,
}

Told = tuple[str, UUID | None, datetime | None]
"""State, current version, end of the notice that runs."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An agreement whose working row says something else than its acts."""

    code: str
    row: Told
    acts: Told


def list_contradictions() -> list[Contradiction]:
    """Return the agreements whose row and acts disagree, by code, of those the session may see."""
    events: dict[UUID, list[tuple[str, UUID | None, datetime | None]]] = {}
    told = Event.objects.order_by("at", "id").values_list("agreement_id", "event", "version_id", "effective_at")
    for agreement_id, event, version_id, effective_at in told:
        events.setdefault(agreement_id, []).append((event, version_id, effective_at))
    found: list[Contradiction] = []
    for row in Agreement.objects.order_by("code"):
        acts, stands = told_by(events.get(row.id, ())), (row.state, row.current_version_id, row.notice_ends_at)
        if acts != stands:
            found.append(Contradiction(row.code, stands, acts))
    return found


def told_by(events: Iterable[tuple[str, UUID | None, datetime | None]]) -> Told:
    """Return what events (kind, version, effective instant; oldest first) lead to."""
    state, current, notice = DRAFT, None, None
    for name, version_id, effective_at in events:
        event = EventKind(name)
        if event is EventKind.OFFERED and state == DRAFT:
            state = OFFERED
        state = _LEADS_TO.get(event, state)
        if event is EventKind.PUT_IN_FORCE:
            current = version_id
        if event is EventKind.NOTICE_WITHDRAWN:
            notice = None
        if event is EventKind.NOTICE_GIVEN:
            notice = effective_at
    return state, current, notice
