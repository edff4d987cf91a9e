"""The approver and counsel see exactly what will leave, once that is recorded, and decide on exactly that."""

from datetime import timedelta

import pytest
from exchange_given import HELD, NEEDS_APPROVAL, decide, disclosures_of, open_task, put, tasks_of, value_of
from exchange_pages import hidden, prove_long_ago, readings, status_of, task_page, verdict_of
from web_people import words_of

VALUE = value_of("home_address", "k1")


@pytest.fixture
def waiting(house):
    """An ask that waits for the records supervisor of az-dps: (ask, task)."""
    ask_id = put(house.node, NEEDS_APPROVAL).ask_id
    return ask_id, open_task(house.node, "az-dps", ask_id)


@pytest.fixture
def supervisor(house):
    return house.inside("az-dps", "records-supervisor")


def opened(person, task):
    return person.post(task_page(task), {"act": "open"})


def send(person, task, verdict, **given):
    given = {"digest": task.digest, "reason": "", "draft_of": task_page(task)} | given
    return person.post(f"{task_page(task)}verdict/", {"verdict": verdict} | given)


def told(person, answer):
    assert answer.status_code == 302, words_of(answer)
    return words_of(person.get(answer["Location"]))


def test_what_will_leave_is_shown_only_once_that_it_was_opened_is_recorded(house, supervisor, waiting):
    _, task = waiting
    page = supervisor.get(task_page(task))
    assert page.status_code == 200
    assert VALUE not in page.content.decode()
    assert 'name="verdict"' not in page.content.decode()
    assert "Homeland Security Investigations Arizona" in words_of(page)
    assert "Why it waits for you" in words_of(page)
    assert readings(house) == []
    for times in (1, 2):
        shown = opened(supervisor, task)
        assert VALUE in words_of(shown)
        assert "VALUE-person_name" not in shown.content.decode()
        assert shown["Cache-Control"] == "no-store"
        assert readings(house) == ["draft_opened"] * times
    assert house.node.verify().is_clean


def test_nothing_is_shown_when_the_reading_cannot_be_recorded(house, supervisor, waiting, monkeypatch):
    from comity.coordination.exchange.commands import open_draft

    def fails(*_, **__):
        raise OSError("no room")

    monkeypatch.setattr(open_draft.Batch, "write", fails)
    shown = opened(supervisor, waiting[1])
    assert shown.status_code == 500
    assert VALUE not in shown.content.decode()


def test_what_was_seen_is_released_and_goes(house, supervisor, waiting):
    ask_id, task = waiting
    assert hidden(opened(supervisor, task), "digest") == task.digest
    page = told(supervisor, send(supervisor, task, "release"))
    assert "Your release is recorded. What was permitted is on its way to the asker." in page
    assert "Released by" in page
    assert (status_of(house, ask_id), verdict_of(house, task)) == ("disclosed", ("release", False))
    assert len(disclosures_of(house.node, ask_id)) == 1
    assert house.node.verify().is_clean


