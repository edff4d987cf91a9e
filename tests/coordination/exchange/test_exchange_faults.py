"""Every step of every command: failed, killed after it was done, and committed with the answer lost."""

import contextlib
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.db import DatabaseError
from exchange_given import (
    AWAITING,
    DISCLOSED,
    HELD,
    HIDDEN,
    LIMITED,
    NEEDS_APPROVAL,
    REFUSED,
    STATUS,
    answer,
    ask_for,
    counts,
    decide,
    deliver,
    disclosures_of,
    lodge,
    open_task,
    put,
    receive,
    request,
    status_of,
    tick,
    value_of,
)
from faults_given import HOWS, fault, fault_at_commit, lost_commit
from psycopg import Error as PsycopgError

from comity.coordination.exchange.commands.answer import HolderAnswer, NotAwaitingError
from comity.doors.worker import deliveries
from comity.spine.tasks.verdict import AlreadyDecidedError

FAULTS = (DatabaseError, PsycopgError)
WRITTEN = {
    "request": (
        "vault_item",
        "exchange_ruleset",
        "exchange_ask",
        "exchange_decision",
        "exchange_answer",
        "exchange_disclosure",
        "clocks_clock",
        "tasks_task",
        "outbox_message",
        "agreements_usage",
        "ledger_pending",
    ),
    "answer": (
        "tasks_verdict",
        "tasks_task",
        "clocks_clock",
        "vault_item",
        "exchange_decision",
        "exchange_answer",
        "exchange_disclosure",
        "outbox_message",
        "ledger_pending",
    ),
    "approve": (
        "tasks_verdict",
        "tasks_task",
        "clocks_clock",
        "vault_item",
        "exchange_decision",
        "exchange_answer",
        "exchange_disclosure",
        "outbox_message",
        "ledger_pending",
    ),
    "tick": (
        "vault_item",
        "exchange_decision",
        "exchange_answer",
        "exchange_disclosure",
        "outbox_message",
        "ledger_pending",
    ),
    "deliver": ("exchange_delivery", "ledger_pending"),
    "receive": ("exchange_delivery", "ledger_pending"),
    "file": ("vault_item", "exchange_record", "ledger_pending"),
}
CHUNK = {
    "d": DISCLOSED,
    "q": LIMITED,
    "a": NEEDS_APPROVAL,
    "w": replace(AWAITING, holder="az-dps"),
    "r": REFUSED,
    "h": STATUS,
}


@contextmanager
def nothing_half_written(demo):
    """Whatever was tried inside failed: every table, vault, outbox and ledger among them, is as it was."""
    before = counts(demo)
    with pytest.raises(FAULTS):
        yield
    assert counts(demo) == before


def clean(demo):
    report = demo.verify()
    assert report.is_clean, report.findings
    return True


# ---- request


def chunk(demo):
    return request(demo, "hsi-arizona", *(ask_for(one, key) for key, one in CHUNK.items()))


def prepared(demo):
    demo.actor("hsi-arizona")  # read before the fault, so that the fault meets the command
    for key, one in CHUNK.items():
        lodge(demo, one, key)


EXPECTED = ["disclosed", "disclosed", "needs_approval", "awaiting_answer", "refused", "pending"]


def recorded_once(demo, results):
    assert [result.status for result in results] == EXPECTED
    assert demo.look("SELECT count(*) FROM exchange_ask") == [(len(CHUNK),)]
    assert demo.look("SELECT count(*) FROM exchange_disclosure") == [(2,)]
    assert demo.look("SELECT count(*) FROM outbox_message") == [(2,)]
    assert demo.look("SELECT count(*) FROM tasks_task") == [(2,)]
    return clean(demo)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("table", WRITTEN["request"])
def test_request_leaves_nothing_when_a_step_breaks_and_a_retry_records_it_once(demo, table, how):
    prepared(demo)
    with nothing_half_written(demo), fault(demo, table, how):
        chunk(demo)
    assert recorded_once(demo, chunk(demo))


