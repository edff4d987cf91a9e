"""Deliver what was disclosed: check again, sign, hand over, file the receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha384
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import STOPPED
from comity.coordination.exchange.batch import Act, ActRow, Batch, act_row
from comity.coordination.exchange.commands.account import reading_row
from comity.coordination.exchange.commands.dead_letters import end_dead_letters
from comity.coordination.exchange.open_records import texts
from comity.coordination.exchange.outcome import answer_row
from comity.coordination.exchange.reload import Reloaded, reload_ask, reload_asks
from comity.kernel.canonical import Json, canonical, plain
from comity.kernel.ids import new_id, random_id
from comity.kernel.time import utc_text
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, decoded, gate_reads, reading
from comity.spine.vault.seal import open_items
from comity.standing.agreements.compile import parse_rule_id
from comity.standing.agreements.facts import LiveAgreement
from comity.standing.agreements.live import PairIds, lock_agreements
from comity.standing.directory import selectors as directory
from comity.standing.directory.vocabulary import PostFunction

SENT: Final = "sent"
RECEIVED: Final = "received"
ENVELOPE_KEY: Final = "envelope"
"""The signing key's purpose in the ring: the node signs for the agencies it hosts."""


class DeliveryNotVisibleError(LookupError):
    """No such delivery for this agency, or it was not sent."""


class PayloadGoneError(LookupError):
    """The payload was purged when its retention ended; the proof of the disclosure stays."""


@dataclass(frozen=True, slots=True)
class _Disclosed:
    id: UUID
    ask_id: UUID
    subject_handle: UUID
    basis: tuple[str, ...]
    labels: tuple[str, ...]
    elements_root: str
    payload_item: UUID
    disclosed_at: datetime
    event: str | None


_SELECT: Final = """
SELECT DISTINCT ON (d.id)
       d.id, d.ask_id, d.subject_handle, d.basis, d.labels, d.elements_root, d.payload_item, d.disclosed_at, w.event
FROM exchange_disclosure d
LEFT JOIN exchange_delivery w ON w.disclosure_id = d.id AND w.event IN ('sent', 'stopped')
WHERE d.id = ANY(%s) AND d.payload_item IS NOT NULL
ORDER BY d.id, w.event DESC NULLS LAST
"""


def deliver_disclosures(*, disclosure_ids: Sequence[UUID], by: Actor, now: datetime, keys: KeyRing) -> dict[UUID, str]:
    """Send disclosures to their recipients; return `sent` or `stopped` for each. A second call changes nothing.

    `by` is the courier. Envelopes are signed outside any transaction; then, in one durable transaction, the
    agreements each disclosure rests on are checked again: suspended, ended or replaced since, it stops and the asker
    is told so. Written: `exchange_delivery` rows with the signed envelopes, answers of those stopped, ledger entries.
    Raises `DeliveryNotVisibleError` naming the first id that is no disclosure.
    """
    with reading(by) as cursor:
        found = _disclosed(cursor, disclosure_ids)
        loaded = _loaded(cursor, found)
    _refuse_unknown(disclosure_ids, found)
    signed = {one.id: _signed(one, loaded[one.ask_id], keys, now) for one in found if one.event is None}
    if not signed:
        return {one.id: one.event or SENT for one in found}
    with acting(by) as cursor:
        # Locked first, then read: a suspension that commits meanwhile finds all that was sent before it already there.
        live = lock_agreements(cursor, {_pair(loaded[one.ask_id]) for one in found})
        fresh = _disclosed(cursor, disclosure_ids)
        batch = Batch(now)
        events = _decide(batch, [one for one in fresh if one.event is None], loaded, signed, live, by)
        batch.write(cursor, keys)
        end_dead_letters(cursor, events, now=now)
    return {one.id: one.event or events[one.id] for one in fresh}


def _disclosed(cursor: CursorWrapper, disclosure_ids: Sequence[UUID]) -> list[_Disclosed]:
    cursor.execute(_SELECT, (list(disclosure_ids),))
    return [_Disclosed(row[0], row[1], row[2], tuple(row[3]), tuple(row[4]), *row[5:]) for row in cursor.fetchall()]


def _loaded(cursor: CursorWrapper, found: Sequence[_Disclosed]) -> dict[UUID, Reloaded]:
    return {one.named.id: one for one in reload_asks(cursor, [disclosed.ask_id for disclosed in found])}


def _refuse_unknown(disclosure_ids: Sequence[UUID], found: Sequence[_Disclosed]) -> None:
    unknown = set(disclosure_ids) - {one.id for one in found}
    if unknown:
        raise DeliveryNotVisibleError(f"no disclosure `{min(unknown)}` to deliver")


@dataclass(frozen=True, slots=True)
class _Signed:
    envelope: Mapping[str, Json]
    signature: Mapping[str, Json]


