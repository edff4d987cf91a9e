"""Does an agreement stand where its act rows say? The gate locks the working row; the ledger covers the acts."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from comity.standing.agreements.models import Agreement, Event
from comity.standing.agreements.states import DRAFT, IN_FORCE, OFFERED, SUPERSEDED, SUSPENDED, TERMINATED
from comity.standing.agreements.vocabulary import EventKind


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An agreement whose working row says something else than its acts: (state, current version)."""

    code: str
    row: tuple[str, UUID | None]
    acts: tuple[str, UUID | None]


def list_contradictions() -> list[Contradiction]:
    """Return the agreements whose row and acts disagree, by code, of those the session may see."""
    events: dict[UUID, list[tuple[str, UUID | None]]] = {}
    told = Event.objects.order_by("at", "id").values_list("agreement_id", "event", "version_id")
    for agreement_id, event, version_id in told:
        events.setdefault(agreement_id, []).append((event, version_id))
    found: list[Contradiction] = []
    for row in Agreement.objects.order_by("code"):
        acts = told_by(events.get(row.id, ()))
        if acts != (row.state, row.current_version_id):
            found.append(Contradiction(row.code, (row.state, row.current_version_id), acts))
    return found


def told_by(events: Iterable[tuple[str, UUID | None]]) -> tuple[str, UUID | None]:
    """Return the state and current version that events (oldest first) lead to."""
    state, current = DRAFT, None
    for event, version_id in events:
        match EventKind(event):
            case EventKind.OFFERED if state == DRAFT:
                state = OFFERED
            case EventKind.PUT_IN_FORCE:
                state, current = IN_FORCE, version_id
            case EventKind.SUSPENDED:
                state = SUSPENDED
            case EventKind.RESUMED:
                state = IN_FORCE
            case EventKind.SUPERSEDED:
                state = SUPERSEDED
            case EventKind.TERMINATED:
                state = TERMINATED
            case EventKind.DRAFTED | EventKind.OFFERED | EventKind.SIGNED:
                pass
    return state, current
