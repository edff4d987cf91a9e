"""The ledger: how far it is, its signed checkpoint, and the proof of any entry."""

from http import HTTPStatus
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from comity.doors.api.answers import Moment, moment
from comity.doors.api.problems import NOT_FOUND, ProblemError
from comity.doors.api.routes import PLAIN_TEXT, declared, reply
from comity.doors.api.scopes import caller_of
from comity.spine.ledger.prove import prove_inclusion
from comity.spine.ledger.selectors import get_checkpoint_note, get_entry, get_status
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["ledger"])


class LedgerStanding(msgspec.Struct, frozen=True, kw_only=True):
    """Size and root (hex) of the newest signed checkpoint, what waits behind it, and for how long the oldest has."""

    size: int
    root: str | None
    signed_at: Moment | None
    pending: int
    lag_seconds: int


class EntryProof(msgspec.Struct, frozen=True, kw_only=True):
    """That the entry is leaf `leaf_index` of the tree that the signed note `checkpoint` commits to (RFC 6962).

    Hashes are hex. `body` is the entry's exact text where it is your agency's: its leaf hash is SHA-256 over 0x00 and
    these bytes. It is null for an entry of another agency.
    """

    entry: UUID
    leaf_index: int
    leaf_hash: str
    size: int
    root: str
    hashes: tuple[str, ...]
    checkpoint: str
    body: str | None


@router.get("/ledger", **declared(Scope.LEDGER_READ, gives={200: LedgerStanding}))
def get_ledger(request: HttpRequest) -> HttpResponse:
    """Say how far the ledger is."""
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        status = get_status(cursor, now=caller.now)
    standing = LedgerStanding(
        size=status.size,
        root=None if status.root is None else status.root.hex(),
        signed_at=moment(status.signed_at),
        pending=status.pending_count,
        lag_seconds=0 if status.lag is None else max(0, int(status.lag.total_seconds())),
    )
    return reply(HTTPStatus.OK, standing)


@router.get("/ledger/checkpoint", **declared(Scope.LEDGER_READ, gives={200: PLAIN_TEXT}))
def get_checkpoint(request: HttpRequest) -> HttpResponse:
    """Give the newest checkpoint as a C2SP signed note; keep it: no later one may contradict it."""
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        note = get_checkpoint_note(cursor)
    if note is None:
        raise ProblemError(NOT_FOUND)
    return HttpResponse(note, content_type="text/plain; charset=utf-8")


@router.get("/ledger/entries/{entry_id}/proof", **declared(Scope.LEDGER_READ, gives={200: EntryProof}))
def get_proof(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Prove an entry under the newest checkpoint. Hashes and positions are public, bodies stay with their agency."""
    caller = caller_of(request)
    with reading(caller.actor) as cursor:
        proof = prove_inclusion(cursor, entry_id=entry_id)
        own = get_entry(cursor, entry_id=entry_id)
    given = EntryProof(
        entry=entry_id,
        leaf_index=proof.leaf_index,
        leaf_hash=proof.leaf_hash.hex(),
        size=proof.size,
        root=proof.root.hex(),
        hashes=tuple(one.hex() for one in proof.hashes),
        checkpoint=proof.note,
        body=None if own is None else own.body.decode(),
    )
    return reply(HTTPStatus.OK, given)
