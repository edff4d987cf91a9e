"""Tasks that ask for no answer and no release: shown in the queue to their post, and closed there."""

from uuid import uuid4

import pytest

from comity.config.node import Role
from comity.coordination.exchange.commands.conclude import CONCLUSIONS
from comity.doors.api.queue import SHOWN_TO, QueueKind
from comity.spine.tasks.vocabulary import Kind

DIGEST = "0" * 64


def code_of(response):
    return response.status_code, response.json()["type"].rsplit("/", 1)[1]


def close(caller, task, verdict, **changes):
    return caller.post(f"/tasks/{task['id']}/conclusion", {"verdict": verdict, "digest": task["digest"]} | changes)


@pytest.fixture
def liaison(office):
    return office.caller("pima-so", "liaison")


@pytest.fixture
def notice(asker, holder, liaison, ask, record):
    """What pima-so is told: somebody asked az-dps for a record that came from it."""
    assert holder.post("/records", record(origin="pima-so")).status_code == 201
    made = asker.post("/asks", ask())
    assert made.json()["status"] == "refused", made.content
    [task] = liaison.get("/queue", kind="notice").json()["tasks"]
    return task


@pytest.fixture
def redress(office, holder):
    handle = uuid4()
    holder.post("/accounting-requests", {"subject_handle": str(handle)})
    queue = office.caller("az-dps", "privacy").get("/queue", kind="redress")
    assert str(handle) not in queue.content.decode()
    [task] = queue.json()["tasks"]
    return task


@pytest.fixture
def letter(office, asker, holder, ask, record):
    """What az-dps could not deliver before its message expired."""
    from comity.coordination.exchange.commands.dead_letters import bury_expired_messages
    from comity.spine.tenancy.actor import Duty, node_actor

    holder.post("/records", record())
    assert asker.post("/asks", ask()).json()["status"] == "disclosed"
    with office.node.connect(Role.BOOTSTRAP) as connection:  # a week would have to pass
        connection.execute("UPDATE outbox_message SET expires_at = now()")
    bury_expired_messages(by=node_actor(Duty.COURIER), now=office.now(), keys=office.keys())
    [task] = office.caller("az-dps", "records-supervisor").get("/queue", kind="dead_letter").json()["tasks"]
    return task


def test_the_queue_shows_every_kind_that_can_be_concluded():
    assert set(CONCLUSIONS) < set(SHOWN_TO) == {Kind(kind) for kind in QueueKind}


def test_a_notice_tells_who_asked_whom_and_is_taken_once(office, liaison, notice):
    assert (notice["kind"], notice["function"], notice["ask"]) == ("notice", "liaison", None)
    page = liaison.get(f"/tasks/{notice['id']}").json()
    assert page["task"] == notice
    assert (page["asked"], page["leaves"], page["ends_as"]) == (None, None, ["notice_taken"])
    told = page["notice"]
    assert (told["about"], told["asker"], told["holder"]) == ("originator", "hsi-arizona", "az-dps")
    assert told["elements"] == ["case_number", "person_name"]
    assert "xe-27" in told["rules"]
    assert "TEST-CASE-1" not in str(page)
    taken = close(liaison, notice, "notice_taken")
    assert (taken.status_code, taken.json()) == (200, {"task": notice["id"], "verdict": "notice_taken"})
    assert liaison.get("/queue").json() == {"tasks": []}
    assert code_of(close(liaison, notice, "notice_taken")) == (409, "already-decided")
    assert office.node.verify().is_clean


def test_a_notice_of_the_holder_itself_names_the_ask(office, ask, record):
    office.caller("pima-so").post(
        "/records", record(category="detainee_for_ice", values={"release_date": "2026-12-01"})
    )
    made = office.caller("mesa-pd").post(
        "/asks", ask(holder="pima-so", category="detainee_for_ice", elements=["release_date"])
    )
    [task] = office.caller("pima-so", "liaison").get("/queue").json()["tasks"]
    assert (task["kind"], task["ask"], task["disclosure"]) == ("notice", made.json()["id"], None)


def test_a_redress_task_is_closed_by_the_privacy_officer(office, redress):
    officer = office.caller("az-dps", "privacy")
    page = officer.get(f"/tasks/{redress['id']}").json()
    assert page["ends_as"] == ["answered", "refused", "withdrawn_by_person"]
    assert (page["asked"], page["notice"], page["task"]["ask"], page["task"]["disclosure"]) == (None,) * 4
    assert close(officer, redress, "answered").status_code == 200
    assert code_of(officer.post(f"/tasks/{redress['id']}/accounting", b"")) == (403, "no-accounting-task")


