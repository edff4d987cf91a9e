"""The queue: what waits for a post, chosen, sorted and paged by its address; no person in it."""

import csv
import io

import pytest
from exchange_given import AWAITING, DISCLOSED, NEEDS_APPROVAL, STATUS, lodge, open_task, put, request
from exchange_pages import task_page
from web_people import words_of

QUEUE = "/console/exchange/queue/"


@pytest.fixture
def waiting(house):
    """Three asks that wait for az-dps's records supervisor, of two askers."""
    keys = ("k1", "k2", "k3")
    asks = [put(house.node, NEEDS_APPROVAL, key).ask_id for key in keys[:2]]
    return [open_task(house.node, "az-dps", one) for one in asks]


@pytest.fixture
def supervisor(house):
    return house.inside("az-dps", "records-supervisor")


def lines(answer):
    """The task addresses of a list, in order."""
    body = answer.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    return [part.partition('"')[0] for part in body.split('<a href="')[1:]]


def test_each_line_says_who_asks_for_what_until_when_and_leads_to_its_task(supervisor, waiting):
    page = supervisor.get(QUEUE)
    assert lines(page) == [task_page(task) for task in waiting]
    said = words_of(page)
    for word in ("Approve what is to leave", "Homeland Security Investigations Arizona", "home address", "1 to 2 of 2"):
        assert word in said, said
    for planted in ("REF-", "WHY-", "CASENO-", "VALUE-"):
        assert planted not in page.content.decode()
    for line in lines(page):
        assert supervisor.get(line).status_code == 200


def test_the_queue_is_filtered_by_kind_partner_number_and_what_is_overdue(house, supervisor, waiting):
    from comity.config.node import Role

    first, second = waiting
    with house.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE tasks_task SET due_at = now() - interval '1 hour' WHERE id = %s", (second.id,))

    def found(question):
        return lines(supervisor.get(f"{QUEUE}?{question}"))

    assert found("") == [task_page(second), task_page(first)]
    assert found("sort=-due") == [task_page(first), task_page(second)]
    assert found("sort=opened") == [task_page(first), task_page(second)]
    assert found("overdue=yes") == [task_page(second)]
    assert found("kind=answer") == []
    assert found("kind=approval&partner=hsi-arizona") == found("")
    assert found("partner=pima-so") == []
    assert found(f"q={first.id}") == [task_page(first)]
    assert found(f"q={second.subject_id}") == [task_page(second)]
    assert found("q=Homeland") == []
    assert "overdue" in words_of(supervisor.get(QUEUE))
    assert found("kind=nonsense&partner=nobody&sort=elements&page=zero&q=") == found("")


def test_pages_of_the_queue_repeat_nothing(house, supervisor):
    lodge(house.node, NEEDS_APPROVAL, "k1")
    from exchange_given import ask_for

    keys = [f"p{number}" for number in range(30)]
    lodge(house.node, NEEDS_APPROVAL, *keys)
    request(house.node, NEEDS_APPROVAL.asker, *(ask_for(NEEDS_APPROVAL, key) for key in keys))
    first, second = (lines(supervisor.get(f"{QUEUE}?page={number}")) for number in (1, 2))
    assert (len(first), len(second), len({*first, *second})) == (25, 5, 30)
    assert "page 2 of 2" in words_of(supervisor.get(f"{QUEUE}?page=2"))
    assert lines(supervisor.get(f"{QUEUE}?page=9")) == []


def test_the_csv_has_every_row_and_no_personal_column(supervisor, waiting):
    answer = supervisor.get(f"{QUEUE}?as=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["task"] for row in rows] == [str(task.id) for task in waiting]
    assert set(rows[0]) == {"kind", "asker", "purpose", "category", "elements", "due", "overdue", "opened", "task"}
    assert "REF-" not in answer.content.decode()


def test_a_post_sees_its_own_tasks_and_no_others(house, waiting):
    for agency, post in (("az-dps", "counsel"), ("pima-so", "records-supervisor"), ("hsi-arizona", "liaison")):
        page = house.inside(agency, post).get(QUEUE)
        assert page.status_code == 200
        assert lines(page) == []
        assert "Nothing waits for your post here." in words_of(page)


def test_a_supervisor_also_answers_what_its_clerks_do(house):
    task = open_task(house.node, "pima-so", put(house.node, AWAITING).ask_id)
    for post in ("records-clerk", "records-supervisor"):
        assert lines(house.inside("pima-so", post).get(QUEUE)) == [task_page(task)]


def test_what_was_disclosed_at_once_waits_for_nobody(house, supervisor):
    put(house.node, DISCLOSED)
    put(house.node, STATUS)
    assert lines(supervisor.get(QUEUE)) == []


def test_a_page_of_the_queue_costs_a_handful_of_questions(supervisor, waiting):
    from django.db import connections

    supervisor.get(QUEUE)
    asked = []

    def count(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    from contextlib import ExitStack

    with ExitStack() as stack:
        for name in connections:
            stack.enter_context(connections[name].execute_wrapper(count))
        assert supervisor.get(QUEUE).status_code == 200
    read = [sql for sql in asked if not sql.startswith(("SET ", "SELECT set_config", "SAVEPOINT", "RELEASE"))]
    assert len(read) <= 10  # seven of them tell who is there
