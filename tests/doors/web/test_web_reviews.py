"""Reviews, notices, persons' requests, dead letters, accountings: each at its task's page, each concluded once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from exchange_given import DISCLOSED, deliver, disclosures_of, lodge, put
from exchange_pages import readings, task_page, verdict_of
from web_people import words_of


def told(person, sent):
    assert sent.status_code == 302, words_of(sent)
    return words_of(person.get(sent["Location"]))


def tasks_of_kind(house, agency, kind):
    from comity.spine.tasks.selectors import list_open_of_agency
    from comity.spine.tenancy.clock import database_now
    from comity.spine.tenancy.transaction import reading

    by = house.node.actor(agency)
    with reading(by) as cursor:
        found = list_open_of_agency(cursor, agency_id=by.agency_id, now=database_now(), limit=100)
    return [one for one in found if one.kind.value == kind]


@pytest.fixture
def told_by_radio(house):
    from comity.coordination.exchange.commands.outside import Means, ToldOutside, record_outside

    demo = house.node
    told = ToldOutside(
        key="radio-1",
        recipient="hsi-arizona",
        purpose="criminal_investigation",
        category="case",
        elements=("person_name",),
        reference="REF-radio",
        told_at=demo.clock(),
        means=next(iter(Means)),
    )
    return record_outside(told=told, by=demo.actor("az-dps"), now=demo.clock(), keys=demo.keys)


@pytest.fixture
def review(house, told_by_radio):
    [task] = tasks_of_kind(house, "az-dps", "review")
    return task


@pytest.fixture
def officer(house):
    return house.inside("az-dps", "privacy")


def test_a_review_shows_what_went_and_takes_one_finding(house, officer, review):
    page = officer.get("/console/exchange/reviews/")
    assert task_page(review) in page.content.decode()
    said = words_of(officer.get(task_page(review)))
    assert "told by radio or telephone" in said
    assert "Homeland Security Investigations Arizona" in said
    assert "REF-radio" not in said
    there = f"{task_page(review)}finding/"
    assert "Recorded: it was proper." in told(
        officer, officer.post(there, {"finding": "proper", "digest": review.digest})
    )
    assert verdict_of(house, review) == ("proper", False)
    assert "decided already" in told(officer, officer.post(there, {"finding": "breach", "digest": review.digest}))
    assert "No review waits for you." in words_of(officer.get("/console/exchange/reviews/"))


@pytest.mark.parametrize(
    ("finding", "digest", "said"),
    [
        ("", None, "say whether it was proper or a breach"),
        ("fine", None, "say whether it was proper or a breach"),
        ("proper", "0" * 64, "you decided about something else"),
        ("breach", "", "you decided about something else"),
    ],
)
def test_a_finding_that_is_none_is_not_taken(house, officer, review, finding, digest, said):
    given = {"finding": finding, "digest": review.digest if digest is None else digest}
    assert said in told(officer, officer.post(f"{task_page(review)}finding/", given))
    assert verdict_of(house, review) is None


def test_a_review_is_late_and_still_taken(house, officer, review):
    from comity.config.node import Role

    with house.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE tasks_task SET due_at = now() - interval '3 days'")
    assert "overdue" in words_of(officer.get("/console/exchange/reviews/?overdue=yes"))
    given = {"finding": "breach", "digest": review.digest}
    assert "Recorded: it was a breach." in told(officer, officer.post(f"{task_page(review)}finding/", given))


@pytest.mark.parametrize(
    ("agency", "post", "status"), [("pima-so", "privacy", 404), ("az-dps", "liaison", 403), ("az-dps", "auditor", 403)]
)
def test_a_review_of_another_post_or_agency_is_not_there(house, review, agency, post, status):
    other = house.inside(agency, post)
    assert other.get(task_page(review)).status_code == status
    given = {"finding": "proper", "digest": review.digest}
    assert other.post(f"{task_page(review)}finding/", given).status_code == status
    assert verdict_of(house, review) is None


# ---- accounting


def asked_for(house, clerk, handle):
    answer = clerk.post("/console/exchange/accounting/ask/", {"subject_handle": str(handle)})
    return told(clerk, answer)


def test_an_accounting_is_asked_for_by_handle_and_opened_from_its_task_on_record(house, officer, told_by_radio):
    clerk = house.inside("az-dps", "records-clerk")
    assert "Your privacy officer has a task now" in asked_for(house, clerk, told_by_radio.subject_handle)
    [task] = tasks_of_kind(house, "az-dps", "redress")
    listed = officer.get("/console/exchange/accounting/")
    assert task_page(task) in listed.content.decode()
    page = officer.get(task_page(task))
    for shown in (listed, page):
        assert str(told_by_radio.subject_handle) not in shown.content.decode()
    assert "To whom" not in words_of(page)
    before = readings(house)
    opened = officer.post(f"{task_page(task)}accounting/")
    assert opened.status_code == 200
    assert opened["Cache-Control"] == "no-store"
    for word in ("Homeland Security Investigations Arizona", "name", "told by radio or telephone"):
        assert word in words_of(opened)
    assert readings(house) == [*before, "accounting_opened"]
    given = {"verdict": "answered", "digest": task.digest}
    assert "this task is done" in told(officer, officer.post(f"{task_page(task)}conclusion/", given))
    assert "No accounting opens from this task" in told(officer, officer.post(f"{task_page(task)}accounting/"))
    assert house.node.verify().is_clean


def test_no_accounting_is_shown_that_could_not_be_recorded(house, officer, told_by_radio, monkeypatch):
    from comity.coordination.exchange.commands import account

    asked_for(house, house.inside("az-dps", "records-clerk"), told_by_radio.subject_handle)
    [task] = tasks_of_kind(house, "az-dps", "redress")

    def fails(*_, **__):
        raise OSError("no room")

    monkeypatch.setattr(account.Batch, "write", fails)
    opened = officer.post(f"{task_page(task)}accounting/")
    assert opened.status_code == 500
    assert "Homeland Security" not in words_of(opened)


def test_who_was_never_disclosed_about_is_answered_alike(house, officer):
    clerk = house.inside("az-dps", "records-clerk")
    assert "Your privacy officer has a task now" in asked_for(house, clerk, uuid4())
    [task] = tasks_of_kind(house, "az-dps", "redress")
    assert "Your agency disclosed nothing about this person." in words_of(officer.post(f"{task_page(task)}accounting/"))


@pytest.mark.parametrize("handle", ["", "Ana Example", "0192", "<script>alert(1)</script>"])
def test_what_is_no_handle_is_said_beside_the_field(house, handle):
    clerk = house.inside("az-dps", "records-clerk")
    wrong = clerk.post("/console/exchange/accounting/ask/", {"subject_handle": handle})
    assert wrong.status_code == 422
    assert "usa-error-message" in wrong.content.decode()
    assert "<script>alert" not in wrong.content.decode()
    assert tasks_of_kind(house, "az-dps", "redress") == []


def test_nobody_but_the_privacy_officer_opens_an_accounting(house, told_by_radio):
    asked_for(house, house.inside("az-dps", "records-clerk"), told_by_radio.subject_handle)
    [task] = tasks_of_kind(house, "az-dps", "redress")
    for agency, post, status in (("az-dps", "records-supervisor", 403), ("pima-so", "privacy", 404)):
        assert house.inside(agency, post).post(f"{task_page(task)}accounting/").status_code == status
    assert readings(house) == ["accounting_requested"]


# ---- notices and dead letters


@pytest.fixture
def notice(house):
    """What pima-so's liaison is told: somebody asked az-dps for a record that came from pima-so."""
    from dataclasses import replace

    from exchange_given import ask_for, request

    shared = replace(DISCLOSED, origin="pima-so", marks=("shared_in",))
    lodge(house.node, shared, "k1")
    request(house.node, shared.asker, ask_for(shared, "k1"))
    [task] = tasks_of_kind(house, "pima-so", "notice")
    return task