def test_who_refuses_says_why_and_the_reason_is_sealed_and_read_on_record(house, supervisor, waiting):
    ask_id, task = waiting
    missing = send(supervisor, task, "refuse", reason="  ")
    assert missing.status_code == 422
    assert "Say why you refuse" in words_of(missing)
    assert VALUE in words_of(missing)
    assert verdict_of(house, task) is None
    page = told(supervisor, send(supervisor, task, "refuse", reason="not theirs to have"))
    assert "Your refusal is recorded." in page
    assert "not theirs" not in page
    assert (status_of(house, ask_id), verdict_of(house, task)) == ("refused", ("refuse", True))
    before = readings(house)
    assert "not theirs to have" in words_of(opened(supervisor, task))
    assert readings(house) == [*before, "reason_opened"]
    assert house.node.look("SELECT kind FROM vault_item WHERE kind = 'reason'") == [("reason",)]
    assert house.node.verify().is_clean


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"verdict": "maybe"}, "Release or refuse."),
        ({"verdict": ""}, "Release or refuse."),
        ({"verdict": "refuse", "reason": "x" * 4001}, "at most 4000 characters"),
        ({"verdict": "refuse", "reason": "nul\0"}, "Null characters are not allowed"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_it_and_stays_typed(house, supervisor, waiting, given, said):
    wrong = send(supervisor, waiting[1], given.pop("verdict"), **given)
    assert wrong.status_code == 422
    assert said in words_of(wrong)
    assert verdict_of(house, waiting[1]) is None


def test_a_verdict_on_something_else_than_was_seen_is_refused(house, supervisor, waiting):
    ask_id, task = waiting
    other = open_task(house.node, "az-dps", put(house.node, NEEDS_APPROVAL, "k2").ask_id)
    for digest in (other.digest, "0" * 64, "nonsense", ""):
        page = told(supervisor, send(supervisor, task, "release", digest=digest))
        assert "you decided about something else than what waits here" in page
    assert (status_of(house, ask_id), verdict_of(house, task)) == ("needs_approval", None)
    assert disclosures_of(house.node, ask_id) == []


def test_sent_twice_it_is_decided_once(house, supervisor, waiting):
    ask_id, task = waiting
    send(supervisor, task, "release")
    page = told(supervisor, send(supervisor, task, "refuse", reason="second thoughts"))
    assert "this was decided already" in page
    assert "Released by" in page
    assert verdict_of(house, task) == ("release", False)
    assert len(disclosures_of(house.node, ask_id)) == 1


def test_what_somebody_else_decided_meanwhile_is_told(house, supervisor, waiting):
    _, task = waiting
    opened(supervisor, task)
    decide(house.node, task, "az-dps", "records-supervisor")
    page = words_of(supervisor.get(task_page(task)))
    assert "Released by: Records supervisor" in page
    assert "Nothing is left to do here." in page
    assert "Show what will leave" not in page


def test_a_second_factor_shown_too_long_ago_is_asked_for_and_the_reason_stays_typed(house, supervisor, waiting):
    _, task = waiting
    opened(supervisor, task)
    prove_long_ago(supervisor)
    late = send(supervisor, task, "refuse", reason="not theirs to have")
    assert late.status_code == 302
    assert late["Location"].startswith("/accounts/2fa/reauthenticate/?next=%2Fconsole%2Fexchange%2Ftasks%2F")
    assert verdict_of(house, task) is None
    from web_people import forget_used_codes

    forget_used_codes(supervisor.account_id)
    back = supervisor.post(late["Location"], {"code": supervisor.code()})
    assert back["Location"] == task_page(task)
    assert "What you typed here before was kept" in words_of(supervisor.get(task_page(task)))
    assert "not theirs to have" in opened(supervisor, task).content.decode()
    assert "Your refusal is recorded" in told(supervisor, send(supervisor, task, "refuse", reason="not theirs to have"))
    assert "not theirs to have" not in words_of(supervisor.get(task_page(task)))


@pytest.mark.parametrize(
    ("agency", "post", "status"),
    [
        ("hsi-arizona", "liaison", 404),
        ("pima-so", "records-supervisor", 404),
        ("az-dps", "counsel", 403),
        ("az-dps", "auditor", 403),
        ("az-dps", "analyst", 403),
    ],
)
def test_the_asker_and_every_other_post_gets_nothing(house, waiting, agency, post, status):
    ask_id, task = waiting
    other = house.inside(agency, post)
    for answer in (
        other.get(task_page(task)),
        opened(other, task),
        send(other, task, "release"),
    ):
        assert answer.status_code == status
        assert VALUE not in answer.content.decode()
    assert (status_of(house, ask_id), verdict_of(house, task), readings(house)) == ("needs_approval", None, [])


def test_another_post_of_the_agency_is_told_whose_task_it_is(house, waiting):
    page = words_of(house.inside("az-dps", "counsel").get(task_page(waiting[1])))
    assert "This task of your agency is for: records supervisor." in page


def test_an_acting_holder_approves_and_it_says_so(house, waiting):
    from comity.kernel.time import Period
    from comity.standing.directory.commands import Assignment, assign_holders, end_holding
    from comity.standing.directory.selectors import list_officer_ids_by_reference
    from comity.standing.directory.vocabulary import HoldingKind

    demo, (_, task) = house.node, waiting
    by = demo.actor("az-dps", "records-supervisor")
    now = demo.clock()
    end_holding(by=demo.node("steward"), now=now, post_id=by.post_id, ends_at=now)
    officer = next(iter(list_officer_ids_by_reference([by.agency_id]).values()))
    period = Period(demo.clock(), demo.clock() + timedelta(days=9))
    acting = Assignment(by.post_id, officer, period, HoldingKind.ACTING)
    assign_holders(by=demo.node("steward"), now=demo.clock(), assignments=[acting])
    stand_in = house.inside("az-dps", "records-supervisor")
    stand_in.post("/console/post/", {"post": str(by.post_id)})
    assert "(acting)" in told(stand_in, send(stand_in, task, "release"))


def test_counsel_reads_the_conflict_with_both_authorities_and_decides(house):
    ask_id = put(house.node, HELD).ask_id
    task = open_task(house.node, "cochise-so", ask_id)
    counsel = house.inside("cochise-so", "counsel")
    page = words_of(counsel.get(task_page(task)))
    commands, bars = page.index("This commands it"), page.index("This bars it")
    assert commands < bars
    assert "8 U.S.C." in page[commands:bars] or "A.R.S." in page[commands:bars]
    assert "7284.6" in page[bars:]
    shown = words_of(opened(counsel, task))
    assert value_of("release_date", "k1") in shown
    answer = told(counsel, send(counsel, task, "refuse", reason="the bar prevails"))
    assert "Your refusal is recorded." in answer
    assert status_of(house, ask_id) == "refused"
    assert [one.state for one in tasks_of(house.node, "cochise-so", ask_id)] == ["done"]


def test_a_release_is_decided_again_and_what_changed_since_still_refuses(house, supervisor, waiting):
    from comity.standing.agreements.commands import suspend_agreement
    from comity.standing.agreements.vocabulary import SuspensionReason

    demo, (ask_id, task) = house.node, waiting
    [(agreement_id,)] = demo.look("SELECT id FROM agreements_agreement WHERE code = 'az-sharing-2026'")
    by, reason = demo.actor("az-dps", "head"), next(iter(SuspensionReason))
    suspend_agreement(by=by, now=demo.clock(), agreement_id=agreement_id, reason=reason)
    page = told(supervisor, send(supervisor, task, "release"))
    assert "Nothing of it leaves" in page
    assert disclosures_of(demo, ask_id) == []


def test_markup_in_what_will_leave_and_in_a_reason_comes_out_as_text(house, supervisor, waiting):
    bad = "<script>alert(1)</script>"
    wrong = send(supervisor, waiting[1], "nothing", reason=bad)
    assert wrong.status_code == 422
    assert bad not in wrong.content.decode()
