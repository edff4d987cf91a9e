import contextlib
import threading
from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connections

from comity.config.node import Role
from comity.kernel.ids import new_id, random_id
from comity.spine.outbox.claim import Again, Dead, Superseded, bury, bury_expired, claim, complete, fail
from comity.spine.outbox.enqueue import Message, MessageTooLargeError, enqueuing
from comity.spine.outbox.selectors import count_backlog, list_dead, list_waiting_destinations
from comity.spine.outbox.upkeep import prune_done, revive
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, insert_rows, reading

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def take(courier, *, now=NOW, worker="one", destination=None, limit=100):
    with acting(courier) as cursor:
        return claim(cursor, worker=worker, destination=destination, limit=limit, now=now, lease=LEASE)


def give_back(courier, message_id, *, now=NOW, worker="one", code="unreachable"):
    with acting(courier) as cursor:
        return fail(cursor, message_id=message_id, worker=worker, code=code, now=now, random=lambda: 0.5)


def test_committed_messages_are_claimed_oldest_first_with_their_ids(put, courier):
    late, early = put(available_at=NOW), put(available_at=NOW - LEASE)
    claimed = take(courier)
    assert [message.id for message in claimed] == early + late
    assert claimed[0].topic == "exchange.disclosed"
    assert set(claimed[0].body) == {"ask"}
    assert claimed[0].attempts == 1


def test_rolled_back_act_sends_nothing(node, agency, courier):
    with contextlib.suppress(ZeroDivisionError), acting(agency) as cursor:
        insert_rows(cursor, enqueuing([Message(new_id(), "exchange.disclosed", "police", {})], now=NOW))
        raise ZeroDivisionError
    assert take(courier) == []


def test_same_message_twice_is_refused(node, agency):
    message = Message(new_id(), "exchange.disclosed", "police", {})
    with pytest.raises(IntegrityError, match="duplicate key"), acting(agency) as cursor:
        insert_rows(cursor, enqueuing([message, message], now=NOW))


def test_body_with_more_than_ids_is_refused(node, agency):
    with pytest.raises(MessageTooLargeError, match=r"exchange\.disclosed"), acting(agency) as cursor:
        insert_rows(
            cursor, enqueuing([Message(new_id(), "exchange.disclosed", "police", {"text": "x" * 5000})], now=NOW)
        )


def test_message_is_not_claimed_before_its_time(put, courier):
    put(available_at=NOW + LEASE)
    assert take(courier) == []
    assert len(take(courier, now=NOW + LEASE)) == 1


def test_worker_claims_for_one_destination_or_for_all(put, courier):
    put(2, destination="police")
    put(3, destination="sheriff")
    assert len(take(courier, destination="sheriff")) == 3
    assert [message.destination for message in take(courier)] == ["police", "police"]


def test_two_workers_at_once_never_get_the_same_message(put, courier):
    ids = put(60)
    taken, barrier = [], threading.Barrier(3)

    def work(worker: str) -> None:
        try:
            barrier.wait(10)
            while batch := take(courier, worker=worker, limit=7):
                taken.extend(message.id for message in batch)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(taken) == sorted(ids)


def test_rows_another_worker_is_taking_are_passed_over(put, courier):
    ids = put(4)
    outcome = []

    def other() -> None:
        try:
            outcome.extend(message.id for message in take(courier, worker="two"))
        finally:
            connections.close_all()

    with acting(courier) as cursor:
        claim(cursor, worker="one", destination=None, limit=2, now=NOW, lease=LEASE)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
    assert outcome == ids[2:]


def test_message_of_a_dead_worker_is_claimed_again_after_its_lease(put, courier):
    put()
    assert len(take(courier)) == 1
    assert take(courier, worker="two", now=NOW + LEASE - timedelta(microseconds=1)) == []
    (again,) = take(courier, worker="two", now=NOW + LEASE)
    assert again.attempts == 2


def test_completed_message_is_never_claimed_again(put, courier):
    ids = put(3)
    take(courier)
    with acting(courier) as cursor:
        assert complete(cursor, ids, now=NOW) == 3
        assert complete(cursor, ids, now=NOW) == 0
    assert take(courier, now=NOW + timedelta(days=1)) == []


def test_delivery_counts_even_when_the_lease_had_ended(put, courier):
    ids = put()
    take(courier, worker="one")
    take(courier, worker="two", now=NOW + LEASE)
    with acting(courier) as cursor:
        assert complete(cursor, ids, now=NOW + LEASE) == 1
    assert give_back(courier, ids[0], worker="two", now=NOW + LEASE) == Superseded()


