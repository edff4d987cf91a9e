"""Lodging, telling, shadow mode, accounting, retention and reviews at the command line."""

from uuid import uuid4

import msgspec
import pytest
from cli_terminal import an_ask


def a_record(**changes: object) -> dict[str, object]:
    return {"category": "case", "reference": "C-1", "values": {"person_name": "Ana Example"}} | changes


def a_telling(**changes: object) -> dict[str, object]:
    return {
        "key": "radio-1",
        "recipient": "hsi-arizona",
        "purpose": "criminal_investigation",
        "category": "case",
        "elements": ["person_name"],
        "reference": "C-1",
        "told_at": "2026-07-01T07:00:00Z",
        "means": "radio",
    } | changes


def lines_of(*values: object) -> bytes:
    return b"\n".join(value if isinstance(value, bytes) else msgspec.json.encode(value) for value in values)


BY_OPTIONS = (
    *("told", "--as", "pima-so", "--key", "radio-1", "--recipient", "hsi-arizona", "--means", "radio"),
    *("--purpose", "criminal_investigation", "--category", "case", "--element", "person_name"),
    *("--reference", "C-1", "--told-at", "2026-07-01T07:00:00Z"),
)


@pytest.fixture
def told(terminal):
    """A terminal, and what the Pima County sheriff told by radio."""
    return terminal, terminal.run("told", "-", "--as", "pima-so", "--json", typed=lines_of(a_telling())).value


def test_records_are_lodged_line_by_line(terminal):
    given = lines_of(a_record(), b"nonsense", a_record(values={}), a_record(category="x"), a_record(colour="red"))
    said = terminal.run("record", "file", "-", "--as", "pima-so", "--json", typed=given)
    assert said.code == 1
    assert [line["line"] for line in said.lines] == [1, 2, 3, 4, 5]
    assert said.lines[0]["version"] == 1
    assert [line["errors"][0]["field"] for line in said.lines[1:]] == ["", "values", "category", "colour"]
    assert all(line["errors"][0]["remedy"] for line in said.lines[1:])
    assert [line["status"] for line in terminal.ask(an_ask(elements=["person_name"]))] == ["disclosed"]


def test_record_that_cannot_be_lodged_ends_with_two(terminal, write):
    said = terminal.run("record", "file", write("r.json", lines_of(a_record(values={}))), "--as", "pima-so")
    assert (said.code, "line 1, values: is empty" in said.out) == (2, True)
    assert terminal.run("record", "file", "/no/such/file", "--as", "pima-so").code == 2
    assert terminal.run("record", "file", "-", "--as", "pima-so", typed="").code == 2


def test_telling_by_options_and_by_file_is_one(terminal):
    by_options = terminal.run(*BY_OPTIONS, "--json")
    by_file = terminal.run("told", "-", "--as", "pima-so", "--json", typed=lines_of(a_telling()))
    assert (by_options.code, by_options.value) == (0, by_file.value)
    assert by_options.value["breach"] == []
    breach = lines_of(a_telling(key="radio-2", purpose="civil_immigration"))
    assert "a breach: person_name" in terminal.run("told", "-", "--as", "pima-so", typed=breach).out


@pytest.mark.parametrize(
    ("dropped", "says"),
    [("--key", "--key: is missing"), ("--element", "--element: is missing"), ("--told-at", "--told-at: is missing")],
)
def test_option_that_is_missing_is_named(terminal, dropped, says):
    place = BY_OPTIONS.index(dropped)
    said = terminal.run(*BY_OPTIONS[:place], *BY_OPTIONS[place + 2 :])
    assert (said.code, says in said.err) == (2, True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"told_at": "2999-01-01T00:00:00Z"}, "told_at"),
        ({"told_at": "2026-07-01T07:00:00"}, "told_at"),
        ({"means": "pigeon"}, "means"),
        ({"recipient": "nobody"}, "recipient"),
        ({"recipient": "pima-so"}, "recipient"),
        ({"key": ""}, "key"),
        ({"elements": ["purple"]}, "elements"),
        ({"subject_handle": "Ana"}, "subject_handle"),
    ],
)
def test_telling_that_cannot_be_is_named(terminal, changes, field):
    said = terminal.run("told", "-", "--as", "pima-so", "--json", typed=lines_of(a_telling(**changes)))
    assert (said.code, said.value["errors"][0]["field"]) == (2, field)


