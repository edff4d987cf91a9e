import msgspec
import pytest
from cli_terminal import an_ask


@pytest.fixture
def waiting(terminal):
    """A terminal, and an ask to the Pima County sheriff that waits for an answer."""
    (line,) = terminal.ask(an_ask())
    assert line["status"] == "awaiting_answer"
    (task,) = terminal.run("queue", "--as", "pima-so/records-clerk", "--json").lines
    return terminal, task


def deliver(terminal):
    from comity.doors.worker.deliveries import sweep

    assert sweep(clock=terminal.node.clock, keys=terminal.node.keys)


def test_journey_ask_answer_approve_receive_prove(waiting, write):
    terminal, task = waiting
    assert (task["asker"], task["reference"], task["kind"]) == ("hsi-arizona", "C-1", "answer")
    record = write("record.json", msgspec.json.encode({"person_name": "Ana Example", "home_address": "1 Example Way"}))
    answered = terminal.run("answer", task["task"], "--as", "pima-so/records-clerk", "--values", record)
    assert (answered.code, answered.out.startswith("recorded: disclosed")) == (0, True)
    (approval,) = terminal.run("queue", "--as", "pima-so/records-supervisor", "--json").lines
    approved = terminal.run("approve", approval["task"], "--as", "pima-so/records-supervisor", typed="y\n")
    assert approved.code == 0
    assert "1 Example Way" in approved.out
    assert "Ana Example" not in approved.out  # it went already: the approver sees only what will leave
    deliver(terminal)
    sent = terminal.run("receive", "--as", "hsi-arizona", "--json").lines
    got = [terminal.run("receive", one["disclosure"], "--as", "hsi-arizona", "--json").value for one in sent]
    assert sorted(name for one in got for name in one["values"]) == ["home_address", "person_name"]
    assert all(one["signature"] and one["receipt"] for one in got)
    terminal.node.sequence()
    (line,) = terminal.ask(an_ask())
    proof = terminal.run("ledger", "prove", line["entries"][-1])
    assert (proof.code, proof.value["holds"]) == (0, True)
    assert terminal.run("ledger", "verify").code == 0


def test_queue_shows_what_is_asked_and_what_to_do_next(waiting):
    terminal, task = waiting
    shown = terminal.run("queue", "--as", "pima-so/records-clerk").out
    assert task["task"] in shown
    assert "comity answer" in shown
    assert "nothing waits for `commander`" in terminal.run("queue", "--as", "pima-so/commander").out
    assert task["task"] in terminal.run("queue", "--as", "pima-so/commander", "--agency").out
    assert terminal.run("queue", "--as", "tucson-pd", "--agency", "--json").lines == []


def test_no_record_is_an_answer(waiting):
    terminal, task = waiting
    told = terminal.run("answer", task["task"], "--as", "pima-so/records-clerk", "--no-record")
    assert "the holder has no such record" in told.out
    assert [line["status"] for line in terminal.ask(an_ask())] == ["no_record"]
    again = terminal.run("answer", task["task"], "--as", "pima-so/records-clerk", "--no-record")
    assert again.code == 1
    assert "not waiting for an answer" in again.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"person_name": "A", "warrant": "W"}', "what was not asked for: warrant"),
        ('{"person_name": 5}', "expected text"),
        ('{"values": {"person_name": "A"}, "marks": ["purple"]}', "purple; see `comity law marks`"),
        ('{"values": {"person_name": "A"}, "colour": 1}', "not a known field"),
        ('{"person_name": "A\\u0000"}', "NUL"),
        ("[]", "expected an object"),
        ("person_name: A", "is not JSON"),
        ("", "is not JSON"),
    ],
)
def test_an_answer_that_cannot_be_used_is_named_and_nothing_is_recorded(waiting, content, says):
    terminal, task = waiting
    told = terminal.run("answer", task["task"], "--as", "pima-so/records-clerk", "--values", "-", typed=content)
    assert told.code == 2
    assert "--values" in told.err
    assert says in told.err
    assert terminal.run("queue", "--as", "pima-so/records-clerk", "--json").lines == [task]


def test_an_answer_is_given_by_the_post_that_is_asked(waiting):
    terminal, task = waiting
    told = terminal.run("answer", task["task"], "--as", "pima-so/commander", "--no-record")
    assert told.code == 1
    assert "`--as` a post with the function" in told.err
    other = terminal.run("answer", task["task"], "--as", "yuma-so/records-clerk", "--no-record")
    assert other.code == 2
    assert "no task" in other.err


def test_answer_needs_values_or_no_record_and_not_both(waiting, write):
    terminal, task = waiting
    file = write("v", "{}")
    for words in ((), ("--no-record", "--values", file)):
        told = terminal.run("answer", task["task"], "--as", "pima-so/records-clerk", *words)
        assert told.code == 2
        assert "one of the two is needed" in told.err


def test_approval_is_asked_back_and_binds_to_what_was_seen(lodged):
    lodged.ask(an_ask())
    post = ("--as", "pima-so/records-supervisor")
    (task,) = lodged.run("queue", *post, "--json").lines
    assert lodged.run("approve", task["task"], *post, typed="n\n").code == 1
    assert lodged.run("approve", task["task"], *post, typed="").code == 1
    changed = lodged.run("approve", task["task"], *post, "--digest", "0" * 64)
    assert changed.code == 1
    assert "look at the task again" in changed.err
    assert lodged.run("queue", *post, "--json").lines == [task]
    assert lodged.run("refuse", task["task"], *post, "--digest", task["digest"]).code == 0
    assert lodged.run("queue", *post, "--json").lines == []
    again = lodged.run("refuse", task["task"], *post, "--digest", task["digest"])
    assert again.code == 1
    assert "has its verdict" in again.err


