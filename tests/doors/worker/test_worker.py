"""The worker: delivers what waits, gives back what fails, keeps its ticks whatever goes wrong."""

import threading
from uuid import uuid4

import pytest
from exchange_given import DISCLOSED, HIDDEN, STATUS, ask_for, disclosures_of, lodge, put, request, status_of, tick
from faults_given import Started, fault
from structlog.testing import capture_logs

from comity.coordination.exchange.outcome import DISCLOSURE_READY
from comity.coordination.exchange.rules import TICK_SECONDS
from comity.doors.worker import deliveries, main
from comity.spine.clocks.selectors import list_clocks
from comity.spine.outbox.enqueue import Message, enqueuing
from comity.spine.tasks.selectors import list_tasks
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import acting, insert_rows, reading


def messages(demo):
    return demo.look("SELECT done_at IS NOT NULL, attempts, last_error FROM outbox_message ORDER BY id")


def events(demo):
    return [event for (event,) in demo.look("SELECT event FROM exchange_delivery ORDER BY event")]


def send(demo, topic, destination, body):
    message = Message(id=uuid4(), topic=topic, destination=destination, body=body)
    with acting(demo.node("courier")) as cursor:
        insert_rows(cursor, enqueuing([message], now=demo.clock()))


def drain(demo, destination=None):
    return deliveries.drain(destination=destination, clock=demo.clock, keys=demo.keys)


def test_drain_delivers_everything_that_waits_for_a_destination(demo):
    lodge(demo, DISCLOSED, "a", "b", "c")
    request(demo, DISCLOSED.asker, *(ask_for(DISCLOSED, key) for key in "abc"))
    assert drain(demo, str(demo.actor(DISCLOSED.asker).agency_id)) == 3
    assert events(demo) == ["sent"] * 3
    assert drain(demo) == 0


def test_drain_leaves_other_destinations_alone(demo):
    put(demo, DISCLOSED)
    assert drain(demo, str(uuid4())) == 0
    assert events(demo) == []


def test_more_messages_than_a_batch_are_all_delivered(demo):
    keys = [f"k{number}" for number in range(deliveries.BATCH + 5)]
    lodge(demo, DISCLOSED, *keys)
    request(demo, DISCLOSED.asker, *(ask_for(DISCLOSED, key) for key in keys))
    assert drain(demo) == len(keys)


def test_sweep_finds_what_no_wake_up_announced_at_every_destination(demo):
    put(demo, DISCLOSED, "a")
    put(demo, STATUS, "b")
    tick(demo)
    with demo.connect(deliveries_role()) as admin:
        admin.execute("DELETE FROM procrastinate_jobs")
    assert deliveries.sweep(clock=demo.clock, keys=demo.keys) == 2


def deliveries_role():
    from comity.config.node import Role

    return Role.BOOTSTRAP


def test_a_message_that_fails_backs_off_and_the_others_go_on(demo):
    put(demo, DISCLOSED)
    destination = str(demo.actor(DISCLOSED.asker).agency_id)
    send(demo, DISCLOSURE_READY, destination, {"disclosure": str(uuid4())})
    assert drain(demo) == 1
    assert events(demo) == ["sent"]
    assert sorted(messages(demo)) == [(False, 1, "deliverynotvisibleerror"), (True, 1, None)]
    assert drain(demo) == 0
    demo.clock.advance(minutes=1)
    drain(demo)
    assert (False, 2, "deliverynotvisibleerror") in messages(demo)


@pytest.mark.parametrize("body", [{}, {"disclosure": "no id"}, {"disclosure": None}])
def test_a_message_that_makes_no_sense_stops_nobody(demo, body):
    put(demo, DISCLOSED)
    send(demo, DISCLOSURE_READY, str(demo.actor(DISCLOSED.asker).agency_id), body)
    assert drain(demo) == 1
    assert events(demo) == ["sent"]


def test_a_topic_nobody_handles_is_given_back_and_stops_nobody(demo):
    put(demo, DISCLOSED)
    send(demo, "disclosure.forgotten", str(demo.actor(DISCLOSED.asker).agency_id), {})
    assert drain(demo) == 1
    assert (False, 1, "keyerror") in messages(demo)


def test_what_fails_until_its_end_is_given_up_in_the_open(demo):
    send(demo, DISCLOSURE_READY, "nobody", {"disclosure": str(uuid4())})
    for _ in range(12):
        drain(demo)
        demo.clock.advance(days=1)
    deliveries.sweep(clock=demo.clock, keys=demo.keys)
    assert demo.look("SELECT dead_at IS NOT NULL FROM outbox_message") == [(True,)]


def letters(demo, disclosure_id):
    with reading(demo.actor(DISCLOSED.holder, "records-supervisor")) as cursor:
        return [task for task in list_tasks(cursor, [disclosure_id]) if task.kind is Kind.DEAD_LETTER]