def test_unknown_means_lists_the_known(terminal):
    said = terminal.run("told", "-", "--as", "pima-so", "--json", typed=lines_of(a_telling(means="pigeon")))
    assert said.value["errors"][0]["remedy"] == "use one of: radio, telephone, in_person, writing"


def test_asks_lists_own_asks_and_apart_what_was_told(told):
    terminal, _ = told
    terminal.ask(*(an_ask(f"mine-{n}", reference=f"none-{n}") for n in range(3)))
    who = ("asks", "--as", "hsi-arizona")
    own = terminal.run(*who, "--json").lines
    assert [one["ask_id"] for one in own] == ["mine-2", "mine-1", "mine-0"]
    assert (own[0]["holder"], own[0]["status"]) == ("pima-so", "awaiting_answer")
    assert "none-2" not in str(own)
    [outside] = terminal.run(*who, "--told", "--json").lines
    assert (outside["status"], outside["holder"], outside["elements"]) == ("told_outside", "pima-so", ["person_name"])
    assert "radio-1" not in str(outside)
    page = terminal.run(*who, "--limit", "2")
    assert f"older ones: --before {own[1]['id']}" in page.out
    rest = terminal.run(*who, "--limit", "2", "--before", own[1]["id"], "--json").lines
    assert [one["ask_id"] for one in rest] == ["mine-0"]
    assert "waits for the holder's answer" in terminal.run(*who).out
    assert "nothing was asked yet" in terminal.run("asks", "--as", "tucson-pd").out
    assert "nothing was told" in terminal.run("asks", "--as", "tucson-pd", "--told").out


def test_file_and_options_together_are_refused(terminal, write):
    said = terminal.run(*BY_OPTIONS, write("t.json", lines_of(a_telling())))
    assert (said.code, "give either" in said.err) == (2, True)


def test_privacy_officer_reviews_after_seeing_it(told):
    terminal, _ = told
    officer = "pima-so/privacy"
    [task] = terminal.run("queue", "--as", officer, "--json").lines
    assert task["kind"] == "review"
    left = terminal.run("review", task["task"], "--as", officer, "--finding", "proper", typed="n\n")
    assert (left.code, "told outside the gate" in left.out) == (1, True)
    assert terminal.run("review", task["task"], "--as", officer, "--finding", "fine").code == 2
    found = terminal.run("review", task["task"], "--as", officer, "--finding", "proper", typed="y\n")
    assert (found.code, "recorded: proper" in found.out) == (0, True)
    again = ("review", task["task"], "--as", officer, "--finding", "breach", "--digest", task["digest"])
    assert terminal.run(*again).code == 1


def test_review_is_shown_to_the_privacy_officer_only(told):
    terminal, _ = told
    [task] = terminal.run("queue", "--as", "pima-so/privacy", "--json").lines
    asked = ("review", task["task"], "--finding", "proper")
    other = terminal.run(*asked, "--as", "pima-so/commander", typed="y\n")
    assert (other.code, "told outside the gate" in other.out) == (1, False)
    assert "is decided by: privacy officer; `commander` is: commander" in other.err
    assert terminal.run(*asked, "--as", "pima-so/privacy", typed="y\n").code == 0
    again = terminal.run(*asked, "--as", "pima-so/privacy", typed="y\n")
    assert (again.code, "was decided" in again.err, "told outside" in again.out) == (1, True, False)


def test_accounting_opens_from_a_task_for_the_privacy_officer(told):
    terminal, made = told
    handle = made["subject_handle"]
    task = terminal.run("accounting", "request", handle, "--as", "pima-so", "--json").value["task"]
    queue = terminal.run("queue", "--as", "pima-so/privacy")
    assert (task in queue.out, handle in queue.out) == (True, False)
    assert handle not in terminal.run("queue", "--as", "pima-so/privacy", "--json").out
    refused = terminal.run("accounting", "open", task, "--as", "pima-so/records-supervisor")
    assert (refused.code, "privacy officer" in refused.err) == (1, True)
    opened = terminal.run("accounting", "open", task, "--as", "pima-so/privacy", "--json")
    assert [row["disclosure"] for row in opened.lines] == [made["disclosure"]]
    assert "1 disclosures" in terminal.run("accounting", "open", task, "--as", "pima-so/privacy").out
    assert len(terminal.node.look("SELECT 1 FROM exchange_reading WHERE kind = 'accounting_opened'")) == 2