@pytest.mark.parametrize("how", HOWS)
def test_request_leaves_nothing_when_its_commit_breaks(demo, how):
    prepared(demo)
    with nothing_half_written(demo), fault_at_commit(demo, "ledger_pending", how):
        chunk(demo)
    assert recorded_once(demo, chunk(demo))


def test_request_that_committed_without_an_answer_returns_what_was_recorded(demo):
    prepared(demo)
    with lost_commit(), pytest.raises(FAULTS):
        chunk(demo)
    results = chunk(demo)
    assert all(result.repeated for result in results)
    assert recorded_once(demo, results)


def test_request_table_names_every_table_it_writes(demo):
    prepared(demo)
    before = counts(demo)
    chunk(demo)
    after = counts(demo)
    assert {name for name in after if after[name] != before[name]} <= set(WRITTEN["request"])


# ---- file


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("table", WRITTEN["file"])
def test_file_leaves_nothing_when_a_step_breaks(demo, table, how):
    with nothing_half_written(demo), fault(demo, table, how):
        lodge(demo, DISCLOSED, "k1", "k2")
    assert [filed.version for filed in lodge(demo, DISCLOSED, "k1", "k2")] == [1, 1]
    assert clean(demo)


# ---- answer


def answered(demo, ask_id):
    values = {name: value_of(name, "k1") for name in AWAITING.elements}
    return answer(demo, AWAITING, ask_id, HolderAnswer(values))


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("table", WRITTEN["answer"])
def test_answer_leaves_nothing_when_a_step_breaks(demo, table, how):
    ask_id = put(demo, AWAITING).ask_id
    with nothing_half_written(demo), fault(demo, table, how):
        answered(demo, ask_id)
    assert open_task(demo, AWAITING.holder, ask_id).state == "open"
    assert answered(demo, ask_id) == "disclosed"
    assert len(disclosures_of(demo, ask_id)) == 1
    assert clean(demo)


def test_answer_that_committed_without_an_answer_stands_and_is_not_given_again(demo):
    ask_id = put(demo, AWAITING).ask_id
    task = open_task(demo, AWAITING.holder, ask_id)
    demo.actor(AWAITING.holder, "records-clerk")
    from comity.coordination.exchange.commands.answer import answer_request

    def give():
        values = {name: value_of(name, "k1") for name in AWAITING.elements}
        by = demo.actor(AWAITING.holder, "records-clerk")
        answer_request(task_id=task.id, answer=HolderAnswer(values), by=by, now=demo.clock(), keys=demo.keys)

    with lost_commit(), pytest.raises(FAULTS):
        give()
    with pytest.raises(NotAwaitingError):
        give()
    assert status_of(demo, AWAITING.asker, ask_id) == "disclosed"
    assert len(disclosures_of(demo, ask_id)) == 1
    assert clean(demo)


# ---- approve, decide as counsel


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("table", WRITTEN["approve"])
def test_approval_leaves_nothing_when_a_step_breaks(demo, table, how):
    ask_id = put(demo, NEEDS_APPROVAL).ask_id
    task = open_task(demo, NEEDS_APPROVAL.holder, ask_id)
    with nothing_half_written(demo), fault(demo, table, how):
        decide(demo, task, NEEDS_APPROVAL.holder, "records-supervisor")
    assert decide(demo, task, NEEDS_APPROVAL.holder, "records-supervisor") == "disclosed"
    assert len(disclosures_of(demo, ask_id)) == 1
    assert clean(demo)


def test_approval_that_committed_without_an_answer_stands_once(demo):
    ask_id = put(demo, HELD).ask_id
    task = open_task(demo, HELD.holder, ask_id)
    demo.actor(HELD.holder, "counsel")
    with lost_commit(), pytest.raises(FAULTS):
        decide(demo, task, HELD.holder, "counsel")
    with pytest.raises(AlreadyDecidedError):
        decide(demo, task, HELD.holder, "counsel")
    assert len(disclosures_of(demo, ask_id)) == 1
    assert clean(demo)


