"""The holder answers: which record is meant is shown once that is recorded; in full, in part, no record."""

import re

import pytest
from exchange_given import AWAITING, CASE, HolderAnswer, answer, disclosures_of, open_task, put
from exchange_pages import readings, status_of, task_page, verdict_of
from web_people import words_of

WHOLE = {f"value_{code}": f"VALUE-{code}" for code in CASE}


@pytest.fixture
def waiting(house):
    """An ask that waits for an answer of pima-so: (ask, task)."""
    ask_id = put(house.node, AWAITING).ask_id
    return ask_id, open_task(house.node, "pima-so", ask_id)


@pytest.fixture
def clerk(house):
    return house.inside("pima-so", "records-clerk")


def opened(person, task):
    return person.post(task_page(task), {"act": "open"})


def send(person, task, found="found", **given):
    given = {"found": found, "draft_of": task_page(task)} | given
    return person.post(f"{task_page(task)}answer/", given)


def told(person, sent):
    assert sent.status_code == 302, words_of(sent)
    return words_of(person.get(sent["Location"]))


def test_which_record_is_meant_is_shown_only_once_that_it_was_opened_is_recorded(house, clerk, waiting):
    _, task = waiting
    page = clerk.get(task_page(task))
    assert page.status_code == 200
    for planted in ("REF-", "WHY-", "CASENO-"):
        assert planted not in page.content.decode()
    assert "Homeland Security Investigations Arizona" in words_of(page)
    assert readings(house) == []
    shown = words_of(opened(clerk, task))
    assert all(planted in shown for planted in ("REF-k1", "WHY-k1", "CASENO-k1"))
    assert readings(house) == ["private_opened"]
    assert house.node.look("SELECT count(*) FROM exchange_reading WHERE scope::text LIKE '%%REF-%%'") == [(0,)]
    assert house.node.verify().is_clean


def test_nothing_is_shown_when_the_reading_cannot_be_recorded(clerk, waiting, monkeypatch):
    from comity.coordination.exchange.commands import open_words

    def fails(*_, **__):
        raise OSError("no room")

    monkeypatch.setattr(open_words.Batch, "write", fails)
    shown = opened(clerk, waiting[1])
    assert shown.status_code == 500
    assert "REF-" not in shown.content.decode()


def test_each_element_has_its_own_field_with_its_help(clerk, waiting):
    page = opened(clerk, waiting[1]).content.decode()
    for code in CASE:
        assert f'name="value_{code}"' in page
        assert f'aria-describedby="id_value_{code}_help"' in page


@pytest.mark.parametrize(
    ("given", "status", "verdict"),
    [
        (WHOLE, "disclosed", "answered"),
        ({"value_person_name": "VALUE-person_name"}, "disclosed", "answered_in_part"),
        ({"found": "none"}, "no_record", "no_record"),
    ],
)
def test_an_ask_is_answered_in_full_in_part_or_that_there_is_no_record(house, clerk, waiting, given, status, verdict):
    ask_id, task = waiting
    page = told(clerk, send(clerk, task, **given))
    assert "Your answer is recorded." in page
    assert (status_of(house, ask_id), verdict_of(house, task)) == (status, (verdict, False))
    assert len(disclosures_of(house.node, ask_id)) == (status == "disclosed")
    assert "VALUE-" not in page
    assert house.node.verify().is_clean


def test_marks_and_what_is_attested_are_judged_too(house, clerk):
    ask_id = put(house.node, AWAITING, elements=("home_address",)).ask_id
    task = open_task(house.node, "pima-so", ask_id)
    page = told(clerk, send(clerk, task, value_home_address="VALUE-1", mark_minor="on", evidence_validated="on"))
    assert "Your answer is recorded." in page
    assert status_of(house, ask_id) != "awaiting_answer"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Type what the record holds of at least one element"),
        ({"found": ""}, "Say whether there is a record."),
        ({"found": "maybe"}, "Select a valid choice"),
        (WHOLE | {"found": "none"}, "You typed what a record holds."),
        ({"value_person_name": "x" * 4001}, "at most 4000 characters"),
        ({"value_person_name": "a\0b"}, "Null characters are not allowed"),
        (WHOLE | {"mark_shared_in": "on"}, "Name the agency that shared this record"),
        (WHOLE | {"origin": "nowhere"}, "No agency of the directory has this code."),
        (WHOLE | {"mark_asylum": "on"}, "must not be known to exist"),
        (WHOLE | {"validated_on": "yesterday"}, "Enter a valid date"),
        (WHOLE | {"subject_handle": "Ana Example"}, "Enter a valid UUID"),
    ],
)
def test_what_is_typed_wrongly_is_said_beside_its_field_and_stays_typed(house, clerk, waiting, given, said):
    ask_id, task = waiting
    wrong = send(clerk, task, **given)
    assert wrong.status_code == 422
    assert said in words_of(wrong), words_of(wrong)
    assert "usa-error-message" in wrong.content.decode()
    if given.get("value_person_name") == "VALUE-person_name":
        assert 'value="VALUE-person_name"' in wrong.content.decode()
    assert (status_of(house, ask_id), verdict_of(house, task)) == ("awaiting_answer", None)
    assert disclosures_of(house.node, ask_id) == []


