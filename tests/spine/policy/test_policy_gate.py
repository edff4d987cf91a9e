"""The gate fails closed, and says why."""

from dataclasses import replace

import pytest
from msgspec import structs
from plain_gate import decide_class
from random_facts import LAW, permit_all
from test_policy_properties import plainly

from comity.spine.policy import slices
from comity.spine.policy.decide import decide
from comity.spine.policy.decision import Decision, HoldForCounsel, NeedsApproval, Permit, Refuse
from comity.spine.policy.facts import Facts, Party, UnreadableFactsError, facts_from_plain
from comity.spine.policy.replay import Difference, outcomes_plain, replay
from comity.spine.policy.rules import ENGINE, BrokenRuleError, Kind, parse_pack
from comity.spine.policy.slices import SliceCache, make_slice, rules_between

SHERIFF = Party("a", "local", "AZ", frozenset({"law_enforcement", "criminal_justice"}))
ICE = Party("b", "federal", "", frozenset({"law_enforcement", "dhs"}))
ASK = Facts(
    act="disclose",
    sender=SHERIFF,
    receiver=ICE,
    purpose="civil_immigration",
    category="custody",
    asked=(("identity", ("birth_date", "person_name")), ("release", ("release_date",))),
)
HEAD = '@id("{id}") @kind("{kind}") @cite("c") @says("s") @obligations("{o}") @from("") @to("") @source("s")'
OVERFLOW = "9223372036854775807 + 1 > 0"


def rules_of(
    *,
    kind="permit",
    when="true",
    name="law-1",
    o="",
    scope="",
    needs="",
    jurisdiction="us",
):
    effect = "forbid" if kind == "forbid" else "permit"
    text = HEAD.format(id=name, kind=kind, o=o) + f'@needs("{needs}")'
    body = f'{effect} (principal, action == Comity::Action::"disclose", resource{scope}) when {{ {when} }};'
    return parse_pack(text + body, jurisdiction=jurisdiction)


def decided(*rules, **changes):
    return decide(facts=replace(ASK, **changes), rules=make_slice([rule for pack in rules for rule in pack]))


PERMIT = rules_of()


def test_no_rule_at_all_refuses_everything():
    assert [outcome for _, outcome in decided().outcomes] == [Refuse("unmatched"), Refuse("unmatched")]
    assert decided().headline == "refused"


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "no such category"},
        {"purpose": ""},
        {"asked": (("no such class", ("no such element",)),)},
        {"sender": structs.replace(SHERIFF, code="zz", kind="martian", powers=frozenset({"magic"}))},
    ],
)
def test_what_no_rule_knows_is_refused(changes):
    decision = decide(facts=replace(ASK, **changes), rules=make_slice(LAW))
    assert all(isinstance(outcome, Refuse) for name, outcome in decision.outcomes if name != "release")


def test_an_unknown_act_is_refused_as_an_error():
    assert all(outcome == Refuse("error") for _, outcome in decided(PERMIT, act="delete").outcomes)


@pytest.mark.parametrize("text", ["\ud800", "a\ud800b"])
def test_facts_the_engine_will_not_take_are_refused(text):
    known = rules_of(kind="forbid", name="law-2", when='principal.origin == "customs"')
    assert all(outcome == Refuse("error") for _, outcome in decided(PERMIT, known, origin=text).outcomes)


@pytest.mark.parametrize("text", ['"', "\\", "\x00", "a" * 100_000, "'; DROP", "\n", "é", "𐏿"])
def test_odd_text_in_facts_is_just_text(text):
    assert decided(PERMIT, purpose=text).headline == "disclosed"
    assert decided(PERMIT, rules_of(kind="forbid", name="law-2", when='principal.purpose == "customs"'), purpose=text)


@pytest.mark.parametrize("kind", ["forbid", "permit", "mandate", "require", "warn"])
def test_a_rule_that_errs_refuses_even_what_another_rule_permits(kind):
    """The engine alone would skip an erring `forbid` and allow."""
    base = () if kind == "mandate" else PERMIT
    decision = decided(base, rules_of(kind=kind, name="law-2", when=OVERFLOW))
    assert all(outcome == Refuse("error") for _, outcome in decision.outcomes)
    assert (decision.duties, decision.warnings) == ((), ())


def test_an_erring_rule_of_one_class_leaves_the_other_classes_alone():
    broken = rules_of(kind="forbid", name="law-2", when=OVERFLOW, scope=' == Comity::Class::"release"')
    outcomes = dict(decided(PERMIT, broken).outcomes)
    assert outcomes["release"] == Refuse("error")
    assert isinstance(outcomes["identity"], Permit)