def _signed(disclosed: _Disclosed, loaded: Reloaded, keys: KeyRing, now: datetime) -> _Signed:
    envelope = make_envelope(disclosed, loaded, now)
    signature = keys.sign(ENVELOPE_KEY, sha384(canonical(envelope)).digest())
    return _Signed(
        envelope,
        {
            "blob": signature.blob.hex(),
            "digest": signature.digest.hex(),
            "key_id": signature.key_id,
            "scheme": str(signature.scheme),
        },
    )


def _decide(
    batch: Batch,
    open_ones: Sequence[_Disclosed],
    loaded: Mapping[UUID, Reloaded],
    signed: Mapping[UUID, _Signed],
    live: Mapping[PairIds, Sequence[LiveAgreement]],
    by: Actor,
) -> dict[UUID, str]:
    events: dict[UUID, str] = {}
    for one in open_ones:
        ask = loaded[one.ask_id]
        courier = replace(by, agency_id=ask.named.holder.id, duty=Duty.COURIER)
        if _still_stands(one, live[_pair(ask)], batch.now):
            events[one.id] = SENT
            row = delivery_row(
                ask, one.id, SENT, batch.now, envelope=signed[one.id].envelope, signature=signed[one.id].signature
            )
            batch.acts.append(Act("disclosure.sent", courier, (row,)))
        else:
            events[one.id] = STOPPED
            _stop(batch, one, ask, courier)
    return events


def _pair(loaded: Reloaded) -> PairIds:
    return loaded.named.holder.id, loaded.named.asker.id


def _still_stands(disclosed: _Disclosed, agreements: Sequence[LiveAgreement], now: datetime) -> bool:
    """Tell whether every clause the disclosure rests on is of an agreement still in force in the same version."""
    live = {(one.code, one.number) for one in agreements if one.binds_between(now)}
    clauses = [parse_rule_id(rule) for rule in disclosed.basis if rule.startswith("agr-")]
    return all(clause is not None and (clause.code, clause.number) in live for clause in clauses)


def make_envelope(disclosed: _Disclosed, loaded: Reloaded, now: datetime) -> Mapping[str, Json]:
    """Return the envelope of a disclosure (`xe/1`): ids, codes and digests only, no payload."""
    named = loaded.named
    return {
        "correlationid": str(named.id),
        "id": str(disclosed.id),
        "source": named.holder.ori or named.holder.code,
        "subject": str(disclosed.subject_handle),
        "time": utc_text(disclosed.disclosed_at),
        "recordedtime": utc_text(now),
        "type": "xe.disclosure",
        "xebasis": plain(disclosed.basis),
        "xedatadigest": disclosed.elements_root,
        "xedest": named.asker.ori or named.asker.code,
        "xelabels": plain(disclosed.labels),
        "xeonward": "consent",
        "xepurpose": named.ask.purpose,
    }


def delivery_row(
    loaded: Reloaded,
    disclosure_id: UUID,
    event: str,
    now: datetime,
    *,
    envelope: Mapping[str, Json],
    signature: Mapping[str, Json] | None,
) -> ActRow:
    """Return a row of what became of a disclosure."""
    return act_row(
        "exchange_delivery",
        id=new_id(),
        disclosure_id=disclosure_id,
        ask_id=loaded.named.id,
        holder_id=loaded.named.holder.id,
        recipient_id=loaded.named.asker.id,
        event=event,
        envelope=dict(envelope),
        signature=dict(signature) if signature is not None else None,
        happened_at=now,
    )


def _stop(batch: Batch, disclosed: _Disclosed, loaded: Reloaded, courier: Actor) -> None:
    stopped = delivery_row(
        loaded, disclosed.id, STOPPED, batch.now, envelope={"code": "agreement_not_in_force"}, signature=None
    )
    answer = answer_row(
        loaded.named, number=loaded.answers + 1, status=STOPPED, classes=None, visible_at=batch.now, now=batch.now
    )
    batch.acts.append(Act("disclosure.stopped", courier, (stopped, answer)))


@dataclass(frozen=True, slots=True)
class Received:
    """What the recipient gets: the values, the holder's signed envelope, the receipt filed for it.

    `labels`: the classification of the record and the restrictions that bind who receives it; in the envelope too.
    """

    values: Mapping[str, str]
    labels: tuple[str, ...]
    digests: Json
    salts: Json
    envelope: Json
    signature: Json
    receipt_id: UUID


@dataclass(frozen=True, slots=True)
class _Sent:
    disclosed: _Disclosed
    ask_id: UUID
    envelope: Json
    signature: Json


_SENT: Final = """
SELECT w.ask_id, w.envelope, w.signature FROM exchange_delivery w
WHERE w.disclosure_id = %s AND w.recipient_id = %s AND w.event = 'sent'
"""


