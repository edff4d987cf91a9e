import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connections

from comity.config.node import Role
from comity.kernel.canonical import plain
from comity.kernel.ids import new_id, random_id
from comity.spine.ledger.act_tables import find_act_tables
from comity.spine.tasks.open import NewTask, UnassignedError, lapse_tasks, open_tasks, withdraw_tasks, withdraw_tasks_of
from comity.spine.tasks.selectors import (
    TaskCount,
    count_open,
    get_own_task,
    get_verdicts,
    list_open,
    list_open_of_agency,
    list_overdue,
    list_tasks,
)
from comity.spine.tasks.verdict import (
    AlreadyDecidedError,
    AskerMayNotDecideError,
    DigestChangedError,
    NotAssignedError,
    TaskClosedError,
    TaskNotVisibleError,
    give_verdict,
)
from comity.spine.tasks.vocabulary import Capacity, Kind
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, reading

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DIGEST = "ab" * 32


@pytest.fixture
def approver() -> Actor:
    return Actor(new_id(), new_id())


@pytest.fixture
def asker() -> Actor:
    return Actor(new_id(), new_id())


@pytest.fixture
def courier() -> Actor:
    return Actor(new_id(), new_id(), Duty.COURIER)


@pytest.fixture
def ask(node, approver, asker):
    """Open a task in the approver's agency, in a transaction of the asker, who is excluded."""

    def open_one(**changes) -> NewTask:
        task = NewTask(
            new_id(),
            Kind.APPROVAL,
            approver.agency_id,
            random_id(),
            DIGEST,
            NOW,
            assignee_post_id=approver.post_id,
            excluded_agency_ids=(asker.agency_id,),
            excluded_post_ids=(asker.post_id,),
        )
        task = replace(task, **changes)
        with acting(asker) as cursor:
            open_tasks(cursor, [task])
        return task

    return open_one


def decide(by, task, *, functions=(), digest=DIGEST, verdict="approved", **more):
    with acting(by) as cursor:
        return give_verdict(
            cursor,
            task_id=task.id,
            by=by,
            capacity=Capacity.HOLDER,
            functions=functions,
            verdict=verdict,
            digest=digest,
            now=NOW + HOUR,
            **{"entry_id": new_id(), **more},
        )


def state_of(actor, task):
    with reading(actor) as cursor:
        return list_tasks(cursor, [task.subject_id])[0].state


def test_assigned_post_decides_once_and_the_verdict_is_kept(ask, approver):
    task = ask()
    given = decide(approver, task, reason="in_scope")
    assert (given.kind, given.subject_id, given.digest) == (Kind.APPROVAL, task.subject_id, DIGEST)
    with reading(approver) as cursor:
        verdict = get_verdicts(cursor, [task.id])[task.id]
        assert list_open_of_agency(cursor, agency_id=approver.agency_id, now=NOW, limit=9) == []
    assert (verdict.post_id, verdict.verdict, verdict.reason, verdict.at) == (
        approver.post_id, "approved", "in_scope", NOW + HOUR,
    )  # fmt: skip
    with pytest.raises(AlreadyDecidedError):
        decide(approver, task)


def test_a_verdict_is_an_act_row_and_tells_its_entry_every_column_as_stored(node, ask, approver):
    entry_id = new_id()
    given = decide(approver, ask(), entry_id=entry_id, reason="in_scope", reason_item_id=new_id())
    with node.connect(Role.VERIFIER) as verifier:
        assert "tasks_verdict" in {table.name for table in find_act_tables(verifier)}
        [(stored,)] = verifier.execute("SELECT to_jsonb(v) - 'entry_id' - 'at' FROM tasks_verdict v").fetchall()
        assert verifier.execute("SELECT entry_id, at FROM tasks_verdict").fetchall() == [(entry_id, given.at)]
    assert given.row["id"] == given.id
    assert {name: plain(value) for name, value in given.row.items() if name != "at"} == stored
    assert given.row["at"] == given.at


def test_acting_holder_is_recorded_as_such(ask, approver):
    task = ask()
    with acting(approver) as cursor:
        give_verdict(
            cursor,
            task_id=task.id,
            by=approver,
            capacity=Capacity.ACTING,
            functions=(),
            verdict="declined",
            digest=DIGEST,
            now=NOW,
            entry_id=new_id(),
        )
    with reading(approver) as cursor:
        assert get_verdicts(cursor, [task.id])[task.id].capacity is Capacity.ACTING


