"""Each outcome of an ask, from the ask to the proof."""

from dataclasses import replace
from datetime import timedelta

import pytest
from exchange_given import (
    AWAITING,
    CASE,
    DISCLOSED,
    HELD,
    NEEDS_APPROVAL,
    REFUSED,
    answer,
    counts,
    decide,
    deliver,
    disclosures_of,
    lodge,
    open_task,
    put,
    receive,
    status_of,
    tasks_of,
    together,
    value_of,
)

from comity.coordination.exchange.commands.answer import (
    AnswerFaultError,
    HolderAnswer,
    NotAwaitingError,
    Verdict,
)
from comity.coordination.exchange.holders import NobodyInPostError
from comity.kernel.digest import element_digests, element_root
from comity.kernel.time import Period
from comity.spine.tasks.verdict import (
    AlreadyDecidedError,
    DigestChangedError,
    NotAssignedError,
    TaskNotVisibleError,
)
from comity.standing.directory.commands import Assignment, assign_holders, end_holding
from comity.standing.directory.selectors import get_post, list_officer_ids_by_reference
from comity.standing.directory.vocabulary import HoldingKind


def found(one, key="k1", *, leave_out=(), **more):
    return HolderAnswer({name: value_of(name, key) for name in one.elements if name not in leave_out}, **more)


# ---- disclosed, refused


def test_what_the_agreement_permits_is_disclosed_at_once_minimized_and_received_with_proof(demo):
    result = put(demo, DISCLOSED)
    assert result.status == "disclosed"
    assert {name for one in result.classes.values() for name in one["elements"]} == set(CASE)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    assert deliver(demo) == 1
    received = receive(demo, DISCLOSED.asker, disclosure_id)
    assert received.values == {name: value_of(name, "k1") for name in CASE}
    salts = {name: bytes.fromhex(salt) for name, salt in received.salts.items()}
    root = element_root(element_digests(salts, received.values))
    assert received.envelope["xedatadigest"] == root
    assert demo.look("SELECT elements_root, nature FROM exchange_disclosure") == [(root, sorted(CASE))]
    assert demo.verify().is_clean


def test_the_element_the_agreement_does_not_name_never_leaves_the_vault_of_the_record(demo):
    one = replace(
        DISCLOSED,
        asker="cbp-bp-tucson",
        holder="santa-cruz-so",
        elements=("case_number", "telephone"),
        lodged=("case_number", "telephone"),
        purpose="customs",
    )
    result = put(demo, one)
    assert result.status == "disclosed"
    assert result.classes["contact"]["outcome"] == "refused"
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    assert receive(demo, one.asker, disclosure_id).values == {"case_number": value_of("case_number", "k1")}


def test_a_refusal_is_recorded_and_cites_the_rule_that_refused(demo):
    result = put(demo, REFUSED)
    assert result.status == "refused"
    assert "law-54" in result.classes["tribal"]["rules"]
    assert "consultation_record" in result.classes["tribal"]["missing"]
    assert disclosures_of(demo, result.ask_id) == []
    assert demo.look("SELECT headline FROM exchange_decision") == [("refused",)]
    acts = demo.look("SELECT convert_from(body, 'UTF8')::jsonb->>'act' FROM ledger_pending ORDER BY seq DESC LIMIT 1")
    assert acts == [("disclosure.refused",)]


def test_a_record_that_holds_none_of_the_permitted_elements_is_answered_as_no_record(demo):
    result = put(demo, replace(DISCLOSED, lodged=("telephone",)))
    assert result.status == "no_record"
    assert disclosures_of(demo, result.ask_id) == []


def test_the_latest_version_of_a_record_is_the_one_disclosed(demo):
    lodge(demo, DISCLOSED, "k1")
    corrected = replace(DISCLOSED, lodged=("person_name",))
    result = put(demo, corrected)
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    assert set(receive(demo, DISCLOSED.asker, disclosure_id).values) == {"person_name"}


# ---- approval


