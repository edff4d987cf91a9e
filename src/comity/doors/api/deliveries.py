"""Disclosures on their way to the caller's agency, and those its agency made outside Comity."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.coordination.exchange.ask import Invalid
from comity.coordination.exchange.commands.deliver import receive_disclosure
from comity.coordination.exchange.commands.outside import record_outside
from comity.coordination.exchange.selectors import list_deliveries
from comity.doors.api.answers import Moment, field_problems
from comity.doors.api.problems import answer_with, unprocessable
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.doors.given import OutsideBody
from comity.doors.ring import key_ring
from comity.kernel.time import utc_text
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import list_agencies
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["deliveries"])


class DeliveryLine(msgspec.Struct, frozen=True, kw_only=True):
    """A disclosure on its way: `sent`, `received` or `stopped`."""

    disclosure: UUID
    ask: UUID
    holder: str
    event: str
    happened_at: Moment


class Deliveries(msgspec.Struct, frozen=True):
    """The newest first. `next`: give it as `before` for those before these; null at the end."""

    deliveries: tuple[DeliveryLine, ...]
    next: UUID | None


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """What the recipient gets.

    `envelope` is signed by the holder's node (`signature`); its `xedatadigest` is the root over `digests`, each of
    which is made from the element's salt and value. `labels`: the record's classification and the restrictions that
    bind the recipient; the envelope signs them as `xelabels`.
    """

    disclosure: UUID
    receipt: UUID
    values: dict[str, str]
    labels: tuple[str, ...]
    salts: dict[str, str]
    digests: dict[str, str]
    envelope: dict[str, Any]
    signature: dict[str, str] | None


class RecordedDisclosure(msgspec.Struct, frozen=True):
    """The accounting of a disclosure made outside. `breach`: the elements the gate would not have let go."""

    disclosure: UUID
    subject_handle: UUID
    breach: tuple[str, ...]


@router.get("/deliveries", **declared(Scope.EXCHANGE_RECEIVE, gives={200: Deliveries}))
def get_deliveries(
    request: HttpRequest,
    before: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> HttpResponse:
    """List what was disclosed to your agency, the newest first; no values."""
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        found = list_deliveries(cursor, caller.actor.agency_id, before=before, limit=limit)
        holders = list_agencies({delivery.holder_id for delivery in found})
    lines = tuple(
        DeliveryLine(
            disclosure=one.disclosure_id,
            ask=one.ask_id,
            holder=holders[one.holder_id].code,
            event=one.event,
            happened_at=utc_text(one.happened_at),
        )
        for one in found
    )
    following = found[-1].disclosure_id if len(found) == limit else None
    return reply(HTTPStatus.OK, Deliveries(lines, following))


@router.post("/deliveries/{disclosure_id}/receive", **declared(Scope.EXCHANGE_RECEIVE, gives={200: Handed}))
def post_receive(request: HttpRequest, disclosure_id: UUID) -> HttpResponse:
    """Receive a disclosure: the receipt is filed before the values leave. Again: the same values, the same receipt."""
    caller = caller_of(request)
    got = receive_disclosure(disclosure_id=disclosure_id, by=caller.actor, now=caller.now, keys=key_ring())
    handed = {
        "disclosure": disclosure_id,
        "receipt": got.receipt_id,
        "values": dict(got.values),
        "labels": got.labels,
        "salts": got.salts,
        "digests": got.digests,
        "envelope": got.envelope,
        "signature": got.signature,
    }
    return reply(HTTPStatus.OK, msgspec.convert(handed, Handed))


@router.post(
    "/outside-disclosures", **declared(Scope.EXCHANGE_FILE, takes=OutsideBody, gives={201: RecordedDisclosure})
)
def post_outside(request: HttpRequest) -> HttpResponse:
    """Record what your agency already told by radio or telephone; judged as of then, reviewed within 24 hours."""
    caller = caller_of(request)
    told = read_json(request, OutsideBody).as_told()
    result = record_outside(told=told, by=caller.actor, now=caller.now, keys=key_ring())
    if isinstance(result, Invalid):
        return answer_with(unprocessable(field_problems(result.faults)))
    made = RecordedDisclosure(result.disclosure_id, result.subject_handle, result.breach)
    return reply(HTTPStatus.CREATED, made)