# ---- tick


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("table", WRITTEN["tick"])
def test_tick_leaves_nothing_when_a_step_breaks_and_the_next_one_answers_everybody(demo, table, how):
    shared, hidden = put(demo, STATUS, "s").ask_id, put(demo, HIDDEN, "h").ask_id
    with nothing_half_written(demo), fault(demo, table, how):
        tick(demo)
    assert tick(demo) == 2
    assert status_of(demo, STATUS.asker, shared) == "disclosed"
    assert status_of(demo, HIDDEN.asker, hidden) == "nothing_to_share"
    assert tick(demo) == 0
    assert clean(demo)


def test_tick_that_committed_without_an_answer_answers_nobody_twice(demo):
    shared = put(demo, STATUS).ask_id
    with lost_commit(), pytest.raises(FAULTS):
        tick(demo)
    assert tick(demo) == 0
    assert len(disclosures_of(demo, shared)) == 1
    assert clean(demo)


# ---- deliver


def events(demo):
    return [event for (event,) in demo.look("SELECT event FROM exchange_delivery ORDER BY event")]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("table", WRITTEN["deliver"])
def test_delivery_leaves_nothing_when_a_step_breaks_and_is_tried_again(demo, table, how):
    put(demo, DISCLOSED)
    acts = counts(demo)
    # The worker's session may die with the fault; its loop begins anew.
    with fault(demo, table, how), contextlib.suppress(*FAULTS):
        assert deliver(demo) == 0
    after = counts(demo)
    assert after == acts
    demo.clock.advance(minutes=5)
    assert deliver(demo) == 1
    assert events(demo) == ["sent"]
    assert clean(demo)


def test_a_crash_between_sending_and_ticking_off_delivers_once(demo, monkeypatch):
    put(demo, DISCLOSED)

    def crash(*_args, **_kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "complete", crash)
        with pytest.raises(SystemExit):
            deliver(demo)
    assert events(demo) == ["sent"]
    demo.clock.advance(minutes=5)
    assert deliver(demo) == 1
    assert events(demo) == ["sent"]
    assert demo.look("SELECT count(*) FROM outbox_message WHERE done_at IS NULL") == [(0,)]
    assert clean(demo)


# ---- receive


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("table", WRITTEN["receive"])
def test_no_value_is_handed_over_without_its_receipt(demo, table, how):
    result = put(demo, DISCLOSED)
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    with nothing_half_written(demo), fault(demo, table, how):
        receive(demo, DISCLOSED.asker, disclosure_id)
    assert receive(demo, DISCLOSED.asker, disclosure_id).values
    assert events(demo) == ["received", "sent"]
    assert clean(demo)


def test_a_receipt_that_committed_without_an_answer_is_the_one_that_counts(demo):
    result = put(demo, DISCLOSED)
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    demo.actor(DISCLOSED.asker)
    with lost_commit(), pytest.raises(FAULTS):
        receive(demo, DISCLOSED.asker, disclosure_id)
    [(receipt,)] = demo.look("SELECT id FROM exchange_delivery WHERE event = 'received'")
    assert receive(demo, DISCLOSED.asker, disclosure_id).receipt_id == receipt
    assert clean(demo)


def test_rules_are_stored_again_in_a_database_put_in_place_under_a_running_process(demo):
    from django.db import connections

    from comity.config.node import Role

    put(demo, DISCLOSED)
    rulesets = demo.look("SELECT digest FROM exchange_ruleset")
    put(demo, DISCLOSED, "k2")
    assert demo.look("SELECT digest FROM exchange_ruleset") == rulesets
    connections.close_all()  # a restore ends every connection, then another database has the name
    connections["default"].close_pool()
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("DELETE FROM exchange_ruleset")
    put(demo, DISCLOSED, "k3")
    assert demo.look("SELECT digest FROM exchange_ruleset") == rulesets
