"""Whether the node answers, for whoever watches it. Needs no key and tells no secret."""

from http import HTTPStatus

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from comity.doors.api.routes import open_to_all, reply
from comity.spine.ledger.selectors import get_status
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import reading

router = Router(tags=["health"])


class Health(msgspec.Struct, frozen=True):
    """The database answers; the oldest entry has waited `ledger_lag_seconds` for the sequencer."""

    database: str
    ledger_lag_seconds: int


@router.get("/health", **open_to_all(gives={200: Health}))
def get_health(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    """Say whether the database answers and how far the ledger lags; 503 when the database does not."""
    now = database_now()
    with reading(node_actor(Duty.AUDITOR)) as cursor:
        status = get_status(cursor, now=now)
    lag = 0 if status.lag is None else max(0, int(status.lag.total_seconds()))
    return reply(HTTPStatus.OK, Health("reachable", lag))