def test_failed_message_backs_off_and_comes_again(put, courier):
    (message_id,) = put()
    now = NOW
    waits = []
    for _ in range(8):
        (message,) = take(courier, now=now)
        outcome = give_back(courier, message_id, now=now)
        assert isinstance(outcome, Again)
        assert take(courier, now=outcome.at - timedelta(microseconds=1)) == []
        waits.append((outcome.at - now).total_seconds())
        now = outcome.at
    assert message.attempts == 8
    assert waits == [1, 2, 4, 8, 16, 32, 3600, 3600]


def test_worker_without_its_lease_cannot_give_a_message_back(put, courier):
    (message_id,) = put()
    take(courier, worker="one")
    take(courier, worker="two", now=NOW + LEASE)
    assert give_back(courier, message_id, worker="one", now=NOW + LEASE) == Superseded()
    assert isinstance(give_back(courier, message_id, worker="two", now=NOW + LEASE), Again)


def test_message_that_expires_before_its_next_try_is_a_dead_letter(put, courier):
    (message_id,) = put(expires_at=NOW + timedelta(seconds=1))
    take(courier)
    assert give_back(courier, message_id) == Dead()
    with reading(courier) as cursor:
        (letter,) = list_dead(cursor, limit=10)
    assert (letter.id, letter.last_error, letter.attempts) == (message_id, "unreachable", 1)
    assert take(courier, now=NOW + timedelta(hours=2)) == []


def test_message_that_kills_its_worker_every_time_dies_when_it_expires(put, courier):
    ids = put(expires_at=NOW + 3 * LEASE)
    for turn in range(3):
        assert len(take(courier, now=NOW + turn * LEASE)) == 1
    assert take(courier, now=NOW + 3 * LEASE) == []
    with acting(courier) as cursor:
        assert bury_expired(cursor, now=NOW + 3 * LEASE) == ids
    with reading(courier) as cursor:
        assert list_dead(cursor, limit=10)[0].last_error == "expired"


def test_expired_message_is_not_buried_under_a_living_worker(put, courier):
    put(expires_at=NOW + timedelta(seconds=10))
    take(courier)
    with acting(courier) as cursor:
        assert bury_expired(cursor, now=NOW + timedelta(seconds=20)) == []


def test_final_refusal_is_not_tried_again_until_revived(put, courier):
    ids = put()
    take(courier)
    with acting(courier) as cursor:
        assert bury(cursor, ids, code="refused", now=NOW) == ids
        assert bury(cursor, ids, code="refused", now=NOW) == []
    assert take(courier, now=NOW + LEASE) == []
    with acting(courier) as cursor:
        assert revive(cursor, ids, now=NOW + LEASE, expires_at=NOW + timedelta(days=1)) == 1
    assert [message.attempts for message in take(courier, now=NOW + LEASE)] == [1]


def test_error_is_a_code_and_has_no_room_for_words(put, courier):
    (message_id,) = put()
    take(courier)
    with pytest.raises(Exception, match="outbox_message_error"):
        give_back(courier, message_id, code="no such person: Zebulon Quill")


def test_backlog_and_waiting_destinations_leave_out_what_is_claimed_or_ended(put, courier):
    put(2, destination="a")
    put(1, destination="b", available_at=NOW + LEASE)
    done = put(1, destination="c")
    take(courier, destination="c")
    with acting(courier) as cursor:
        complete(cursor, done, now=NOW)
    with reading(courier) as cursor:
        assert list_waiting_destinations(cursor, now=NOW) == ["a"]
        assert list_waiting_destinations(cursor, now=NOW + LEASE) == ["a", "b"]
        assert [astuple(line)[:2] for line in count_backlog(cursor)] == [("a", 2), ("b", 1)]


def test_only_delivered_messages_are_pruned_and_only_by_retention(node, put, courier):
    done, waiting = put(2), put(1)
    take(courier, limit=2)
    with acting(courier) as cursor:
        complete(cursor, done, now=NOW)
        assert prune_done(cursor, before=NOW, limit=10) == 0
    with acting(Actor(new_id(), new_id(), Duty.RETENTION)) as cursor:
        assert prune_done(cursor, before=NOW, limit=10) == 2
    with node.connect(Role.VERIFIER) as verifier:
        assert verifier.execute("SELECT id FROM outbox_message").fetchall() == [(waiting[0],)]


def test_agency_neither_sees_nor_claims_messages_not_even_its_own(put, agency):
    put()
    assert take(agency) == []
    with reading(agency) as cursor:
        assert count_backlog(cursor) == []


def test_auditor_sends_nothing(node):
    auditor = Actor(new_id(), new_id(), Duty.AUDITOR)
    with pytest.raises(ProgrammingError, match="row-level security"), acting(auditor) as cursor:
        insert_rows(cursor, enqueuing([Message(random_id(), "exchange.disclosed", "police", {})], now=NOW))