def test_what_could_not_be_delivered_is_sent_again(office, asker, letter):
    supervisor = office.caller("az-dps", "records-supervisor")
    assert supervisor.get(f"/tasks/{letter['id']}").json()["ends_as"] == ["given_up", "send_again", "told_otherwise"]
    assert close(supervisor, letter, "send_again").status_code == 200
    assert office.deliver() == 1
    assert asker.post(f"/deliveries/{letter['disclosure']}/receive", b"").status_code == 200


@pytest.mark.parametrize(
    ("agency", "post"), [("pima-so", "privacy"), ("az-dps", "liaison"), ("hsi-arizona", "liaison")]
)
def test_a_task_of_another_post_is_absent(office, notice, agency, post):
    other = office.caller(agency, post)
    assert other.get("/queue", kind="notice").json() == {"tasks": []}
    stored = office.stored()
    assert other.get(f"/tasks/{notice['id']}").status_code == 404
    assert close(other, notice, "notice_taken").status_code == 404
    assert other.post(f"/tasks/{uuid4()}/conclusion", {"verdict": "notice_taken", "digest": DIGEST}).status_code == 404
    assert office.stored() == stored


def test_an_answer_or_approval_is_not_concluded_and_a_notice_not_answered(office, asker, ask, liaison, notice):
    asker.post("/asks", ask(reference="nothing lodged"))
    clerk = office.caller("az-dps", "records-clerk")
    [task] = clerk.get("/queue", kind="answer").json()["tasks"]
    assert close(clerk, task, "answered").status_code == 404
    assert liaison.post(f"/tasks/{notice['id']}/answer", {"values": None}).status_code == 404
    assert liaison.post(f"/tasks/{notice['id']}/verdict", {"verdict": "release", "digest": DIGEST}).status_code == 404


def test_a_word_that_does_not_end_the_task_names_those_that_do(office, liaison, notice):
    stored = office.stored()
    refused = close(liaison, notice, "given_up; or not")
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert error["field"] == "verdict"
    assert error["message"] == "`given_up; or not` closes no `notice` task"
    assert error["remedy"] == "use one of: notice_taken"
    assert office.stored() == stored


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"verdict": "notice_taken"}, "digest"),
        ({"verdict": "notice_taken", "digest": "abc"}, "digest"),
        ({"digest": DIGEST}, "verdict"),
        ({"verdict": "notice_taken", "digest": DIGEST, "reason": "x"}, "reason"),
    ],
)
def test_a_conclusion_that_is_none_is_refused(liaison, notice, body, field):
    refused = liaison.post(f"/tasks/{notice['id']}/conclusion", body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)


def test_a_conclusion_binds_to_what_was_shown(office, liaison, notice):
    stored = office.stored()
    assert code_of(close(liaison, notice, "notice_taken", digest=DIGEST)) == (409, "digest-changed")
    assert office.stored() == stored


def test_concluding_asks_for_its_scope(office, notice):
    narrow = office.caller("pima-so", "liaison", scopes=["exchange:answer", "exchange:approve"])
    assert narrow.get("/queue").json() == {"tasks": []}
    for refused in (
        narrow.get("/queue", kind="notice"),
        narrow.get(f"/tasks/{notice['id']}"),
        close(narrow, notice, "notice_taken"),
    ):
        assert code_of(refused) == (403, "scope-missing")
        assert "`exchange:conclude`" in refused.json()["detail"]


def test_one_kind_is_listed_alone_and_every_kind_together(office, asker, ask, record):
    asker.post("/asks", ask())
    office.caller("az-dps").post("/records", record(reference="HERE", values={"home_address": "1 Example Way"}))
    asker.post("/asks", ask(reference="HERE", elements=["home_address"]))
    supervisor = office.caller("az-dps", "records-supervisor")
    both = supervisor.get("/queue").json()["tasks"]
    assert sorted(task["kind"] for task in both) == ["answer", "approval"]
    for kind in ("answer", "approval"):
        assert supervisor.get("/queue", kind=kind).json()["tasks"] == [task for task in both if task["kind"] == kind]
    assert supervisor.get("/queue", kind="counsel").json() == {"tasks": []}