def test_an_approver_releases_exactly_what_waited(demo):
    result = put(demo, NEEDS_APPROVAL)
    assert result.status == "needs_approval"
    assert disclosures_of(demo, result.ask_id) == []
    task = open_task(demo, "az-dps", result.ask_id)
    assert task.function == "records_supervisor"
    assert task.due_at is not None
    assert decide(demo, task, "az-dps", "records-supervisor") == "disclosed"
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    assert receive(demo, "hsi-arizona", disclosure_id).values == {"home_address": value_of("home_address", "k1")}
    assert demo.look("SELECT state FROM clocks_clock WHERE subject_id = %s", (task.id,)) == [("stopped",)]
    assert demo.verify().is_clean


def test_part_goes_at_once_and_the_rest_after_approval(demo):
    one = replace(DISCLOSED, elements=("case_number", "home_address"))
    result = put(demo, one)
    assert result.status == "disclosed"
    task = open_task(demo, "az-dps", result.ask_id)
    assert decide(demo, task, "az-dps", "records-supervisor") == "disclosed"
    natures = demo.look("SELECT nature FROM exchange_disclosure ORDER BY disclosed_at, id")
    assert natures[0] == (["case_number"],)
    assert ["home_address"] in [nature for (nature,) in natures]


def test_what_went_at_once_is_not_disclosed_again_when_the_rest_is_approved(demo):
    result = put(demo, replace(DISCLOSED, elements=("case_number", "home_address")))
    decide(demo, open_task(demo, "az-dps", result.ask_id), "az-dps", "records-supervisor")
    natures = [nature for (nature,) in demo.look("SELECT nature FROM exchange_disclosure ORDER BY disclosed_at, id")]
    assert natures == [["case_number"], ["home_address"]]


def test_an_approver_who_refuses_keeps_it_back(demo):
    result = put(demo, NEEDS_APPROVAL)
    task = open_task(demo, "az-dps", result.ask_id)
    assert decide(demo, task, "az-dps", "records-supervisor", Verdict.REFUSE) == "refused"
    assert disclosures_of(demo, result.ask_id) == []
    assert status_of(demo, "hsi-arizona", result.ask_id) == "refused"


def test_another_post_may_not_approve(demo):
    task = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL).ask_id)
    before = counts(demo)
    with pytest.raises(NotAssignedError):
        decide(demo, task, "az-dps", "records-clerk")
    assert counts(demo) == before


def test_the_asker_may_never_approve(demo):
    task = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL).ask_id)
    with pytest.raises(TaskNotVisibleError):
        decide(demo, task, "hsi-arizona", "records-supervisor")


def test_the_same_post_of_a_third_agency_may_not_approve(demo):
    task = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL).ask_id)
    with pytest.raises(TaskNotVisibleError):
        decide(demo, task, "pima-so", "records-supervisor")


def test_a_verdict_on_something_else_than_what_waits_is_refused(demo):
    task = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL).ask_id)
    with pytest.raises(DigestChangedError):
        decide(demo, task, "az-dps", "records-supervisor", digest="0" * 64)
    assert open_task(demo, "az-dps", task.subject_id).id == task.id


def test_nobody_approves_twice(demo):
    result = put(demo, NEEDS_APPROVAL)
    task = open_task(demo, "az-dps", result.ask_id)
    decide(demo, task, "az-dps", "records-supervisor")
    with pytest.raises(AlreadyDecidedError):
        decide(demo, task, "az-dps", "records-supervisor")
    assert len(disclosures_of(demo, result.ask_id)) == 1


def test_two_approvers_at_once_release_once(demo):
    result = put(demo, NEEDS_APPROVAL)
    task = open_task(demo, "az-dps", result.ask_id)
    outcomes = together(*[lambda: decide(demo, task, "az-dps", "records-supervisor") for _ in range(2)])
    assert sorted(str(type(o).__name__) for o in outcomes) == ["AlreadyDecidedError", "str"]
    assert len(disclosures_of(demo, result.ask_id)) == 1


