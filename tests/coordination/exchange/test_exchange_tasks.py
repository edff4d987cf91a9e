"""Tasks that ask for neither an answer nor a release are closed; what is opened or handed over again is recorded."""

from datetime import timedelta

import pytest
from exchange_given import (
    AWAITING,
    DISCLOSED,
    NEEDS_APPROVAL,
    counts,
    decide,
    deliver,
    disclosures_of,
    open_task,
    put,
    receive,
    value_of,
)

from comity.coordination.exchange.commands.account import open_accounting, request_accounting
from comity.coordination.exchange.commands.answer import (
    KEPT_AFTER_VERDICT,
    AnswerFaultError,
    NotAwaitingError,
    Verdict,
)
from comity.coordination.exchange.commands.conclude import CONCLUSIONS, UnknownConclusionError, conclude_task
from comity.coordination.exchange.commands.dead_letters import bury_expired_messages
from comity.coordination.exchange.commands.open_draft import open_draft
from comity.coordination.exchange.commands.open_words import NoReasonError, open_private, open_reason
from comity.coordination.exchange.commands.retention import purge_due
from comity.coordination.exchange.rules import LONGEST_TEXT
from comity.spine.clocks.selectors import list_clocks
from comity.spine.tasks.selectors import get_task, list_tasks
from comity.spine.tasks.verdict import AlreadyDecidedError, NotAssignedError, TaskNotVisibleError
from comity.spine.tenancy.transaction import reading
from comity.spine.vault.seal import ItemNotVisibleError, open_item
from comity.spine.vault.tombstones import TombstoneFile


def task_of(demo, agency, task_id):
    with reading(demo.actor(agency)) as cursor:
        return get_task(cursor, task_id)


def conclude(demo, task, verdict, agency="az-dps", post="privacy", **changes):
    given = {"task_id": task.id, "verdict": verdict, "digest": task.digest, "by": demo.actor(agency, post)}
    conclude_task(**given | {"now": demo.clock(), "keys": demo.keys} | changes)


def readings(demo):
    return demo.look("SELECT kind, agency_id, post_id, task_id FROM exchange_reading ORDER BY read_at")


@pytest.fixture
def redress(demo):
    ask_id = put(demo, DISCLOSED).ask_id
    [(handle,)] = demo.look("SELECT subject_handle FROM exchange_disclosure WHERE ask_id = %s", (ask_id,))
    task_id = request_accounting(subject_handle=handle, by=demo.actor("az-dps"), now=demo.clock(), keys=demo.keys)
    return task_of(demo, "az-dps", task_id)


# ---- redress


def test_a_redress_task_ends_with_a_verdict_and_opens_no_accounting_afterwards(demo, redress):
    conclude(demo, redress, "answered")
    assert task_of(demo, "az-dps", redress.id).state == "done"
    with reading(demo.actor("az-dps")) as cursor:
        assert [clock.state for clock in list_clocks(cursor, [redress.id])] == ["stopped"]
    with pytest.raises(PermissionError):
        open_accounting(task_id=redress.id, by=demo.actor("az-dps", "privacy"), now=demo.clock(), keys=demo.keys)
    with pytest.raises(AlreadyDecidedError):
        conclude(demo, redress, "refused")
    assert demo.verify().is_clean


def test_only_its_post_closes_a_task_and_only_with_a_word_that_closes_its_kind(demo, redress):
    before = counts(demo)
    with pytest.raises(NotAssignedError):
        conclude(demo, redress, "answered", post="counsel")
    with pytest.raises(TaskNotVisibleError):
        conclude(demo, redress, "answered", agency="pima-so")
    with pytest.raises(UnknownConclusionError, match="answered"):
        conclude(demo, redress, "notice_taken")
    approval = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL, "k2").ask_id)
    with pytest.raises(NotAwaitingError):
        conclude(demo, approval, "answered", post="records-supervisor")
    assert demo.look("SELECT count(*) FROM tasks_verdict") == [(before["tasks_verdict"],)]


def test_no_conclusion_is_the_word_of_another_command():
    assert not {"release", "refuse", "answered_in_part", "no_record"} & set().union(*CONCLUSIONS.values())


# ---- dead letters


def test_what_could_not_be_delivered_is_sent_again_by_its_holders_verdict(demo):
    result = put(demo, DISCLOSED)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    demo.clock.advance(days=8)
    bury_expired_messages(by=demo.node("courier"), now=demo.clock(), keys=demo.keys)
    with reading(demo.actor("az-dps")) as cursor:
        [task] = list_tasks(cursor, [disclosure_id])
    conclude(demo, task, "send_again", post="records-supervisor")
    assert deliver(demo) == 1
    assert receive(demo, DISCLOSED.asker, disclosure_id).values


# ---- readings