def test_what_was_not_asked_for_is_not_taken(house, clerk, waiting):
    _, task = waiting
    told(clerk, send(clerk, task, **WHOLE, value_home_address="VALUE-home"))
    assert house.node.look("SELECT nature FROM exchange_disclosure") == [(sorted(CASE),)]


def test_sent_twice_it_is_answered_once(house, clerk, waiting):
    ask_id, task = waiting
    send(clerk, task, **WHOLE)
    page = told(clerk, send(clerk, task, found="none"))
    assert "the ask does not wait for this any more" in page
    assert (status_of(house, ask_id), verdict_of(house, task)) == ("disclosed", ("answered", False))


def test_what_somebody_else_answered_meanwhile_is_told(house, clerk, waiting):
    ask_id, task = waiting
    answer(house.node, AWAITING, ask_id, HolderAnswer(None), "records-supervisor")
    page = words_of(clerk.get(task_page(task)))
    assert "Answered: no record by: Records supervisor" in page
    assert "Show which record is meant" not in page
    assert "REF-" not in words_of(opened(clerk, task))
    assert readings(house) == []


def test_an_overdue_task_says_so_and_is_still_answered(house, clerk, waiting):
    from comity.config.node import Role

    ask_id, task = waiting
    with house.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE tasks_task SET due_at = now() - interval '1 day'")
    assert "overdue" in words_of(clerk.get(task_page(task)))
    told(clerk, send(clerk, task, found="none"))
    assert status_of(house, ask_id) == "no_record"


def test_what_is_typed_is_kept_and_stands_in_the_form_again(clerk, waiting):
    _, task = waiting
    typed = WHOLE | {"found": "found", "mark_minor": "on", "draft_of": task_page(task)}
    assert clerk.post("/console/draft/", typed).status_code == 204
    assert "What you typed here before was kept" in words_of(clerk.get(task_page(task)))
    page = opened(clerk, task).content.decode()
    assert 'value="VALUE-person_name"' in page
    assert re.search(r'<input[^>]*name="mark_minor"[^>]*checked', page)
    told(clerk, send(clerk, task, **WHOLE))
    assert "was kept" not in words_of(clerk.get(task_page(task)))


@pytest.mark.parametrize(
    ("agency", "post", "status"),
    [
        ("hsi-arizona", "liaison", 404),
        ("az-dps", "records-clerk", 404),
        ("pima-so", "liaison", 403),
        ("pima-so", "commander", 403),
    ],
)
def test_the_asker_and_every_other_post_gets_nothing(house, waiting, agency, post, status):
    ask_id, task = waiting
    other = house.inside(agency, post)
    assert other.get(task_page(task)).status_code == status
    for sent in (opened(other, task), send(other, task, found="none")):
        assert sent.status_code in {status, 403}
        assert "REF-" not in sent.content.decode()
    assert (status_of(house, ask_id), verdict_of(house, task), readings(house)) == ("awaiting_answer", None, [])


def test_markup_typed_into_every_field_comes_out_as_text(clerk, waiting):
    bad = "<script>alert(1)</script>"
    wrong = send(clerk, waiting[1], found=bad, origin=bad, subject_handle=bad, validated_on=bad, value_person_name=bad)
    assert wrong.status_code == 422
    assert bad not in wrong.content.decode()


def test_who_comes_back_to_a_forms_address_is_led_to_its_task(clerk, waiting):
    _, task = waiting
    assert clerk.get(f"{task_page(task)}answer/")["Location"] == task_page(task)