def test_another_post_of_the_agency_does_not_decide_a_named_task(ask, approver):
    task = ask()
    with pytest.raises(NotAssignedError):
        decide(Actor(approver.agency_id, new_id()), task)
    assert state_of(approver, task) == "open"


def test_any_post_with_the_function_decides_a_task_that_asks_a_function(ask, approver):
    task = ask(assignee_post_id=None, function="records_supervisor")
    colleague = Actor(approver.agency_id, new_id())
    with pytest.raises(NotAssignedError):
        decide(colleague, task, functions=("dispatcher",))
    assert decide(colleague, task, functions=("dispatcher", "records_supervisor")).verdict == "approved"


def test_task_that_names_post_and_function_needs_both(ask, approver):
    task = ask(function="records_supervisor")
    with pytest.raises(NotAssignedError):
        decide(approver, task)
    decide(approver, task, functions=("records_supervisor",))


def test_another_agency_does_not_even_see_the_task(ask):
    with pytest.raises(TaskNotVisibleError):
        decide(Actor(new_id(), new_id()), ask())


def test_a_post_sees_its_own_tasks_decided_ones_too_and_no_other(ask, approver):
    named, any_clerk = ask(), ask(assignee_post_id=None, function="records_clerk")
    excluded, later = ask(excluded_post_ids=(approver.post_id,)), ask(not_before=NOW + HOUR)
    decide(approver, named)

    def sees(by, task, functions=("records_clerk",)) -> bool:
        own = {"agency_id": by.agency_id, "posts": [by.post_id], "functions": functions, "now": NOW}
        try:
            with reading(by) as cursor:
                return get_own_task(cursor, task.id, **own).id == task.id
        except TaskNotVisibleError:
            return False

    colleague, stranger = Actor(approver.agency_id, new_id()), Actor(new_id(), approver.post_id)
    assert [sees(approver, task) for task in (named, any_clerk, excluded, later)] == [True, True, False, False]
    assert [sees(colleague, task) for task in (named, any_clerk)] == [False, True]
    assert not sees(colleague, any_clerk, functions=("dispatcher",))
    assert not sees(stranger, named)


@pytest.mark.parametrize("excluded", ["agency", "post"])
def test_asker_never_decides_its_own_ask_even_when_assigned(ask, approver, excluded):
    if excluded == "agency":
        task = ask(excluded_agency_ids=(approver.agency_id,))
    else:
        task = ask(excluded_post_ids=(new_id(), approver.post_id))
    with pytest.raises(AskerMayNotDecideError):
        decide(approver, task)
    assert state_of(approver, task) == "open"


def test_verdict_on_something_else_than_what_is_asked_is_refused(ask, approver):
    task = ask()
    with pytest.raises(DigestChangedError):
        decide(approver, task, digest="cd" * 32)
    assert state_of(approver, task) == "open"


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"post_id": "other"},
        {"digest": "cd" * 32},
        {"agency_id": "other"},
    ],
)
def test_database_itself_refuses_a_verdict_of_the_wrong_post_or_on_another_digest(node, ask, approver, forged):
    task = ask()
    row = {"agency_id": approver.agency_id, "post_id": approver.post_id, "digest": DIGEST}
    row |= {key: new_id() if value == "other" else value for key, value in forged.items()}
    insert = (
        "INSERT INTO tasks_verdict (id, task_id, agency_id, post_id, capacity, verdict, digest, at, entry_id)"
        " VALUES (gen_random_uuid(), %s, %s, %s, 'holder', 'approved', %s, now(), gen_random_uuid())"
    )

    def forge() -> None:
        with node.connect(Role.APP) as app, app.transaction():
            app.execute(
                "SELECT set_config('comity.agency', %s, true), set_config('comity.post', %s, true),"
                " set_config('comity.duty', 'agency', true)",
                (str(approver.agency_id), str(approver.post_id)),
            )
            app.execute(insert, (task.id, row["agency_id"], row["post_id"], row["digest"]))

    if forged:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            forge()
    else:
        forge()
        with pytest.raises(psycopg.errors.UniqueViolation):
            forge()