@pytest.mark.parametrize("kind", ["require", "warn"])
def test_a_duty_that_errs_changes_no_refusal_and_names_no_reason_of_its_own(kind):
    broken = rules_of(kind=kind, name="law-2", when=OVERFLOW)
    refused = decided(rules_of(kind="forbid", name="law-3"), broken).outcomes
    assert [outcome.rules for _, outcome in refused] == [("law-3",), ("law-3",)]


@pytest.mark.parametrize("kind", ["permit", "mandate", "require", "warn"])
def test_what_federal_law_bars_is_refused_by_it_whatever_else_cannot_be_weighed(kind):
    broken = rules_of(kind=kind, name="law-2", when=OVERFLOW)
    found = decided(rules_of(kind="forbid", name="law-3"), broken)
    assert [outcome for _, outcome in found.outcomes] == [Refuse("forbidden", ("law-3",))] * 2


@pytest.mark.parametrize("met", [frozenset(), frozenset({"counsel_mandate"})])
@pytest.mark.parametrize("kind", ["permit", "mandate", "require", "warn"])
def test_a_states_bar_against_a_mandate_is_an_error_when_anything_beside_them_is(kind, met):
    bar = rules_of(kind="forbid", name="law-3", jurisdiction="us-ca")
    mandate = rules_of(kind="mandate", name="law-4", jurisdiction="us-az")
    broken = rules_of(kind=kind, name="law-2", when=OVERFLOW, jurisdiction="us-az")
    assert [outcome for _, outcome in decided(bar, mandate, broken, met=met).outcomes] == [Refuse("error")] * 2


def test_a_states_bar_whose_mandate_cannot_be_weighed_is_an_error_and_without_one_a_refusal():
    bar = rules_of(kind="forbid", name="law-3", jurisdiction="us-ca")
    broken = {kind: rules_of(kind=kind, name="law-2", when=OVERFLOW) for kind in ("mandate", "permit")}
    assert [outcome for _, outcome in decided(bar, broken["mandate"]).outcomes] == [Refuse("error")] * 2
    assert [outcome.rules for _, outcome in decided(bar, broken["permit"]).outcomes] == [("law-3",)] * 2


def test_a_class_asked_for_without_an_element_is_refused():
    assert decided(PERMIT, asked=(("identity", ()),)).outcomes == (("identity", Refuse("unmatched")),)


@pytest.mark.parametrize("kind", ["permit", "forbid"])
def test_nobody_who_acts_is_in_a_class(kind):
    """Only what is asked for is: a rule about a principal in a class holds for no ask."""
    text = HEAD.format(id="law-2", kind=kind, o="")
    act = 'action == Comity::Action::"disclose"'
    body = f'{kind} (principal in Comity::Class::"release", {act}, resource);'
    scoped = rules_of(name="law-4", kind="warn", scope=' == Comity::Class::"release"')
    odd = parse_pack(text + body, jurisdiction="us")
    base = PERMIT if kind == "forbid" else ()
    assert decided(base, odd, scoped).headline == decided(base, scoped).headline


def test_what_is_kept_of_one_ask_is_not_taken_for_another(monkeypatch):
    """One slice, asked for other classes in turn, with room for one kind of ask and with room for all."""
    rules = [
        *PERMIT,
        *rules_of(kind="forbid", name="law-2", scope=' == Comity::Class::"release"'),
        *rules_of(kind="forbid", name="law-3", scope=' == Comity::Class::"contact"'),
    ]
    asked = [("identity", ("sex",)), ("release", ("release_date",)), ("contact", ("telephone",))]
    for room in (1, 512):
        monkeypatch.setattr(slices, "_KINDS_OF_ASK", room)
        one = make_slice(rules)
        for chosen in (asked[:1], asked[1:], asked[:2], asked, asked[:1], asked[2:]):
            facts = replace(ASK, asked=tuple(chosen))
            expected = ["Refuse" if name in {"release", "contact"} else "Permit" for name, _ in chosen]
            assert [type(outcome).__name__ for _, outcome in decide(facts=facts, rules=one).outcomes] == expected


def test_a_rule_that_stands_twice_makes_no_slice():
    with pytest.raises(BrokenRuleError, match="stands twice"):
        make_slice([*PERMIT, *rules_of(when="false")])


@pytest.mark.parametrize("kind", ["permit", "forbid", "mandate"])
def test_a_rule_scoped_to_a_class_bears_on_that_class_alone(kind):
    scoped = rules_of(kind=kind, name="law-2", scope=' == Comity::Class::"release"')
    base = PERMIT if kind == "forbid" else ()
    outcomes = dict(decided(base, scoped).outcomes)
    assert isinstance(outcomes["release"], Refuse if kind == "forbid" else Permit)
    assert isinstance(outcomes["identity"], Permit if kind == "forbid" else Refuse)
    assert "law-2" not in outcomes["identity"].rules