def test_what_was_sent_to_another_agency_cannot_be_received(lodged):
    lodged.ask(an_ask())
    deliver(lodged)
    (sent,) = lodged.run("receive", "--as", "hsi-arizona", "--json").lines
    told = lodged.run("receive", sent["disclosure"], "--as", "ice-ero-phoenix")
    assert told.code == 2
    assert "was sent to your agency" in told.err
    assert "Ana Example" not in told.out + told.err
    assert lodged.run("receive", "nonsense", "--as", "hsi-arizona").code == 2


def test_acting_as_a_post_is_recorded_as_that_post(waiting):
    terminal, task = waiting
    terminal.run("answer", task["task"], "--as", "pima-so/records-clerk", "--no-record")
    clerk = terminal.node.actor("pima-so", "records-clerk")
    verdicts = terminal.node.look("SELECT post_id FROM tasks_verdict")
    assert verdicts == [(clerk.post_id,)]
    terminal.node.sequence()
    bodies = [msgspec.json.decode(bytes(row[0])) for row in terminal.node.look("SELECT body FROM ledger_entry")]
    assert [b["post"] for b in bodies if b["act"] == "disclosure.no_record"] == [str(clerk.post_id)]


@pytest.fixture
def drafted(lodged):
    """A terminal, and an approval that waits for the sheriff's records supervisor."""
    lodged.ask(an_ask())
    (task,) = lodged.run("queue", "--as", "pima-so/records-supervisor", "--json").lines
    return lodged, task


@pytest.mark.parametrize("post", ["commander", "records-clerk", "privacy", "counsel"])
@pytest.mark.parametrize("given", [(), ("--digest", "0" * 64)])
def test_draft_is_not_shown_to_a_post_that_may_not_decide_it(drafted, post, given):
    terminal, task = drafted
    told = terminal.run("approve", task["task"], "--as", f"pima-so/{post}", *given, typed="y\n")
    assert told.code == 1
    assert "1 Example Way" not in told.out + told.err
    assert f"is decided by: records supervisor; `{post}` is: " in told.err
    assert "act `--as` a post with the function records supervisor" in told.err
    other = terminal.run("approve", task["task"], "--as", "yuma-so/records-supervisor", typed="y\n")
    assert (other.code, "no task" in other.err, "1 Example Way" in other.out) == (2, True, False)


def test_draft_is_not_shown_again_once_it_is_decided(drafted):
    terminal, task = drafted
    post = ("--as", "pima-so/records-supervisor")
    assert terminal.run("approve", task["task"], *post, typed="y\n").code == 0
    for verb in ("approve", "refuse"):
        again = terminal.run(verb, task["task"], *post, typed="y\n")
        assert (again.code, "1 Example Way" in again.out) == (1, False)
        assert "was decided" in again.err
        assert "a verdict is given once" in again.err


def test_task_of_another_kind_is_told_its_command(waiting):
    terminal, task = waiting
    clerk = ("--as", "pima-so/records-clerk")
    told = terminal.run("approve", task["task"], *clerk, typed="y\n")
    assert (told.code, "asks for `answer`" in told.err, "use `comity answer`" in told.err) == (1, True, True)
    told = terminal.run("review", task["task"], *clerk, "--finding", "proper", typed="y\n")
    assert (told.code, "use `comity answer`" in told.err) == (1, True)


def test_what_the_asker_wrote_is_shown_to_the_post_that_answers_only(waiting):
    terminal, task = waiting
    assert task["reference"] == "C-1"
    supervisor = terminal.run("queue", "--as", "pima-so/records-supervisor", "--json").value
    assert (supervisor["task"], supervisor["reference"]) == (task["task"], "C-1")  # a supervisor answers for the clerk
    agency = terminal.run("queue", "--as", "pima-so/commander", "--agency", "--json").value
    assert agency["task"] == task["task"]
    assert "C-1" not in str(agency)
    opened = terminal.node.look("SELECT post_id FROM exchange_reading WHERE kind = 'private_opened' ORDER BY read_at")
    assert len(opened) == len(set(opened)) == 2  # the clerk's list and the supervisor's, and not the agency's


def test_approver_is_not_shown_the_reference(drafted):
    _, task = drafted
    assert (task["kind"], "reference" in task) == ("approval", False)


def test_deliveries_are_listed_a_page_at_a_time(lodged):
    lodged.ask(*(an_ask(f"p{number}", elements=["person_name"]) for number in range(5)))
    deliver(lodged)
    who = ("--as", "hsi-arizona")
    first = lodged.run("receive", *who, "--limit", "2", "--json").lines
    second = lodged.run("receive", *who, "--limit", "2", "--before", first[-1]["disclosure"], "--json").lines
    last = lodged.run("receive", *who, "--limit", "2", "--before", second[-1]["disclosure"], "--json").lines
    ids = [one["disclosure"] for one in (*first, *second, *last)]
    assert (len(first), len(second), len(last)) == (2, 2, 1)
    assert ids == sorted(set(ids), reverse=True)
    assert f"older ones: --before {first[-1]['disclosure']}" in lodged.run("receive", *who, "--limit", "2").out
    assert "older ones" not in lodged.run("receive", *who).out
    assert lodged.run("receive", *who, "--before", "nonsense").code == 2
    assert lodged.run("receive", *who, "--limit", "0").code == 2
