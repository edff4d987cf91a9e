"""What lies on a desk, by what an open one knows that it changed, and how seldom it interrupts."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest
from django.db import connections

from comity.config.node import Role
from comity.kernel.ids import new_id, random_id
from comity.spine.tasks.desk import Desk, count_desk, get_day, list_desk, news_of
from comity.spine.tasks.interrupts import MOST_A_DAY, level_of, list_told, mark_seen, tell, to_tell
from comity.spine.tasks.open import NewTask, open_tasks, withdraw_tasks
from comity.spine.tasks.selectors import TaskCount
from comity.spine.tasks.verdict import give_verdict
from comity.spine.tasks.vocabulary import Capacity, Kind, Level
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import acting, read_together, reading

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 11, 23)
DIGEST = "ab" * 32
CLERK = "records_clerk"


@pytest.fixture
def post(node) -> Actor:
    return Actor(new_id(), new_id())


@pytest.fixture
def asker() -> Actor:
    return Actor(new_id(), new_id())


@pytest.fixture
def put(post, asker):
    """Open tasks for the clerks of the post's agency, as the asker's transaction does."""

    def open_some(number=1, **changes) -> list[NewTask]:
        now = database_now()
        task = NewTask(new_id(), Kind.ANSWER, post.agency_id, random_id(), DIGEST, now, function=CLERK)
        made = [replace(task, **{"id": new_id(), "subject_id": random_id(), **changes}) for _ in range(number)]
        with acting(asker) as cursor:
            open_tasks(cursor, made)
        return made

    return open_some


def desk_of(post, *functions, at=None) -> Desk:
    return Desk(post.agency_id, post.post_id, functions or (CLERK,), at or database_now())


def mark(post, *functions, at=None):
    with reading(post) as cursor:
        return read_together(cursor, news_of(desk_of(post, *functions, at=at)))


def lying(post, *functions, at=None, each=25):
    with reading(post) as cursor:
        return list_desk(cursor, desk_of(post, *functions, at=at), each=each)


def test_the_mark_stays_while_nothing_happens_and_changes_with_a_task(post, put):
    before = mark(post)
    assert mark(post) == before
    put()
    after = mark(post)
    assert after != before
    assert mark(post) == after


def test_the_mark_of_a_desk_changes_with_its_own_tasks_only(post, put):
    put()
    before = mark(post)
    put(function="counsel")
    put(agency_id=new_id())
    put(function=None, assignee_post_id=new_id())
    assert mark(post) == before
    put(function=None, assignee_post_id=post.post_id)
    assert mark(post) != before


def test_a_task_that_ends_changes_the_mark_whatever_ends_it(post, put):
    first, second = put(2)
    before = mark(post)
    with acting(post) as cursor:
        withdraw_tasks(cursor, [first.id], now=database_now())
    between = mark(post)
    with acting(post) as cursor:
        give_verdict(
            cursor, task_id=second.id, by=post, capacity=Capacity.HOLDER, functions=(CLERK,), verdict="answered",
            digest=DIGEST, now=database_now(), entry_id=new_id(),
        )  # fmt: skip
    assert len({str(one) for one in (before, between, mark(post))}) == 3


def test_a_change_that_is_committed_after_a_later_one_is_not_missed(post, put, asker):
    written, seen, ended = threading.Event(), threading.Event(), []

    def slow():
        task = NewTask(new_id(), Kind.ANSWER, post.agency_id, random_id(), DIGEST, database_now(), function=CLERK)
        with acting(asker) as cursor:
            open_tasks(cursor, [task])
            written.set()
            ended.append(seen.wait(20))
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(20)
    put()
    between = mark(post)
    seen.set()
    thread.join()
    assert ended == [True]
    assert mark(post) != between
    assert len(lying(post)) == 2


def test_what_is_shown_later_changes_the_mark_when_it_is_shown(post, put):
    now = database_now()
    before = mark(post, at=now)
    put(not_before=now + HOUR)
    assert mark(post, at=now + HOUR - timedelta(seconds=1)) == before
    assert lying(post, at=now + HOUR - timedelta(seconds=1)) == []
    assert mark(post, at=now + HOUR) != before
    assert len(lying(post, at=now + HOUR)) == 1


def test_a_due_date_that_comes_near_or_passes_changes_the_mark(post, put):
    now = database_now()
    put(due_at=now + 3 * DAY)
    marks = [str(mark(post, at=now + days * DAY)) for days in (1, 1.9, 2, 2.5, 3, 3.5)]
    assert [marks[0] == marks[1], marks[2] == marks[3], marks[4] == marks[5]] == [True, True, True]
    assert len(set(marks)) == 3


def test_a_desk_shows_the_first_due_of_every_kind_the_newest_and_everything_urgent(post, put):
    now = database_now()
    put(30, due_at=now + 2 * DAY, opened_at=now - 3 * DAY)
    put(3, kind=Kind.NOTICE, due_at=now + 9 * DAY, opened_at=now - 3 * DAY)
    [urgent] = put(kind=Kind.APPROVAL, due_at=now + HOUR, is_urgent=True)
    put(12, kind=Kind.APPROVAL, due_at=now - DAY, opened_at=now - 3 * DAY)
    found = lying(post, each=10)
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)
    assert sum(1 for one in found if one.kind is Kind.NOTICE) == 3
    assert urgent.id in {one.id for one in found}
    with reading(post) as cursor:
        counts = count_desk(cursor, desk_of(post))
    assert counts == {Kind.ANSWER: TaskCount(30, 0), Kind.NOTICE: TaskCount(3, 0), Kind.APPROVAL: TaskCount(13, 12)}


def test_a_post_that_is_excluded_does_not_find_the_task_on_its_desk(post, put):
    put(excluded_post_ids=(post.post_id,))
    assert lying(post) == []


def test_every_function_of_a_post_brings_its_tasks(post, put):
    put()
    put(function="records_supervisor")
    assert len(lying(post, CLERK, "records_supervisor")) == 2
    assert len(lying(post, "records_supervisor")) == 1


def test_a_day_says_what_came_what_was_done_what_fell_due_and_what_is_next(post, put):
    now = database_now()
    came, done, late, later = (put(due_at=now + at, opened_at=now - back)[0] for at, back in (
        (5 * DAY, HOUR), (5 * DAY, 3 * DAY), (-HOUR, 3 * DAY), (8 * DAY, 3 * DAY)))  # fmt: skip
    with acting(post) as cursor:
        withdraw_tasks(cursor, [done.id], now=now)
    with reading(post) as cursor:
        day = get_day(cursor, desk_of(post), starts_at=now - 12 * HOUR, ends_at=now + 12 * HOUR)
    assert [one.id for one in day.came] == [came.id]
    assert [one.id for one in day.closed] == [done.id]
    assert [one.id for one in day.fell_due] == [late.id]
    assert [one.id for one in day.to_come] == [came.id]
    assert later.id not in {one.id for one in day.to_come}


def told(post):
    with reading(post) as cursor:
        return list_told(cursor, post_id=post.post_id)


def interrupt(post, *, at=None, day=TODAY):
    now = at or database_now()
    tasks = lying(post, at=now)
    with acting(post) as cursor:
        tell(cursor, tasks, by=post, now=now, day=day)
    return to_tell(tasks, told=told(post), now=now, day=day)


def test_a_post_is_interrupted_five_times_a_day_and_the_rest_waits(post, put):
    put(8)
    assert interrupt(post).held_back == 3
    assert len(told(post)) == MOST_A_DAY
    assert interrupt(post).held_back == 3
    assert len(told(post)) == MOST_A_DAY
    interrupt(post, day=TODAY + DAY)
    assert len(told(post)) == 8


def test_what_runs_by_the_hour_interrupts_whatever_the_count(post, put):
    put(8)
    interrupt(post)
    put(7, kind=Kind.APPROVAL, is_urgent=True, due_at=database_now() + HOUR)
    assert interrupt(post).held_back == 3
    assert len([one for one in told(post) if one.is_urgent]) == 7
    assert len(told(post)) == MOST_A_DAY + 7


def test_the_worst_comes_first_and_each_is_told_once_for_each_level(post, put):
    now = database_now()
    put(4)
    [late] = put(due_at=now - HOUR, opened_at=now - 4 * DAY)
    [near] = put(due_at=now + 2 * HOUR, opened_at=now - 4 * DAY)
    interrupt(post)
    levels = {one.task_id: one.level for one in told(post)}
    assert (levels[late.id], levels[near.id], len(levels)) == (Level.OVERDUE, Level.NEAR, MOST_A_DAY)
    interrupt(post, at=now + 3 * HOUR, day=TODAY + DAY)
    assert {one.level for one in told(post) if one.task_id == near.id} == {Level.NEAR, Level.OVERDUE}
    assert [one.level for one in told(post) if one.task_id == late.id] == [Level.OVERDUE]


def test_what_is_neither_new_nor_pressing_interrupts_nobody(post, put):
    now = database_now()
    put(opened_at=now - 3 * DAY, due_at=now + 3 * DAY)
    [found] = lying(post, at=now)
    assert level_of(found, now) is None
    assert interrupt(post).held_back == 0
    assert told(post) == []


def test_what_was_seen_is_seen_for_its_post_alone(post, put):
    put(2)
    interrupt(post)
    first, second = told(post)
    other = Actor(post.agency_id, new_id())
    with acting(other) as cursor:
        assert mark_seen(cursor, [first.id], by=other, now=database_now()) == 0
    before = mark(post)
    with acting(post) as cursor:
        assert mark_seen(cursor, [first.id], by=post, now=database_now()) == 1
        assert mark_seen(cursor, [first.id], by=post, now=database_now()) == 0
    assert mark(post) != before
    assert {one.id: one.seen_at is None for one in told(post)} == {first.id: False, second.id: True}
    assert told(other) == []


def test_nobody_writes_an_interrupt_for_another_post(post, put, node):
    [task] = put()
    stranger = Actor(post.agency_id, new_id())
    row = (new_id(), post.agency_id, post.post_id, task.id, TODAY, database_now())
    columns = "id, agency_id, post_id, task_id, told_on, told_at, level"
    with node.connect(Role.APP) as connection:
        connection.execute(
            "SELECT set_config('comity.agency', %s, false), set_config('comity.post', %s, false),"
            " set_config('comity.duty', 'agency', false)",
            (str(stranger.agency_id), str(stranger.post_id)),
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"INSERT INTO tasks_interrupt ({columns}) VALUES (%s, %s, %s, %s, %s, %s, 'new')", row)


def test_two_desks_of_a_post_open_at_once_have_five_a_day_together(post, put):
    put(20)
    gate, now = threading.Barrier(2), database_now()
    tasks = lying(post, at=now)

    def one():
        gate.wait(10)
        with acting(post) as cursor:
            tell(cursor, tasks, by=post, now=now, day=TODAY)
        connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told(post)) == MOST_A_DAY
