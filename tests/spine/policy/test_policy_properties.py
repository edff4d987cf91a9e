"""Slice answer = full-set answer = the answer of a plain-Python evaluator, over random facts, packs and clauses."""

from hypothesis import given, settings
from hypothesis import strategies as st
from plain_gate import decide_class, holds
from random_facts import facts, permit_all, situations

from comity.kernel.canonical import canonical
from comity.spine.policy.decide import decide
from comity.spine.policy.decision import HoldForCounsel, NeedsApproval, Permit, Refuse
from comity.spine.policy.facts import facts_from_plain, facts_from_text
from comity.spine.policy.replay import outcomes_plain, replay
from comity.spine.policy.rules import Kind, parse_pack
from comity.spine.policy.slices import make_slice, rules_between
from comity.standing.law.packs import load_rules

LAW = load_rules()
FULL = make_slice((*LAW, permit_all()))
MANY = settings(max_examples=200)
NEVER = """
@id("law-0") @kind("forbid") @cite("c") @says("s") @obligations("") @from("") @to("") @source("")
forbid (principal, action == Comity::Action::"disclose", resource);
"""


def plainly(outcome):
    match outcome:
        case Permit(elements, rules):
            return ("disclosed", set(elements), set(rules), set())
        case NeedsApproval(elements, rules, approvers):
            return ("needs_approval", set(elements), set(rules), set(approvers))
        case HoldForCounsel(elements, rules, mandates):
            return ("held", set(elements), set(rules), set(mandates))
        case Refuse(reason, ()):
            return ("refused", reason)
        case Refuse(_, rules, missing, unmet):
            return ("refused", set(rules), set(missing), set(unmet))


def sliced(rules, ask):
    states = frozenset({ask.sender.state, ask.receiver.state, ask.origin_state})
    return make_slice(rules_between(rules, sender=ask.sender.code, receiver=ask.receiver.code, states=states))


@MANY
@given(situation=situations)
def test_slice_full_set_and_plain_python_give_one_answer(situation):
    ask, agreed = situation
    rules = (*LAW, *agreed)
    from_slice = decide(facts=ask, rules=sliced(rules, ask))
    from_all = decide(facts=ask, rules=make_slice(rules))
    assert from_slice.outcomes == from_all.outcomes
    assert (from_slice.duties, from_slice.warnings) == (from_all.duties, from_all.warnings)
    elements = dict(ask.asked)
    for name, outcome in from_slice.outcomes:
        assert plainly(outcome) == decide_class(rules, ask, name, elements[name]), name


@MANY
@given(ask=facts)
def test_with_everything_permitted_the_safeguards_still_give_one_answer(ask):
    rules = (*LAW, permit_all())
    decision = decide(facts=ask, rules=FULL)
    elements = dict(ask.asked)
    for name, outcome in decision.outcomes:
        assert plainly(outcome) == decide_class(rules, ask, name, elements[name]), name


@MANY
@given(ask=facts)
def test_duties_and_warnings_follow_from_what_may_leave_and_from_nothing_else(ask):
    decision = decide(facts=ask, rules=FULL)
    leaving = [name for name, outcome in decision.outcomes if not isinstance(outcome, Refuse)]
    for kind, named in ((Kind.REQUIRE, decision.duties), (Kind.WARN, decision.warnings)):
        expected = {rule.id for rule in LAW if rule.kind is kind and any(holds(rule, ask, name) for name in leaving)}
        assert set(named) == expected


@MANY
@given(situation=situations)
def test_a_forbid_of_federal_law_beats_everything(situation):
    ask, agreed = situation
    never = parse_pack(NEVER, jurisdiction="us")
    decision = decide(facts=ask, rules=make_slice((*LAW, *agreed, permit_all(), *never)))
    assert all(isinstance(outcome, Refuse) and "law-0" in outcome.rules for _, outcome in decision.outcomes)


@MANY
@given(situation=situations)
def test_nothing_leaves_that_no_rule_allows(situation):
    ask, agreed = situation
    rules = (*LAW, *agreed)
    decision = decide(facts=ask, rules=make_slice(rules))
    by_id = {rule.id: rule for rule in rules}
    for name, outcome in decision.outcomes:
        if isinstance(outcome, Permit):
            assert set(outcome.elements) <= set(dict(ask.asked)[name])
            for element in outcome.elements:
                lists = [by_id[rule].elements for rule in outcome.rules]
                assert any(allowed is None or element in allowed for allowed in lists)


@MANY
@given(situation=situations)
def test_one_more_piece_of_missing_evidence_never_helps(situation):
    """Whatever is permitted at once without showing anything stays permitted; taking evidence away opens nothing new.

    Only rules that ask for evidence to be met can lose; no rule of these packs permits on what is missing.
    """
    ask, agreed = situation
    rules = make_slice((*LAW, *agreed))
    less = type(ask)(**{**{f: getattr(ask, f) for f in ask.__slots__}, "met": frozenset()})
    assert decide(facts=less, rules=rules).permitted <= decide(facts=ask, rules=rules).permitted


@MANY
@given(ask=facts)
def test_facts_come_back_from_the_vault_as_they_went_in(ask):
    stored = ask.as_plain()
    assert facts_from_plain(stored) == facts_from_text(canonical(stored)) == ask
    assert canonical(facts_from_plain(stored).as_plain()) == canonical(stored)


@MANY
@given(situation=situations)
def test_a_replay_under_the_same_rules_finds_no_difference(situation):
    ask, agreed = situation
    rules = make_slice((*LAW, *agreed))
    recorded = outcomes_plain(decide(facts=ask, rules=rules))
    assert replay(facts=facts_from_plain(ask.as_plain()), rules=rules, recorded=recorded) == ()


@MANY
@given(ask=facts, order=st.randoms(use_true_random=False))
def test_the_order_of_rules_changes_nothing(ask, order):
    shuffled = [*LAW, permit_all()]
    order.shuffle(shuffled)
    mixed = make_slice(shuffled)
    assert mixed.digest == FULL.digest
    assert decide(facts=ask, rules=mixed) == decide(facts=ask, rules=FULL)
