"""An agreement suspended while something is under way: before the ask, during it, before delivery."""

import pytest
from exchange_given import (
    DISCLOSED,
    REFUSED,
    ask_for,
    deliver,
    disclosures_of,
    lodge,
    put,
    receive,
    request,
    status_of,
)
from faults_given import Started, gate, wait_until_blocked

from comity.coordination.exchange.commands.deliver import DeliveryNotVisibleError, deliver_disclosures
from comity.standing.agreements.commands import resume_agreement, suspend_agreement
from comity.standing.agreements.vocabulary import SuspensionReason

CODE = "az-sharing-2026"


def agreement(demo):
    [(agreement_id,)] = demo.look("SELECT id FROM agreements_agreement WHERE code = %s", (CODE,))
    return agreement_id


def suspend(demo):
    suspend_agreement(
        by=demo.actor("az-dps", "head"),
        now=demo.clock(),
        agreement_id=agreement(demo),
        reason=next(iter(SuspensionReason)),
    )


def events(demo):
    return [event for (event,) in demo.look("SELECT event FROM exchange_delivery ORDER BY event")]


def test_after_a_suspension_an_ask_is_refused(demo):
    suspend(demo)
    assert put(demo, DISCLOSED).status == "refused"


def test_suspended_between_ask_and_delivery_it_is_stopped_and_never_received(demo):
    result = put(demo, DISCLOSED)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    suspend(demo)
    deliver(demo)
    assert events(demo) == ["stopped"]
    assert status_of(demo, DISCLOSED.asker, result.ask_id) == "stopped"
    with pytest.raises(DeliveryNotVisibleError):
        receive(demo, DISCLOSED.asker, disclosure_id)
    assert demo.verify().is_clean


def test_a_stopped_disclosure_stays_stopped_when_the_agreement_is_resumed(demo):
    result = put(demo, DISCLOSED)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    suspend(demo)
    deliver(demo)
    resume_agreement(by=demo.actor("az-dps", "head"), now=demo.clock(), agreement_id=agreement(demo))
    courier = demo.node("courier")
    given = {"disclosure_ids": [disclosure_id], "by": courier, "now": demo.clock(), "keys": demo.keys}
    assert deliver_disclosures(**given) == {disclosure_id: "stopped"}
    with pytest.raises(DeliveryNotVisibleError):
        receive(demo, DISCLOSED.asker, disclosure_id)


def test_suspended_between_sending_and_receiving_it_is_not_handed_over(demo):
    result = put(demo, DISCLOSED)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    deliver(demo)
    suspend(demo)
    for _ in range(2):
        with pytest.raises(DeliveryNotVisibleError):
            receive(demo, DISCLOSED.asker, disclosure_id)
    assert events(demo) == ["sent", "stopped"]
    assert status_of(demo, DISCLOSED.asker, result.ask_id) == "stopped"
    assert demo.verify().is_clean


def test_what_was_received_before_a_suspension_stays_received(demo):
    result = put(demo, DISCLOSED)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    deliver(demo)
    first = receive(demo, DISCLOSED.asker, disclosure_id)
    suspend(demo)
    assert receive(demo, DISCLOSED.asker, disclosure_id) == first


def test_several_disclosures_of_one_suspended_agreement_are_all_stopped(demo):
    lodge(demo, DISCLOSED, "a", "b", "c")
    request(demo, DISCLOSED.asker, *(ask_for(DISCLOSED, key) for key in "abc"))
    suspend(demo)
    deliver(demo)
    assert events(demo) == ["stopped"] * 3


def test_what_rests_on_law_alone_is_not_stopped_by_a_suspension(demo):
    from exchange_given import STATUS, tick

    result = put(demo, STATUS)
    tick(demo)
    assert status_of(demo, STATUS.asker, result.ask_id) == "disclosed"
    suspend(demo)
    deliver(demo)
    assert events(demo) == ["sent"]


def test_a_suspension_waits_for_the_chunk_that_discloses_and_then_stops_what_it_disclosed(demo):
    lodge(demo, DISCLOSED, "k1")
    demo.actor(DISCLOSED.asker), demo.actor("az-dps", "head")
    with gate(demo, "exchange_ask") as open_gate:
        asking = Started(lambda: request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1")))
        wait_until_blocked(demo)
        suspending = Started(lambda: suspend(demo))
        wait_until_blocked(demo, 2)
        assert suspending.is_running
        assert demo.look("SELECT state FROM agreements_agreement WHERE code = %s", (CODE,)) == [("in_force",)]
        open_gate()
        [result] = asking.join()
        assert suspending.join() is None
    assert result.status == "disclosed"
    deliver(demo)
    assert events(demo) == ["stopped"]


def test_a_chunk_waits_for_the_suspension_under_way_and_then_discloses_nothing(demo):
    lodge(demo, DISCLOSED, "k1")
    demo.actor(DISCLOSED.asker), demo.actor("az-dps", "head")
    with gate(demo, "agreements_event") as open_gate:
        suspending = Started(lambda: suspend(demo))
        wait_until_blocked(demo)
        asking = Started(lambda: request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1")))
        wait_until_blocked(demo, 2)
        open_gate()
        assert suspending.join() is None
        [result] = asking.join()
    assert result.status == "refused"
    assert disclosures_of(demo, result.ask_id) == []


def test_two_couriers_and_a_suspension_leave_one_end_of_a_disclosure(demo):
    """The second courier looks before the first has sent and decides after the suspension: it sees what was sent."""
    result = put(demo, DISCLOSED)
    disclosure_ids = disclosures_of(demo, result.ask_id)
    demo.actor("az-dps", "head")

    def send():
        courier = demo.node("courier")
        return deliver_disclosures(disclosure_ids=disclosure_ids, by=courier, now=demo.clock(), keys=demo.keys)

    with gate(demo, "exchange_delivery") as open_gate:
        first = Started(send)
        wait_until_blocked(demo)
        suspending = Started(lambda: suspend(demo))
        wait_until_blocked(demo, 2)
        second = Started(send)
        wait_until_blocked(demo, 3)
        open_gate()
        outcomes = [first.join(), second.join()]
        suspending.join()
    assert len(events(demo)) == 1, (events(demo), outcomes)


def test_two_chunks_that_wait_for_each_others_keys_are_both_answered(demo):
    """Each has recorded a key the other wants next: PostgreSQL ends one of them, which is then done again."""
    from faults_given import trigger

    lodge(demo, REFUSED, "a", "b", "m", "n")  # no agreement between the two, so no counter keeps the chunks apart
    put(demo, REFUSED, "first")  # stores the rule set, which a chunk that is the first to use it makes others wait for
    body = "IF NEW.ask_key IN ('m', 'n') THEN PERFORM pg_sleep(0.7); END IF; RETURN NEW;"
    made = "CREATE TRIGGER test_fault BEFORE INSERT ON exchange_ask FOR EACH ROW"
    with trigger(demo, "exchange_ask", body=body, made=made):
        works = [
            Started(lambda keys=keys: request(demo, REFUSED.asker, *(ask_for(REFUSED, key) for key in keys)))
            for keys in ("amb", "bna")
        ]
        first, second = [work.join() for work in works]
    assert isinstance(first, list), first
    assert isinstance(second, list), second
    assert [result.status for result in (*first, *second)] == ["refused"] * 6
    assert first[0].ask_id == second[2].ask_id
    assert demo.look("SELECT count(*) FROM exchange_ask") == [(5,)]
