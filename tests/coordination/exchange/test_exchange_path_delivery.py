"""What is hidden until its tick; what is handed over and received."""

import pytest
from exchange_given import (
    DISCLOSED,
    HIDDEN,
    HIDDEN_APPROVABLE,
    STATUS,
    decide,
    deliver,
    disclosures_of,
    open_task,
    put,
    receive,
    status_of,
    tick,
    together,
)

from comity.coordination.exchange.commands.deliver import DeliveryNotVisibleError

# ---- hidden categories


def test_an_ask_where_records_hide_is_pending_until_the_tick_and_then_has_nothing_to_share(demo):
    result = put(demo, HIDDEN)
    assert (result.status, result.classes) == ("pending", None)
    assert status_of(demo, HIDDEN.asker, result.ask_id) == "pending"
    assert tick(demo) == 1
    assert status_of(demo, HIDDEN.asker, result.ask_id) == "nothing_to_share"
    assert disclosures_of(demo, result.ask_id) == []
    assert tick(demo) == 0
    assert demo.verify().is_clean


def test_before_its_tick_a_hidden_ask_is_not_answered(demo):
    from comity.coordination.exchange.commands.tick import answer_hidden_asks

    result = put(demo, HIDDEN)
    assert answer_hidden_asks(by=demo.node("courier"), now=demo.clock(), keys=demo.keys) == 0
    assert status_of(demo, HIDDEN.asker, result.ask_id) == "pending"


def test_what_may_be_shared_in_such_a_category_is_disclosed_on_the_tick(demo):
    result = put(demo, STATUS)
    assert result.status == "pending"
    tick(demo)
    assert status_of(demo, STATUS.asker, result.ask_id) == "disclosed"
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    assert set(receive(demo, STATUS.asker, disclosure_id).values) == {"immigration_status"}


def test_a_protected_record_goes_only_after_the_privacy_officer_has_approved(demo):
    result = put(demo, HIDDEN_APPROVABLE)
    tick(demo)
    assert status_of(demo, HIDDEN.asker, result.ask_id) == "nothing_to_share"
    task = open_task(demo, HIDDEN_APPROVABLE.holder, result.ask_id)
    assert task.function == "privacy_officer"
    assert decide(demo, task, HIDDEN_APPROVABLE.holder, "privacy") == "disclosed"
    assert len(disclosures_of(demo, result.ask_id)) == 1


# ---- delivery and receipt


def test_a_disclosure_is_for_its_recipient_only(demo):
    result = put(demo, DISCLOSED)
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    for other in ("ice-ero-phoenix", "az-dps"):
        with pytest.raises(DeliveryNotVisibleError):
            receive(demo, other, disclosure_id)


def test_a_post_that_did_not_ask_receives_nothing(demo):
    from comity.coordination.exchange.commands.deliver import receive_disclosure

    result = put(demo, DISCLOSED, post="liaison")
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    given = {"disclosure_id": disclosure_id, "now": demo.clock(), "keys": demo.keys}
    with pytest.raises(DeliveryNotVisibleError):
        receive_disclosure(by=demo.actor(DISCLOSED.asker, "commander"), **given)
    assert receive_disclosure(by=demo.actor(DISCLOSED.asker, "liaison"), **given).values


def test_nothing_is_received_before_it_is_sent(demo):
    result = put(demo, DISCLOSED)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    with pytest.raises(DeliveryNotVisibleError):
        receive(demo, DISCLOSED.asker, disclosure_id)


def test_receiving_again_gives_the_same_values_and_the_same_receipt(demo):
    result = put(demo, DISCLOSED)
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    assert receive(demo, DISCLOSED.asker, disclosure_id) == receive(demo, DISCLOSED.asker, disclosure_id)
    events = demo.look("SELECT event FROM exchange_delivery ORDER BY event")
    assert events == [("received",), ("sent",)]


def test_two_receivers_at_once_get_one_receipt(demo):
    result = put(demo, DISCLOSED)
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    outcomes = together(*[lambda: receive(demo, DISCLOSED.asker, disclosure_id) for _ in range(3)])
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)], outcomes
    assert len({outcome.receipt_id for outcome in outcomes}) == 1


def test_the_envelope_is_signed_by_the_node_over_its_canonical_bytes(demo):
    from hashlib import sha384

    from comity.kernel.canonical import canonical
    from comity.spine.keys.ring import Signature

    result = put(demo, DISCLOSED)
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    got = receive(demo, DISCLOSED.asker, disclosure_id)
    digest = sha384(canonical(got.envelope)).digest()
    assert bytes.fromhex(got.signature["digest"]) == digest
    signature = Signature(
        got.signature["scheme"], got.signature["key_id"], digest, bytes.fromhex(got.signature["blob"])
    )
    [public] = [key for key in demo.keys.public_keys() if key.key_id == signature.key_id]
    assert demo.keys.verify(signature, public.spki)