@pytest.mark.parametrize(
    "changes",
    [
        {"classes": frozenset({"release"})},
        {"classes": frozenset({"status"})},
        {"kind": Kind.PERMIT},
        {"text": 'forbid (principal, action, resource in Comity::Class::"release");'},
        {"text": 'forbid (principal, action, resource) when { resource == Comity::Class::"release" };'},
        {"text": "forbid (principal, action, resource);"},
    ],
)
def test_a_rule_whose_text_is_of_other_classes_or_effect_makes_no_slice(changes):
    """A stored rule is not taken at its word: a `forbid` sorted by another class than it is of would fall silent."""
    scope = "" if changes.get("classes") == {"release"} else ' == Comity::Class::"release"'
    (rule,) = rules_of(kind="forbid", name="law-2", scope=scope)
    with pytest.raises(BrokenRuleError, match="rule `law-2`"):
        make_slice([replace(rule, **changes)])


def test_what_is_refused_and_why():
    forbid = rules_of(kind="forbid", name="law-2", when='!(principal.met.contains("x"))', needs="x y")
    assert decided(PERMIT, forbid).outcomes[0][1] == Refuse("evidence_missing", ("law-2",), ("x", "y"), ())
    shown = decided(PERMIT, forbid, unmet=frozenset({"x"})).outcomes[0][1]
    assert shown == Refuse("forbidden", ("law-2",), ("y",), ("x",))
    plain = rules_of(kind="forbid", name="law-3")
    assert decided(PERMIT, forbid, plain).outcomes[0][1].reason == "forbidden"


def test_a_mandate_alone_lets_it_go_and_a_forbid_of_federal_law_beats_it():
    mandate = rules_of(kind="mandate", name="law-2", jurisdiction="us-az")
    assert decided(mandate).headline == "disclosed"
    assert decided(mandate, rules_of(kind="forbid", name="law-3")).headline == "refused"
    assert decided(mandate, rules_of(kind="forbid", name="law-3", jurisdiction="agreement")).headline == "refused"


def test_a_mandate_against_a_state_bar_is_held_until_counsel_finds():
    mandate = rules_of(kind="mandate", name="law-2", jurisdiction="us-az")
    bar = rules_of(kind="forbid", name="law-3", jurisdiction="us-ca")
    held = decided(mandate, bar, PERMIT).outcomes[1][1]
    assert held == HoldForCounsel(("release_date",), ("law-3",), ("law-2",))
    found = decided(mandate, bar, PERMIT, met=frozenset({"counsel_mandate"}))
    assert found.outcomes[1][1] == Permit(("release_date",), ("law-2",))


def test_a_federal_bar_beside_a_state_bar_is_not_held():
    mandate = rules_of(kind="mandate", name="law-2", jurisdiction="us-az")
    bars = (*rules_of(kind="forbid", name="law-3", jurisdiction="us-ca"), *rules_of(kind="forbid", name="law-4"))
    assert decided(mandate, bars).headline == "refused"


@pytest.mark.parametrize("met", [frozenset(), frozenset({"counsel_mandate"})])
def test_the_real_law_holds_a_californian_record_in_arizona_and_plain_python_agrees(met):
    ask = replace(ASK, origin="c", origin_state="CA", met=met | {"originator_consent"})
    decision = decide(facts=ask, rules=make_slice(LAW))
    assert isinstance(dict(decision.outcomes)["release"], Permit if met else HoldForCounsel)
    for name, elements in ask.asked:
        assert plainly(dict(decision.outcomes)[name]) == decide_class(LAW, ask, name, elements)


def test_approval_waits_and_the_recorded_verdict_opens():
    rule = rules_of(o="approval:counsel log")
    assert decided(rule).outcomes[0][1] == NeedsApproval(("birth_date", "person_name"), ("law-1",), ("counsel",))
    assert decided(rule, met=frozenset({"approved_counsel"})).headline == "disclosed"


def test_a_required_approval_holds_back_what_another_rule_permits():
    required = rules_of(kind="require", name="law-2", o="approval:privacy_officer")
    outcome = decided(PERMIT, required).outcomes[0][1]
    assert outcome == NeedsApproval(("birth_date", "person_name"), ("law-1", "law-2"), ("privacy_officer",))
    assert decided(PERMIT, required, met=frozenset({"approved_privacy_officer"})).headline == "disclosed"