def test_a_notice_tells_who_asked_whom_and_by_which_rules_and_is_taken_once(house, notice):
    liaison = house.inside("pima-so", "liaison")
    page = words_of(liaison.get(task_page(notice)))
    assert "Homeland Security Investigations Arizona asked Arizona Department of Public Safety." in page
    assert "xe-27" in page
    assert "REF-" not in page
    there, given = f"{task_page(notice)}conclusion/", {"verdict": "notice_taken", "digest": notice.digest}
    wrong = told(liaison, liaison.post(there, given | {"verdict": "given_up"}))
    assert "choose how it ended" in wrong
    assert "you decided about something else" in told(liaison, liaison.post(there, given | {"digest": "0" * 64}))
    assert "this task is done" in told(liaison, liaison.post(there, given))
    assert verdict_of(house, notice) == ("notice_taken", False)
    assert "decided already" in told(liaison, liaison.post(there, given))


def test_what_could_not_be_delivered_is_sent_again(house):
    from comity.coordination.exchange.commands.dead_letters import bury_expired_messages

    demo = house.node
    ask_id = put(demo, DISCLOSED).ask_id
    later = demo.clock() + timedelta(days=8)
    bury_expired_messages(by=demo.node("courier"), now=later, keys=demo.keys)
    from comity.config.node import Role

    with demo.connect(Role.BOOTSTRAP) as admin:  # a week would have to pass
        admin.execute("UPDATE tasks_task SET opened_at = now(), not_before = now()")
    [task] = tasks_of_kind(house, "az-dps", "dead_letter")
    supervisor = house.inside("az-dps", "records-supervisor")
    page = words_of(supervisor.get(task_page(task)))
    assert "What did not arrive" in page
    assert "VALUE-" not in page
    given = {"verdict": "send_again", "digest": task.digest}
    assert "this task is done" in told(supervisor, supervisor.post(f"{task_page(task)}conclusion/", given))
    demo.clock.advance(minutes=5)  # past the instant of the page, which is the database's
    assert deliver(demo) == 1
    assert len(disclosures_of(demo, ask_id)) == 1
