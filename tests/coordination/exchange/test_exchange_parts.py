"""An answer in part says so: what left, what was withheld by rule, what the record does not hold."""

from dataclasses import replace

import pytest
from exchange_given import (
    AWAITING,
    CASE,
    DISCLOSED,
    NEEDS_APPROVAL,
    answer,
    decide,
    deliver,
    disclosures_of,
    open_task,
    put,
    receive,
    value_of,
)

from comity.coordination.exchange.commands.answer import HolderAnswer, Verdict
from comity.coordination.exchange.selectors import get_answer
from comity.spine.tasks.selectors import get_verdicts
from comity.spine.tenancy.transaction import reading

ADDRESS_TOO = replace(DISCLOSED, elements=("person_name", "home_address"), lodged=("person_name", "home_address"))


def told(demo, result, asker=DISCLOSED.asker):
    with reading(demo.actor(asker)) as cursor:
        return get_answer(cursor, result.ask_id)


def class_of(result, element):
    [one] = [
        shown
        for shown in result.classes.values()
        if element in {*shown.get("elements", ()), *shown.get("withheld", ()), *shown.get("not_held", ())}
    ]
    return one


def parts_of(result):
    """Return what an asker is told of the elements: those that left or wait, withheld ones, those not held."""
    shown = result.classes.values()
    return tuple({e for one in shown for e in one.get(k, ())} for k in ("elements", "withheld", "not_held"))


def test_a_whole_answer_says_nothing_of_parts(demo):
    result = put(demo, DISCLOSED)
    assert result.in_part is False
    assert parts_of(result) == (set(CASE), set(), set())


def test_what_the_record_does_not_hold_is_not_told_as_disclosed(demo):
    result = put(demo, replace(DISCLOSED, lodged=("person_name", "case_number")))
    assert result.status == "disclosed"
    assert result.in_part is True
    assert parts_of(result) == ({"person_name", "case_number"}, set(), {"birth_date", "warrant"})
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    assert set(receive(demo, DISCLOSED.asker, disclosure_id).values) == {"person_name", "case_number"}
    assert (told(demo, result).in_part, told(demo, result).classes) == (True, result.classes)


def test_a_class_of_which_the_record_holds_nothing_reads_as_an_ask_for_it_alone_would(demo):
    result = put(demo, replace(DISCLOSED, lodged=("person_name",), elements=("person_name", "case_number")))
    assert class_of(result, "case_number")["outcome"] == "no_record"
    alone = put(demo, replace(DISCLOSED, lodged=("person_name",), elements=("case_number",)), "k2")
    assert alone.status == "no_record"
    assert alone.in_part is False


def test_a_refused_element_reads_the_same_whether_the_record_holds_it_or_not(demo):
    one = replace(
        DISCLOSED,
        asker="cbp-bp-tucson",
        holder="santa-cruz-so",
        elements=("case_number", "telephone"),
        lodged=("case_number", "telephone"),
        purpose="customs",
    )
    held = put(demo, one)
    lacking = put(demo, replace(one, lodged=("case_number",)), "k2")
    assert held.classes == lacking.classes
    assert held.in_part is True
    assert parts_of(held) == ({"case_number"}, {"telephone"}, set())


def test_when_nothing_permitted_is_held_but_something_waits_the_ask_is_not_headed_disclosed(demo):
    result = put(demo, replace(ADDRESS_TOO, lodged=("home_address",)))
    assert result.status == "needs_approval"
    assert disclosures_of(demo, result.ask_id) == []
    assert class_of(result, "person_name")["outcome"] == "no_record"


def test_nobody_is_said_to_approve_what_the_record_does_not_hold(demo):
    result = put(demo, replace(ADDRESS_TOO, lodged=("person_name",)))
    told_of = class_of(result, "home_address")
    assert (told_of["outcome"], told_of["reason"]) == ("refused", "withheld")
    assert "not_held" not in told_of
    assert not demo.look("SELECT 1 FROM tasks_task WHERE kind = 'approval'")


def test_an_ask_for_what_waits_alone_is_refused_and_not_told_that_it_is_not_on_file(demo):
    result = put(demo, replace(ADDRESS_TOO, elements=("home_address",), lodged=("person_name",)))
    assert (result.status, result.in_part) == ("refused", False)
    assert parts_of(result) == (set(), {"home_address"}, set())


def test_after_an_approval_what_left_before_and_what_left_now_are_both_told(demo):
    result = put(demo, ADDRESS_TOO)
    assert (result.status, result.in_part) == ("disclosed", True)
    task = open_task(demo, ADDRESS_TOO.holder, result.ask_id)
    assert decide(demo, task, ADDRESS_TOO.holder, "records-supervisor") == "disclosed"
    after = told(demo, result)
    assert parts_of(after) == ({"person_name", "home_address"}, set(), set())
    assert after.in_part is False


def test_what_a_post_refused_is_told_as_withheld_and_what_left_before_stays_told(demo):
    result = put(demo, ADDRESS_TOO)
    task = open_task(demo, ADDRESS_TOO.holder, result.ask_id)
    assert decide(demo, task, ADDRESS_TOO.holder, "records-supervisor", Verdict.REFUSE) == "disclosed"
    after = told(demo, result)
    assert class_of(after, "home_address")["reason"] == "refused_by_post"
    assert parts_of(after) == ({"person_name"}, {"home_address"}, set())
    assert after.in_part is True


def test_an_ask_refused_by_its_post_alone_is_refused_and_says_what_was_withheld(demo):
    result = put(demo, NEEDS_APPROVAL)
    task = open_task(demo, NEEDS_APPROVAL.holder, result.ask_id)
    assert decide(demo, task, NEEDS_APPROVAL.holder, "records-supervisor", Verdict.REFUSE) == "refused"
    assert parts_of(told(demo, result)) == (set(), {"home_address"}, set())


@pytest.mark.parametrize(
    ("elements", "verdict", "in_part"),
    [(CASE, "answered", False), (("person_name",), "answered_in_part", True), ((), "no_record", False)],
)
def test_a_holder_answers_in_full_in_part_or_that_there_is_no_record(demo, elements, verdict, in_part):
    result = put(demo, AWAITING)
    task = open_task(demo, AWAITING.holder, result.ask_id)
    status = answer(
        demo, AWAITING, result.ask_id, HolderAnswer({name: value_of(name, "k1") for name in elements} or None)
    )
    assert status == ("disclosed" if elements else "no_record")
    with reading(demo.actor(AWAITING.holder)) as cursor:
        assert get_verdicts(cursor, [task.id])[task.id].verdict == verdict
    assert bool(told(demo, result).in_part) is in_part


def test_of_what_waits_for_a_post_nothing_is_said_of_the_record_even_after_its_no(demo):
    both = replace(NEEDS_APPROVAL, elements=("home_address", "telephone"), lodged=("home_address",))
    result = put(demo, both)
    waiting = class_of(result, "home_address")
    assert (waiting["outcome"], set(waiting["elements"])) == ("needs_approval", {"home_address", "telephone"})
    assert "not_held" not in waiting
    task = open_task(demo, both.holder, result.ask_id)
    assert decide(demo, task, both.holder, "records-supervisor", Verdict.REFUSE) == "refused"
    assert "not_held" not in class_of(told(demo, result), "home_address")