def test_verdict_is_never_changed_or_removed(node, ask, approver):
    decide(approver, ask())
    for role, statement in (
        (Role.APP, "UPDATE tasks_verdict SET verdict = 'declined'"),
        (Role.APP, "DELETE FROM tasks_verdict"),
        (Role.OWNER, "UPDATE tasks_verdict SET verdict = 'declined'"),
        (Role.OWNER, "TRUNCATE tasks_verdict"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), node.connect(role) as connection:
            connection.execute(statement)


def test_of_two_verdicts_at_once_one_stands(ask, approver):
    task = ask()
    outcome, barrier = [], threading.Barrier(2)

    def run(verdict: str) -> None:
        try:
            barrier.wait(10)
            outcome.append(decide(approver, task, verdict=verdict).verdict)
        except AlreadyDecidedError:
            outcome.append("too late")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(verdict,)) for verdict in ("approved", "declined")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert "too late" in outcome
    assert len(set(outcome) & {"approved", "declined"}) == 1


@pytest.mark.parametrize(("close", "state"), [(withdraw_tasks, "withdrawn"), (lapse_tasks, "lapsed")])
def test_closed_task_takes_no_verdict(ask, approver, courier, close, state):
    task = ask()
    with acting(courier) as cursor:
        assert close(cursor, [task.id], now=NOW) == [task.id]
        assert close(cursor, [task.id], now=NOW) == []
    assert state_of(approver, task) == state
    with pytest.raises(TaskClosedError, match=state):
        decide(approver, task)


def test_tasks_about_a_subject_are_withdrawn_together_and_decided_ones_stay(ask, approver, courier):
    subject = random_id()
    waiting, decided = ask(subject_id=subject), ask(subject_id=subject)
    ask()
    decide(approver, decided)
    with acting(courier) as cursor:
        assert withdraw_tasks_of(cursor, [subject], now=NOW) == [waiting.id]


def test_asker_sees_nothing_of_the_task_it_opened(ask, asker):
    task = ask()
    with reading(asker) as cursor:
        assert list_tasks(cursor, [task.subject_id]) == []
    with acting(asker) as cursor:
        assert withdraw_tasks(cursor, [task.id], now=NOW) == []


def test_list_is_calm_what_is_due_first_comes_first_and_nothing_before_its_time(ask, approver):
    undated = ask()
    later = ask(due_at=NOW + 9 * HOUR)
    soon = ask(due_at=NOW + HOUR, opened_at=NOW + timedelta(minutes=1))
    asked_function = ask(assignee_post_id=None, function="records_supervisor", due_at=NOW + 2 * HOUR)
    ask(not_before=NOW + 30 * HOUR)
    ask(assignee_post_id=new_id())
    ask(excluded_post_ids=(approver.post_id,))

    def shown(now, functions):
        with reading(approver) as cursor:
            tasks = list_open(
                cursor,
                agency_id=approver.agency_id,
                posts=[approver.post_id],
                functions=functions,
                now=now,
                limit=20,
            )
        return [task.id for task in tasks]

    assert shown(NOW + HOUR, ["records_supervisor"]) == [soon.id, asked_function.id, later.id, undated.id]
    assert shown(NOW + HOUR, []) == [soon.id, later.id, undated.id]
    assert len(shown(NOW + 30 * HOUR, [])) == 4


def test_counts_tell_open_and_overdue_by_kind(ask, approver, courier):
    ask(due_at=NOW - HOUR)
    ask(due_at=NOW + HOUR)
    ask(kind=Kind.COUNSEL, assignee_post_id=None, function="counsel")
    with reading(approver) as cursor:
        counts = count_open(cursor, agency_id=approver.agency_id, now=NOW)
    assert counts == {Kind.APPROVAL: TaskCount(2, 1), Kind.COUNSEL: TaskCount(1, 0)}
    with reading(courier) as cursor:
        assert len(list_overdue(cursor, now=NOW, limit=9)) == 1


def test_task_that_asks_nobody_is_refused(approver):
    with pytest.raises(UnassignedError):
        NewTask(new_id(), Kind.ANSWER, approver.agency_id, random_id(), DIGEST, NOW)


def test_digest_that_is_none_is_refused(ask):
    with pytest.raises(psycopg.errors.CheckViolation):
        ask(digest="ab")


def test_reason_is_a_code_and_has_no_room_for_words(ask, approver):
    with pytest.raises(Exception, match="tasks_verdict_reason"):
        decide(approver, ask(), reason="Zebulon Quill is his cousin")


def test_auditor_opens_and_sees_nothing(ask, approver):
    task = ask()
    auditor = Actor(approver.agency_id, approver.post_id, Duty.AUDITOR)
    with reading(auditor) as cursor:
        assert list_tasks(cursor, [task.subject_id]) == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(auditor) as cursor:
        open_tasks(cursor, [replace(task, id=new_id())])