def vacate(demo, agency, post):
    by, now = demo.actor(agency, post), demo.clock()
    end_holding(by=demo.node("steward"), now=now, post_id=by.post_id, ends_at=now)
    return by


def test_a_vacant_post_approves_nothing(demo):
    task = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL).ask_id)
    vacate(demo, "az-dps", "records-supervisor")
    with pytest.raises(NobodyInPostError):
        decide(demo, task, "az-dps", "records-supervisor")


def test_the_acting_holder_approves_in_a_gap_and_is_recorded_as_acting(demo):
    result = put(demo, NEEDS_APPROVAL)
    task = open_task(demo, "az-dps", result.ask_id)
    by = vacate(demo, "az-dps", "records-supervisor")
    officer = next(iter(list_officer_ids_by_reference([get_post(by.post_id).agency_id]).values()))
    acting = Assignment(by.post_id, officer, Period(demo.clock(), demo.clock() + timedelta(days=9)), HoldingKind.ACTING)
    assign_holders(by=demo.node("steward"), now=demo.clock(), assignments=[acting])
    assert decide(demo, task, "az-dps", "records-supervisor") == "disclosed"
    assert demo.look("SELECT capacity FROM tasks_verdict") == [("acting",)]


def test_an_approval_counts_for_nothing_once_the_agreement_is_suspended(demo):
    result = put(demo, NEEDS_APPROVAL)
    suspend(demo, "az-sharing-2026")
    task = open_task(demo, "az-dps", result.ask_id)
    assert decide(demo, task, "az-dps", "records-supervisor") == "refused"
    assert disclosures_of(demo, result.ask_id) == []


def suspend(demo, code):
    from comity.standing.agreements.commands import suspend_agreement
    from comity.standing.agreements.vocabulary import SuspensionReason

    [(agreement_id,)] = demo.look("SELECT id FROM agreements_agreement WHERE code = %s", (code,))
    suspend_agreement(
        by=demo.actor("az-dps", "head"),
        now=demo.clock(),
        agreement_id=agreement_id,
        reason=next(iter(SuspensionReason)),
    )


# ---- counsel


def test_a_mandate_against_a_states_bar_is_held_and_goes_when_counsel_lets_the_mandate_prevail(demo):
    result = put(demo, HELD)
    assert result.status == "held"
    assert result.classes["release"]["mandates"] == ["xe-29-az-release"]
    task = open_task(demo, "cochise-so", result.ask_id)
    assert task.function == "counsel"
    assert decide(demo, task, "cochise-so", "counsel") == "disclosed"
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    assert set(receive(demo, HELD.asker, disclosure_id).values) == {"release_date"}


def test_what_counsel_bars_stays(demo):
    result = put(demo, HELD)
    task = open_task(demo, "cochise-so", result.ask_id)
    assert decide(demo, task, "cochise-so", "counsel", Verdict.REFUSE) == "refused"
    assert disclosures_of(demo, result.ask_id) == []


def test_a_records_supervisor_does_not_decide_for_counsel(demo):
    task = open_task(demo, "cochise-so", put(demo, HELD).ask_id)
    with pytest.raises(NotAssignedError):
        decide(demo, task, "cochise-so", "records-supervisor")


# ---- answered by the holder


def test_an_ask_without_a_lodged_record_waits_in_the_holders_queue_with_a_clock(demo):
    result = put(demo, AWAITING)
    assert result.status == "awaiting_answer"
    task = open_task(demo, AWAITING.holder, result.ask_id)
    assert (task.kind, task.function) == ("answer", "records_clerk")
    assert task.due_at > demo.clock() + timedelta(days=9)
    assert disclosures_of(demo, result.ask_id) == []


def test_an_answer_in_full_is_judged_and_disclosed(demo):
    result = put(demo, AWAITING)
    assert answer(demo, AWAITING, result.ask_id, found(AWAITING)) == "disclosed"
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    assert set(receive(demo, AWAITING.asker, disclosure_id).values) == set(CASE)
    assert demo.verify().is_clean