def receive_disclosure(*, disclosure_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> Received:
    """Hand a sent disclosure to its recipient; the receipt is filed before the values leave.

    One durable transaction: on the first call an `exchange_delivery` row `received`, on each later one an
    `exchange_reading` row, and a ledger entry. Of two calls
    at once the second is done again and finds the receipt of the first. Raises `DeliveryNotVisibleError`,
    `PayloadGoneError`.
    """
    try:
        return _receive(disclosure_id, by, now, keys)
    except IntegrityError:
        return _receive(disclosure_id, by, now, keys)


def _receive(disclosure_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> Received:
    with acting(by) as cursor:
        sent = _sent(cursor, disclosure_id, by)
        loaded = reload_ask(cursor, sent.ask_id)
        _require_post(loaded, by)
        receipt_id = _receipt(cursor, disclosure_id)
        opened: dict[UUID, dict[str, Json]] | None = None
        if receipt_id is not None or _may_leave(cursor, sent, loaded, now):
            if receipt_id is None:
                receipt_id = random_id()
                _file_receipt(cursor, sent, loaded, receipt_id, by, now, keys)
            else:
                _record_again(cursor, sent, by, now, keys)
            with gate_reads(cursor, by):
                opened = open_items(cursor, keys, [sent.disclosed.payload_item])
            if sent.disclosed.payload_item not in opened:
                # Inside the transaction: no receipt stays for what nobody got.
                raise PayloadGoneError(f"the payload of disclosure `{disclosure_id}` was purged when its term ended")
        elif sent.disclosed.event != STOPPED:
            batch = Batch(now)
            _stop(batch, sent.disclosed, loaded, by)
            batch.write(cursor, keys)
    if opened is None or receipt_id is None:
        raise DeliveryNotVisibleError(
            f"disclosure `{disclosure_id}` was stopped: an agreement it rests on is no longer in force"
        )
    value = opened[sent.disclosed.payload_item]
    return Received(
        values=texts(value),
        labels=sent.disclosed.labels,
        digests=value.get("digests"),
        salts=value.get("salts"),
        envelope=sent.envelope,
        signature=sent.signature,
        receipt_id=receipt_id,
    )


def _require_post(loaded: Reloaded, by: Actor) -> None:
    """Hand over to the post that asked, whose training was judged, or to its agency's interface."""
    post = directory.get_post(by.post_id)
    asked = loaded.named.post
    if post.id != asked.id and post.function is not PostFunction.INTERFACE:
        raise DeliveryNotVisibleError(f"this was disclosed to your post `{asked.code}`, not to `{post.code}`")


def _may_leave(cursor: CursorWrapper, sent: _Sent, loaded: Reloaded, now: datetime) -> bool:
    """Tell whether what was sent may still be handed over: not stopped, every agreement it rests on still in force."""
    if sent.disclosed.event == STOPPED:
        return False
    pair = _pair(loaded)
    return _still_stands(sent.disclosed, lock_agreements(cursor, {pair})[pair], now)


def _sent(cursor: CursorWrapper, disclosure_id: UUID, by: Actor) -> _Sent:
    cursor.execute(_SENT, (disclosure_id, by.agency_id))
    row = cursor.fetchone()
    with gate_reads(cursor, by):
        found = _disclosed(cursor, [disclosure_id]) if row is not None else []
    if row is None or not found:
        raise DeliveryNotVisibleError(f"no disclosure `{disclosure_id}` was sent to your agency")
    return _Sent(found[0], row[0], decoded(row[1]), decoded(row[2]))


def _receipt(cursor: CursorWrapper, disclosure_id: UUID) -> UUID | None:
    cursor.execute("SELECT id FROM exchange_delivery WHERE disclosure_id = %s AND event = 'received'", (disclosure_id,))
    row = cursor.fetchone()
    return row[0] if row else None


def _record_again(cursor: CursorWrapper, sent: _Sent, by: Actor, now: datetime, keys: KeyRing) -> None:
    """Record that what was received before is handed over once more."""
    batch = Batch(now)
    row = reading_row(by, "handed_over_again", None, now, {"disclosure": str(sent.disclosed.id)})
    batch.acts.append(Act("disclosure.handed_over_again", by, (row,)))
    batch.write(cursor, keys)


def _file_receipt(
    cursor: CursorWrapper, sent: _Sent, loaded: Reloaded, receipt_id: UUID, by: Actor, now: datetime, keys: KeyRing
) -> None:
    receipt: dict[str, Json] = {
        "envelopeDigest": sha384(canonical(sent.envelope)).hexdigest(),
        "for": str(sent.disclosed.id),
        "outcome": "accepted",
        "receivedAt": utc_text(now),
        "type": "xe.receipt",
    }
    batch = Batch(now)
    row = delivery_row(loaded, sent.disclosed.id, RECEIVED, now, envelope=receipt, signature=None)
    batch.acts.append(Act("disclosure.received", by, (replace(row, values={**row.values, "id": str(receipt_id)}),)))
    batch.write(cursor, keys)
