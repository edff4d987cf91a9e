"""What rules oblige to is done: labels travel, who must be told is told, what nobody answers passes on."""

from dataclasses import replace

import pytest
from exchange_given import (
    DISCLOSED,
    Situation,
    answer,
    decide,
    deliver,
    disclosures_of,
    put,
    receive,
    status_of,
    tasks_of,
    value_of,
)

from comity.coordination.exchange.commands.answer import HolderAnswer, Verdict
from comity.coordination.exchange.duties import GIVES, RESTRICTIONS
from comity.coordination.exchange.follow_up import ESCALATES_AFTER
from comity.coordination.exchange.queue import list_waiting
from comity.spine.clocks.selectors import list_clocks
from comity.spine.tasks.verdict import TaskClosedError, TaskNotVisibleError
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import reading
from comity.spine.vault.seal import ItemNotVisibleError, open_item
from comity.standing.directory.selectors import get_post
from comity.standing.law.catalogue import load_catalogue

CLASSIFIED = Situation(
    "hsi-salt-lake",
    "ut-dps-sbi",
    "case",
    "criminal_investigation",
    ("person_name", "case_number"),
    ("person_name", "case_number"),
    marks=("ut_protected",),
    claims={"necessary_to_proceeding": True, "purpose_statement": True},
)
SHARED_IN = replace(DISCLOSED, origin="pima-so")
FOR_ICE = Situation(
    "mesa-pd", "pima-so", "detainee_for_ice", "criminal_investigation", ("release_date",), ("release_date",)
)
DANGER = Situation(
    "mesa-pd",
    "az-dps",
    "assessment",
    "criminal_investigation",
    ("intelligence_assessment",),
    ("intelligence_assessment",),
    claims={"imminent_danger": True},
)
HOUR = ESCALATES_AFTER.count


def notices_of(demo, agency, ask_id):
    return [task for task in tasks_of(demo, agency, ask_id) if task.kind is Kind.NOTICE]


def waiting_of(demo, agency, post):
    by = demo.actor(agency, post)
    with reading(by) as cursor:
        return list_waiting(cursor, post=get_post(by.post_id), now=demo.clock(), limit=50)


# ---- label


def test_the_classification_and_the_restrictions_travel_with_what_leaves(demo):
    result = put(demo, CLASSIFIED)
    assert result.status == "disclosed"
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    received = receive(demo, CLASSIFIED.asker, disclosure_id)
    assert received.labels == ("classification:ut_protected", RESTRICTIONS)
    assert received.envelope["xelabels"] == list(received.labels)
    assert demo.verify().is_clean


def test_a_record_without_a_classification_carries_no_label(demo):
    result = put(demo, DISCLOSED)
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    assert receive(demo, DISCLOSED.asker, disclosure_id).labels == ()


# ---- notice


def test_the_agency_a_record_came_from_is_told_who_asked_for_it(demo):
    result = put(demo, SHARED_IN)
    assert result.status == "refused"
    [task] = notices_of(demo, "pima-so", result.ask_id)
    assert task.function == "liaison"
    assert task.due_at is not None
    with reading(demo.actor("pima-so", "liaison")) as cursor:
        told = open_item(cursor, demo.keys, task.id)
    assert (told["about"], told["asker"], told["holder"]) == ("originator", "hsi-arizona", "az-dps")
    assert "xe-27" in told["rules"]
    assert "REF-" not in str(told)
    assert notices_of(demo, "az-dps", result.ask_id) == []
    with pytest.raises(ItemNotVisibleError), reading(demo.actor("hsi-arizona")) as cursor:
        open_item(cursor, demo.keys, task.id)
    assert demo.verify().is_clean


def test_a_holder_that_answers_with_a_record_shared_in_has_its_originator_told(demo):
    result = put(demo, replace(SHARED_IN, lodged=None))
    found = HolderAnswer({"person_name": value_of("person_name", "k1")}, marks=("shared_in",), origin="pima-so")
    assert answer(demo, SHARED_IN, result.ask_id, found) == "refused"
    assert len(notices_of(demo, "pima-so", result.ask_id)) == 1


def test_what_concerns_somebody_held_for_ice_is_put_to_the_holders_liaison(demo):
    result = put(demo, FOR_ICE)
    assert result.status == "refused"
    [task] = notices_of(demo, "pima-so", result.ask_id)
    assert task.id in {one.id for one in waiting_of(demo, "pima-so", "liaison")}


def test_every_notice_a_rule_may_name_has_its_party():
    assert load_catalogue().words - {"classification"} == {*GIVES, RESTRICTIONS}


# ---- escalate


def test_an_approval_in_danger_passes_on_when_nobody_answers_within_the_hour(demo):
    result = put(demo, DANGER)
    assert result.status == "needs_approval"
    first, second = sorted(tasks_of(demo, "az-dps", result.ask_id), key=lambda task: task.not_before)
    assert (first.function, second.function) == ("commander", "agency_head")
    assert second.not_before == first.due_at
    assert second.id not in {task.id for task in waiting_of(demo, "az-dps", "head")}
    with pytest.raises(TaskNotVisibleError):
        decide(demo, second, "az-dps", "head")
    demo.clock.advance(hours=HOUR)
    assert second.id in {task.id for task in waiting_of(demo, "az-dps", "head")}
    assert decide(demo, second, "az-dps", "head") == "disclosed"
    assert status_of(demo, DANGER.asker, result.ask_id) == "disclosed"
    assert {task.id: task.state for task in tasks_of(demo, "az-dps", result.ask_id)}[first.id] == "withdrawn"
    with reading(demo.actor("az-dps")) as cursor:
        assert {clock.state for clock in list_clocks(cursor, [first.id, second.id])} == {"stopped"}
    with pytest.raises(TaskClosedError):
        decide(demo, first, "az-dps", "commander", Verdict.REFUSE)
    assert demo.verify().is_clean


def test_an_approver_who_answers_in_time_leaves_nothing_to_pass_on(demo):
    result = put(demo, DANGER)
    first, second = sorted(tasks_of(demo, "az-dps", result.ask_id), key=lambda task: task.not_before)
    assert decide(demo, first, "az-dps", "commander") == "disclosed"
    demo.clock.advance(hours=HOUR + 1)
    assert second.id not in {task.id for task in waiting_of(demo, "az-dps", "head")}