def test_an_answer_in_part_sends_that_part(demo):
    result = put(demo, AWAITING)
    assert answer(demo, AWAITING, result.ask_id, found(AWAITING, leave_out={"warrant"})) == "disclosed"
    assert demo.look("SELECT nature FROM exchange_disclosure") == [(sorted(set(CASE) - {"warrant"}),)]


def test_no_record_is_answered_as_such(demo):
    result = put(demo, AWAITING)
    assert answer(demo, AWAITING, result.ask_id, HolderAnswer(None)) == "no_record"
    assert status_of(demo, AWAITING.asker, result.ask_id) == "no_record"
    assert [task.state for task in tasks_of(demo, AWAITING.holder, result.ask_id)] == ["done"]


def test_an_answer_with_a_mark_that_forbids_is_refused_by_record(demo):
    result = put(demo, AWAITING)
    assert answer(demo, AWAITING, result.ask_id, found(AWAITING, marks=("political_association",))) == "refused"
    assert disclosures_of(demo, result.ask_id) == []


def test_an_ask_is_answered_once(demo):
    result = put(demo, AWAITING)
    task = open_task(demo, AWAITING.holder, result.ask_id)
    answer(demo, AWAITING, result.ask_id, found(AWAITING))
    from comity.coordination.exchange.commands.answer import answer_request

    by = demo.actor(AWAITING.holder, "records-clerk")
    with pytest.raises(NotAwaitingError):
        answer_request(task_id=task.id, answer=HolderAnswer(None), by=by, now=demo.clock(), keys=demo.keys)
    assert len(disclosures_of(demo, result.ask_id)) == 1


def test_two_clerks_at_once_answer_once(demo):
    result = put(demo, AWAITING)
    outcomes = together(*[lambda: answer(demo, AWAITING, result.ask_id, found(AWAITING)) for _ in range(2)])
    assert [o for o in outcomes if o == "disclosed"] == ["disclosed"]
    assert len(disclosures_of(demo, result.ask_id)) == 1


def test_an_answer_may_not_hold_what_was_not_asked_for(demo):
    result = put(demo, AWAITING)
    with pytest.raises(AnswerFaultError, match="telephone"):
        answer(demo, AWAITING, result.ask_id, HolderAnswer({"telephone": "1"}))


@pytest.mark.parametrize(
    "code", ["approved_records_supervisor", "counsel_mandate", "originator_consent", "need_to_know"]
)
def test_a_holder_cannot_attest_what_only_the_node_or_the_asker_shows(demo, code):
    one = replace(NEEDS_APPROVAL, holder="pima-so", lodged=None)
    result = put(demo, one)
    with pytest.raises(AnswerFaultError, match=code):
        answer(demo, one, result.ask_id, found(one, evidence=(code,)))
    assert disclosures_of(demo, result.ask_id) == []


def test_an_answer_cannot_tell_of_a_hidden_record_where_nothing_hides(demo):
    result = put(demo, AWAITING)
    with pytest.raises(AnswerFaultError, match="protected_1367"):
        answer(demo, AWAITING, result.ask_id, found(AWAITING, marks=("protected_1367",)))
    assert status_of(demo, AWAITING.asker, result.ask_id) == "awaiting_answer"


def test_an_answer_that_needs_approval_waits_for_it(demo):
    one = replace(NEEDS_APPROVAL, holder="pima-so", lodged=None)
    result = put(demo, one)
    assert answer(demo, one, result.ask_id, found(one)) == "needs_approval"
    task = open_task(demo, "pima-so", result.ask_id)
    assert decide(demo, task, "pima-so", "records-supervisor") == "disclosed"


def test_a_task_to_answer_is_not_decided_by_a_verdict(demo):
    result = put(demo, AWAITING)
    task = open_task(demo, AWAITING.holder, result.ask_id)
    with pytest.raises(NotAwaitingError):
        decide(demo, task, AWAITING.holder, "records-clerk", Verdict.REFUSE)
    assert status_of(demo, AWAITING.asker, result.ask_id) == "awaiting_answer"