def test_a_redress_task_is_concluded_by_its_post_with_a_word_that_ends_it(told):
    terminal, *_ = told
    handle = uuid4()
    task = terminal.run("accounting", "request", handle, "--as", "pima-so", "--json").value["task"]
    close = ("conclude", task, "--as", "pima-so/privacy")
    wrong = terminal.run(*close, "--verdict", "fine", typed="y\n")
    assert (wrong.code, "answered" in wrong.err) == (2, True)
    kept = terminal.run(*close, "--verdict", "answered", typed="n\n")
    assert (kept.code, "ends as: answered, refused" in kept.out, str(handle) in kept.out) == (1, True, False)
    assert terminal.run("conclude", task, "--as", "pima-so/counsel", "--verdict", "answered", typed="y\n").code != 0
    assert "recorded: answered" in terminal.run(*close, "--verdict", "answered", typed="y\n").out
    assert terminal.run("accounting", "open", task, "--as", "pima-so/privacy").code != 0


def test_accounting_of_what_is_no_handle_or_task_is_refused(terminal):
    assert terminal.run("accounting", "request", "Ana Example", "--as", "pima-so").code == 2
    assert terminal.run("accounting", "open", uuid4(), "--as", "pima-so/privacy").code == 2


def test_shadow_mode_tells_the_asker_nothing_and_the_holder_what_would_have_been(lodged, write):
    file = write("past.ndjson", lines_of(an_ask("a1", elements=["person_name"]), an_ask("a2", purpose="x"), b"no"))
    said = lodged.run("shadow", file, "--as", "hsi-arizona", "--json")
    assert said.code == 1
    assert said.lines[0] == {"line": 1, "ask_id": "a1", "status": "accepted"}
    assert [line["errors"][0]["field"] for line in said.lines[1:]] == ["purpose", ""]
    assert (
        lodged.run("shadow", "-", "--as", "hsi-arizona", typed=lines_of(an_ask("a3"))).out == "line 1: a3: accepted\n"
    )
    found = lodged.run("shadow", "decisions", "--as", "pima-so", "--json").lines
    assert [one["headline"] for one in found] == ["disclosed", "disclosed"]
    assert {shown["outcome"] for shown in found[0]["classes"].values()} == {"disclosed", "needs_approval"}
    assert "Ana" not in str(found)
    assert "C-1" not in str(found)
    older = lodged.run("shadow", "decisions", "--as", "pima-so", "--before", found[0]["decision"], "--json").lines
    assert older == found[1:]
    assert "would be disclosed" in lodged.run("shadow", "decisions", "--as", "pima-so").out
    assert "no past request" in lodged.run("shadow", "decisions", "--as", "hsi-arizona").out
    assert lodged.node.look("SELECT count(*) FROM exchange_disclosure") == [(0,)]


def test_record_is_kept_held_and_released(terminal):
    lodged = terminal.run("record", "file", "-", "--as", "pima-so", "--json", typed=lines_of(a_record())).value
    keeper, record = ("--as", "pima-so/records-supervisor"), lodged["record"]
    assert "kept until" in terminal.run("retention", "validate", record, *keeper, "--reason", "court_proceeding").out
    assert terminal.run("retention", "validate", record, *keeper, "--reason", "because").code == 2
    held = terminal.run("retention", "hold", record, *keeper, "--reason", "lawsuit")
    assert (held.code, "lawsuit" in held.out + held.err) == (0, False)
    hold = held.out.split()[-1]
    other = terminal.run("retention", "release", record, hold, "--as", "pima-so/privacy")
    assert (other.code, "released by the post that placed it" in other.err) == (2, True)
    assert terminal.run("retention", "release", record, hold, *keeper).code == 0
    assert terminal.run("retention", "release", record, hold, *keeper).code == 2
    assert terminal.run("retention", "hold", record, *keeper, "--reason", "Ana sued").code == 2
    assert terminal.run("retention", "hold", uuid4(), *keeper, "--reason", "lawsuit").code != 0


def test_what_was_done_is_proven(told):
    terminal, made = told
    terminal.run("accounting", "request", made["subject_handle"], "--as", "pima-so")
    terminal.run("shadow", "-", "--as", "hsi-arizona", typed=lines_of(an_ask()))
    assert terminal.node.verify().is_clean