def test_an_allow_list_keeps_the_other_elements_back():
    (rule,) = PERMIT
    narrow = (replace(rule, elements=frozenset({"birth_date"})),)
    outcomes = dict(decided(narrow).outcomes)
    assert outcomes["identity"] == Permit(("birth_date",), ("law-1",))
    assert outcomes["release"] == Refuse("unmatched")


def test_duties_and_warnings_are_told_only_of_what_may_leave():
    extra = (*rules_of(kind="require", name="law-2"), *rules_of(kind="warn", name="law-3"))
    assert (decided(PERMIT, extra).duties, decided(PERMIT, extra).warnings) == (("law-2",), ("law-3",))
    assert (decided(extra).duties, decided(extra).warnings) == ((), ())


def test_the_headline_is_the_first_of_the_four_that_occurs():
    every = [Refuse("unmatched"), HoldForCounsel((), (), ()), NeedsApproval((), (), ()), Permit((), ())]
    words = ["refused", "held", "needs_approval", "disclosed"]
    for count, word in enumerate(words, start=1):
        outcomes = tuple((str(number), outcome) for number, outcome in enumerate(every[:count]))
        assert Decision(outcomes, (), (), "", "").headline == word
    assert Decision((), (), (), "", "").headline == "refused"


def test_a_decision_names_its_rule_set_and_engine():
    decision = decided(PERMIT)
    assert decision.ruleset == make_slice(PERMIT).digest
    assert decision.engine == ENGINE
    assert decision.permitted == {"birth_date", "person_name", "release_date"}
    assert decision.rules == ("law-1",)


def test_replay_lists_what_another_rule_set_changes():
    recorded = outcomes_plain(decided(PERMIT))
    now = make_slice([*PERMIT, *rules_of(kind="forbid", name="law-2", scope=' == Comity::Class::"release"')])
    assert replay(facts=ASK, rules=now, recorded=recorded) == (
        Difference(
            "release",
            {"outcome": "disclosed", "elements": ["release_date"], "rules": ["law-1"]},
            {"outcome": "refused", "reason": "forbidden", "rules": ["law-2"], "missing": [], "unmet": []},
        ),
    )


def test_replay_lists_a_class_only_one_side_knows_and_survives_garbage():
    rules = make_slice(PERMIT)
    recorded = outcomes_plain(decided(PERMIT)) | {"contact": {"outcome": "refused"}}
    assert [d.sensitivity_class for d in replay(facts=ASK, rules=rules, recorded=recorded)] == ["contact"]
    assert len(replay(facts=ASK, rules=rules, recorded="not a decision")) == len(ASK.asked)


@pytest.mark.parametrize(
    "value",
    [None, [], "facts", {}, {"sender": {}, "receiver": {}, "asked": {}}, {**ASK.as_plain(), "marks": "asylum"}],
)
def test_stored_facts_of_another_form_are_refused(value):
    with pytest.raises(UnreadableFactsError):
        facts_from_plain(value)


@pytest.mark.parametrize("name", sorted(ASK.as_plain()))
def test_stored_facts_without_one_of_their_parts_are_refused(name):
    stored = dict(ASK.as_plain())
    del stored[name]
    with pytest.raises(UnreadableFactsError):
        facts_from_plain(stored)


def test_rules_between_keeps_federal_law_the_states_involved_and_the_pairs_own_clauses():
    clause, other = permit_all("a", "b"), replace(permit_all("b", "a"), id="agr-other")
    rules = (*LAW, clause, other)
    kept = rules_between(rules, sender="a", receiver="b", states=frozenset({"AZ", ""}))
    assert {rule.jurisdiction for rule in kept} == {"us", "us-az", "agreement"}
    assert clause in kept
    assert other not in kept


def test_the_digest_of_a_slice_changes_with_any_part_of_any_rule():
    (rule,) = PERMIT
    digests = {
        make_slice([changed]).digest
        for changed in (
            rule,
            replace(rule, cite="d"),
            replace(rule, obligations=("log",)),
            replace(rule, elements=frozenset({"birth_date"})),
            replace(rule, pair=("a", "b")),
            replace(rule, source="t"),
            replace(rule, says="t"),
            replace(rule, text=rule.text + " "),
        )
    }
    assert len(digests) == 8


def test_the_cache_makes_a_slice_once_and_forgets_the_one_not_used_longest():
    cache, made = SliceCache(size=2), []

    def get(key):
        found = cache.get(key)
        if found is None:
            made.append(key)
            found = cache.keep(key, make_slice(PERMIT))
        return found

    assert get(1) is get(1)
    for key in (2, 1, 3, 1, 2):
        get(key)
    assert made == [1, 2, 3, 2]