def test_that_an_approver_opened_what_would_leave_is_recorded_each_time(demo):
    task = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL).ask_id)
    by = demo.actor("az-dps", "records-supervisor")
    for _ in range(2):
        draft = open_draft(task_id=task.id, by=by, now=demo.clock(), keys=demo.keys)
        assert draft == {"home_address": value_of("home_address", "k1")}
    assert readings(demo) == [("draft_opened", by.agency_id, by.post_id, task.id)] * 2
    for other in (demo.actor("az-dps", "counsel"), demo.actor("pima-so", "records-supervisor")):
        with pytest.raises(TaskNotVisibleError):
            open_draft(task_id=task.id, by=other, now=demo.clock(), keys=demo.keys)
    assert len(readings(demo)) == 2
    assert demo.verify().is_clean


def test_that_the_private_part_of_an_ask_was_opened_is_recorded_each_time(demo):
    task = open_task(demo, "pima-so", put(demo, AWAITING).ask_id)
    by = demo.actor("pima-so", "records-clerk")
    for _ in range(2):
        opened = open_private(task_id=task.id, by=by, now=demo.clock(), keys=demo.keys)
        assert opened == {"reference": "REF-k1", "justification": "WHY-k1", "case_number": "CASENO-k1"}
    assert readings(demo) == [("private_opened", by.agency_id, by.post_id, task.id)] * 2
    approval = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL, "k2").ask_id)
    for other, about in (
        (demo.actor("pima-so", "liaison"), task),
        (demo.actor("hsi-arizona"), task),
        (demo.actor("az-dps", "records-supervisor"), approval),
    ):
        with pytest.raises(TaskNotVisibleError):
            open_private(task_id=about.id, by=other, now=demo.clock(), keys=demo.keys)
    assert len(readings(demo)) == 2
    assert demo.verify().is_clean


def test_the_reason_of_a_verdict_is_sealed_and_read_on_record_by_the_holder_alone(demo):
    task = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL).ask_id)
    by = demo.actor("az-dps", "records-supervisor")
    with pytest.raises(NoReasonError):
        open_reason(task_id=task.id, by=by, now=demo.clock(), keys=demo.keys)
    with pytest.raises(AnswerFaultError):
        decide(demo, task, "az-dps", "records-supervisor", Verdict.REFUSE, reason="x" * (LONGEST_TEXT + 1))
    assert decide(demo, task, "az-dps", "records-supervisor", Verdict.REFUSE, reason=" WHY not ") == "refused"
    assert open_reason(task_id=task.id, by=by, now=demo.clock(), keys=demo.keys) == "WHY not"
    assert readings(demo) == [("reason_opened", by.agency_id, by.post_id, task.id)]
    [(item, owner, readers)] = demo.look("SELECT id, owner_id, reader_ids FROM vault_item WHERE kind = 'reason'")
    assert (owner, readers) == (by.agency_id, [])
    with reading(demo.actor(NEEDS_APPROVAL.asker)) as cursor, pytest.raises(ItemNotVisibleError):
        open_item(cursor, demo.keys, item)
    assert demo.verify().is_clean


def test_every_hand_over_after_the_first_is_recorded(demo):
    result = put(demo, DISCLOSED)
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    first = receive(demo, DISCLOSED.asker, disclosure_id)
    assert readings(demo) == []
    assert receive(demo, DISCLOSED.asker, disclosure_id).receipt_id == first.receipt_id
    by = demo.actor(DISCLOSED.asker)
    assert readings(demo) == [("handed_over_again", by.agency_id, by.post_id, None)]
    assert demo.look("SELECT scope FROM exchange_reading") == [({"disclosure": str(disclosure_id)},)]
    assert demo.verify().is_clean


# ---- drafts


def test_a_draft_is_purged_a_month_after_its_verdict_and_its_proof_stays(demo):
    task = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL).ask_id)
    waiting = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL, "k2").ask_id)
    decide(demo, task, "az-dps", "records-supervisor")
    demo.clock.advance(days=KEPT_AFTER_VERDICT.days, seconds=1)
    file = TombstoneFile(demo.folder / "tombstones.ndjson")
    assert purge_due(by=demo.node("retention"), now=demo.clock() - timedelta(days=1), keys=demo.keys, file=file) == 0
    assert purge_due(by=demo.node("retention"), now=demo.clock(), keys=demo.keys, file=file) == 1
    assert demo.look("SELECT item_id, kind FROM vault_tombstone") == [(task.id, "draft")]
    by = demo.actor("az-dps", "records-supervisor")
    with pytest.raises(ItemNotVisibleError):
        open_draft(task_id=task.id, by=by, now=demo.clock(), keys=demo.keys)
    assert open_draft(task_id=waiting.id, by=by, now=demo.clock(), keys=demo.keys)
    assert demo.verify().is_clean