def test_a_disclosure_given_up_is_the_holders_task_until_it_goes_after_all(demo, monkeypatch):
    result = put(demo, DISCLOSED)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    with monkeypatch.context() as broken:
        broken.setattr(deliveries, "HANDLERS", {})
        for _ in range(9):
            drain(demo)
            demo.clock.advance(days=1)
            deliveries.sweep(clock=demo.clock, keys=demo.keys)
    [task] = letters(demo, disclosure_id)
    assert (task.function, task.state) == ("records_supervisor", "open")
    assert task.due_at is not None
    deliveries.sweep(clock=demo.clock, keys=demo.keys)
    assert len(letters(demo, disclosure_id)) == 1
    send(demo, DISCLOSURE_READY, str(demo.actor(DISCLOSED.asker).agency_id), {"disclosure": str(disclosure_id)})
    assert drain(demo) == 1
    assert events(demo) == ["sent"]
    [task] = letters(demo, disclosure_id)
    assert task.state == "withdrawn"
    with reading(demo.actor(DISCLOSED.holder)) as cursor:
        assert [clock.state for clock in list_clocks(cursor, [task.id])] == ["stopped"]


def test_a_message_that_expired_unclaimed_is_the_holders_task_too(demo):
    result = put(demo, DISCLOSED)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    demo.clock.advance(days=8)
    assert deliveries.sweep(clock=demo.clock, keys=demo.keys) == 0
    assert [task.state for task in letters(demo, disclosure_id)] == ["open"]


@pytest.mark.parametrize("body", [{}, {"disclosure": "no id"}, {"disclosure": str(uuid4())}])
def test_a_message_about_no_disclosure_is_given_up_without_a_task(demo, body):
    send(demo, DISCLOSURE_READY, "nobody", body)
    demo.clock.advance(days=8)
    with capture_logs() as logs:
        deliveries.sweep(clock=demo.clock, keys=demo.keys)
    assert [line["event"] for line in logs] == ["delivery.given_up_unasked"]
    assert demo.look("SELECT count(*) FROM tasks_task") == [(0,)]


def test_two_workers_at_once_deliver_each_message_once(demo):
    keys = [f"k{number}" for number in range(20)]
    lodge(demo, DISCLOSED, *keys)
    request(demo, DISCLOSED.asker, *(ask_for(DISCLOSED, key) for key in keys))
    works = [Started(lambda: drain(demo)) for _ in range(2)]
    assert sum(work.join() for work in works) == len(keys)
    assert events(demo) == ["sent"] * len(keys)


def keep(demo, duty, seconds=10):
    """Let a duty of the worker go round until `done` says so; fails when the thread ended by itself."""
    stop = threading.Event()
    worker = Started(lambda: main._repeat(stop, "test", duty))
    return stop, worker, seconds


def until(condition, seconds=15):
    for _ in range(int(seconds / 0.05)):
        if condition():
            return True
        threading.Event().wait(0.05)
    return False


@pytest.mark.parametrize("error", [ValueError("broken"), KeyError("x"), OSError("disk full")])
def test_a_duty_that_fails_is_tried_again_whatever_went_wrong(demo, error):
    tried = []

    def duty():
        tried.append(1)
        if len(tried) == 1:
            raise error
        stop.set()

    stop = threading.Event()
    work = Started(lambda: main._repeat(stop, "test", duty))
    assert work.join() is None
    assert len(tried) == 2


def test_the_ticks_go_on_after_the_database_failed_one(demo):
    result = put(demo, HIDDEN)
    demo.clock.advance(seconds=TICK_SECONDS)
    stop = threading.Event()

    def duty():
        demo.clock.advance(seconds=TICK_SECONDS)
        main.answer_hidden_asks(by=demo.node("courier"), now=demo.clock(), keys=demo.keys)
        stop.wait(0.05)

    with fault(demo, "exchange_answer", "killed"):
        work = Started(lambda: main._repeat(stop, "tick", duty))
        threading.Event().wait(1.5)
        assert work.is_running
    answered = until(lambda: status_of(demo, HIDDEN.asker, result.ask_id) == "nothing_to_share")
    stop.set()
    work.join()
    assert answered


def test_the_tick_of_the_worker_waits_for_the_tick_and_answers_all_of_it(demo):
    results = [put(demo, HIDDEN, "a"), put(demo, STATUS, "b")]

    class AtOnce(threading.Event):
        def wait(self, timeout=None):
            assert 0 < timeout <= TICK_SECONDS
            demo.clock.advance(seconds=timeout)
            return False

    main._tick(AtOnce(), demo.clock, demo.keys)
    assert [status_of(demo, HIDDEN.asker, result.ask_id) for result in results] == ["nothing_to_share", "disclosed"]


def test_the_worker_asks_for_a_verification_after_a_while_and_not_at_its_start(monkeypatch):
    asked, stop = [], threading.Event()
    monkeypatch.setattr(main, "VERIFY_SECONDS", 0.3)
    work = Started(lambda: main._repeat(stop, "verify", lambda: main._verify(stop, lambda: asked.append(1))))
    assert asked == []
    assert until(lambda: len(asked) > 1)
    stop.set()
    work.join()


def test_what_was_typed_a_day_ago_is_dropped_though_nobody_types_anything_else(demo):
    from datetime import timedelta

    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.accounts.commands import open_account
    from comity.standing.accounts.drafts import KEPT_FOR, put_draft

    steward, now = node_actor(Duty.STEWARD), demo.clock()
    of = open_account(by=steward, now=now, agency="az-dps", reference="0001", username="somebody").account_id
    put_draft(account_id=of, page="/console/old/", sealed=b"x", now=now - KEPT_FOR - timedelta(seconds=1))
    put_draft(account_id=of, page="/console/new/", sealed=b"x", now=now)
    stop = threading.Event()
    stop.set()
    main._drafts(stop, demo.clock)
    assert demo.look("SELECT page FROM accounts_draft") == [("/console/new/",)]
