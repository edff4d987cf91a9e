"""Recorded facts decided again under other rules: what turns, by which rule, and what nobody can tell."""

from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from random_facts import LAW, situations
from test_policy_gate import ASK, PERMIT, rules_of
from test_policy_properties import MANY

from comity.spine.policy.again import Ground, Recorded, Turn, decide_again, make_replaced
from comity.spine.policy.decide import Answers, decide
from comity.spine.policy.replay import outcomes_plain
from comity.spine.policy.slices import make_slice

RELEASE = ' == Comity::Class::"release"'


def again(before, after, *, facts=ASK):
    then, now = make_slice(before), make_slice(after)
    plain = outcomes_plain(decide(facts=facts, rules=then))
    recorded = {name: msgspec.convert(one, Recorded) for name, one in plain.items()}
    return decide_again(facts=facts, rules=make_replaced(then, now), recorded=recorded, answers=Answers())


def forbid(name="law-2", *, unless="", scope=RELEASE, jurisdiction="us"):
    when = f"true }} unless {{ {unless}" if unless else "true"
    return rules_of(kind="forbid", name=name, when=when, scope=scope, jurisdiction=jurisdiction)


@MANY
@given(situation=situations)
def test_under_the_recorded_rules_nothing_changes_and_nothing_is_missing(situation):
    ask, agreed = situation
    found = again((*LAW, *agreed), (*LAW, *agreed), facts=ask)
    assert (found.turns, found.missing) == ((), ())


@MANY
@given(
    situation=situations,
    unless=st.sampled_from(["", 'principal.met.contains("new_code")', "9223372036854775807 + 1 > 0"]),
    scope=st.sampled_from(["", RELEASE, ' == Comity::Class::"identity"']),
    jurisdiction=st.sampled_from(["us", "us-az"]),
)
def test_one_more_forbid_never_turns_a_refusal_into_anything_else(situation, unless, scope, jurisdiction):
    ask, agreed = situation
    added = forbid("law-0", unless=unless, scope=scope, jurisdiction=jurisdiction)
    found = again((*LAW, *agreed), (*LAW, *agreed, *added), facts=ask)
    assert [turn for turn in found.turns if turn.was == "refused"] == []
    assert all(turn.now in {"refused", "held"} for turn in found.turns)


def test_a_rule_that_is_new_is_named_for_what_it_turns():
    found = again(PERMIT, [*PERMIT, *forbid()])
    assert found.turns == (Turn("release", "disclosed", "refused", "outcome", (Ground("law-2", "now"),)),)


def test_a_rule_that_is_gone_is_named_for_what_it_held_up():
    found = again(PERMIT, rules_of(name="law-3", when="false"))
    assert {turn.grounds for turn in found.turns} == {(Ground("law-1", "gone"),)}
    assert {(turn.was, turn.now) for turn in found.turns} == {("disclosed", "refused")}


def test_a_refusal_by_a_rule_that_is_gone_is_told_as_such():
    found = again([*PERMIT, *forbid()], PERMIT)
    assert found.turns == (Turn("release", "refused", "disclosed", "outcome", (Ground("law-2", "gone"),)),)


def test_the_same_outcome_by_another_rule_is_no_difference():
    assert again(PERMIT, rules_of(name="law-9")).turns == ()


def test_fewer_elements_are_a_difference_though_the_outcome_is_the_same_word():
    (rule,) = PERMIT
    found = again(PERMIT, [replace(rule, elements=frozenset({"person_name", "release_date"}))])
    assert found.turns == (Turn("identity", "disclosed", "disclosed", "elements", (Ground("law-1", "now"),)),)


def test_another_approver_is_a_difference():
    one, other = rules_of(o="approval:counsel"), rules_of(o="approval:counsel approval:privacy_officer")
    found = again(one, other)
    assert {(turn.was, turn.now, turn.part) for turn in found.turns} == {
        ("needs_approval", "needs_approval", "approvers")
    }


def test_an_approval_nobody_was_asked_for_is_a_wait_and_no_missing_fact():
    found = again(PERMIT, rules_of(o="approval:counsel"))
    assert {(turn.was, turn.now) for turn in found.turns} == {("disclosed", "needs_approval")}
    assert found.missing == ()


def test_evidence_that_nobody_asked_for_then_is_counted_and_not_guessed():
    found = again(PERMIT, [*PERMIT, *forbid(unless='principal.met.contains("court_order")')])
    assert (found.turns, found.missing) == ((), ("court_order",))


def test_evidence_that_was_asked_for_and_not_shown_is_known_to_be_lacking():
    before = [*PERMIT, *forbid("law-4", unless='principal.met.contains("court_order")', scope="")]
    after = [*PERMIT, *forbid("law-5", unless='principal.met.contains("court_order")', scope=RELEASE)]
    found = again(before, after)
    assert found.missing == ()
    assert [(turn.sensitivity_class, turn.now) for turn in found.turns] == [("identity", "disclosed")]


def test_evidence_that_decides_nothing_is_not_missed():
    found = again(PERMIT, [*PERMIT, *rules_of(name="law-6", when='principal.met.contains("court_order")')])
    assert (found.turns, found.missing) == ((), ())


def test_evidence_that_decides_only_together_is_missed_together():
    unless = 'principal.met.containsAll(["court_order", "consent"])'
    assert again(PERMIT, [*PERMIT, *forbid(unless=unless)]).missing == ("consent", "court_order")


def test_a_setting_nobody_switched_on_is_known_to_be_off():
    found = again(PERMIT, [*PERMIT, *forbid(unless='principal.met.contains("setting_wider")')])
    assert [turn.now for turn in found.turns] == ["refused"]
    assert found.missing == ()


def test_a_quota_that_nobody_counted_then_is_missing():
    counted = rules_of(when='true } unless { principal.exhausted.containsAny(["agr-x-2-cases"])')
    assert again(PERMIT, counted).missing == ("quota:agr-x-2-cases",)
