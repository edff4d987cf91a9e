"""What a decision by type comes to in one word; pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.coordination.exchange.ask import Ask
from comity.coordination.exchange.commands.preview import NotOfTheTwoError, preview_may
from comity.coordination.exchange.may import May, approvers_of, may_of, say_counted_on, say_may
from comity.coordination.exchange.way_forward import load_hints
from comity.spine.policy.decision import Decision, HoldForCounsel, NeedsApproval, Permit, Refuse

PERMIT = Permit(("a",), ("r",))
APPROVAL = NeedsApproval(("b",), ("r",), ("privacy_officer",))
HELD = HoldForCounsel(("c",), ("r",), ("m",))
REFUSE = Refuse("unmatched", (), (), ())
OUTCOMES = [PERMIT, APPROVAL, HELD, REFUSE]


def decision(*outcomes) -> Decision:
    return Decision(tuple((f"class-{n}", one) for n, one in enumerate(outcomes)), (), (), "", "engine")


@pytest.mark.parametrize(
    ("outcomes", "may"),
    [
        ((), May.NO),
        ((PERMIT,), May.YES),
        ((PERMIT, APPROVAL), May.AFTER_APPROVAL),
        ((HELD, APPROVAL), May.AFTER_COUNSEL),
        ((PERMIT, REFUSE), May.IN_PART),
        ((HELD, REFUSE), May.IN_PART),
        ((REFUSE, REFUSE), May.NO),
    ],
)
def test_all_classes_together_come_to_one_word(outcomes, may):
    assert may_of(decision(*outcomes)) is may


@given(st.lists(st.sampled_from(OUTCOMES)))
def test_yes_is_said_only_when_every_class_goes_at_once_and_a_refusal_is_never_passed_over(outcomes):
    found = may_of(decision(*outcomes))
    assert (found is May.YES) == (bool(outcomes) and all(one is PERMIT for one in outcomes))
    if REFUSE in outcomes:
        assert found in {May.NO, May.IN_PART}


def test_what_has_to_be_shown_first_is_no_plain_yes():
    shown = ("court_order",)
    assert may_of(decision(PERMIT), shown) is May.IF_SHOWN
    assert may_of(decision(PERMIT, APPROVAL), shown) is May.AFTER_APPROVAL
    assert may_of(decision(PERMIT, REFUSE), shown) is May.IN_PART
    said = say_may(decision(PERMIT), holder="az-dps", asker="b", language="en", evidence=shown)
    assert "only where its record shows" in said
    assert say_counted_on((), language="en") == ()
    assert all("{" not in say_counted_on(shown, language=language)[0] for language in ("en", "es"))


@pytest.mark.parametrize("asks", ["hsi-arizona", "az-dps"])
@pytest.mark.parametrize(
    ("category", "element", "evidence"),
    [
        ("juvenile", "person_name", ("court_order",)),
        ("victim_protected", "immigration_status", ("exception_reason", "victim_exception")),
        ("case", "case_number", ()),
    ],
)
def test_evidence_that_the_answer_turns_on_is_named_to_both(demo, asks, category, element, evidence):
    ask = Ask(
        ask_key="may",
        holder="az-dps",
        purpose="criminal_investigation",
        category=category,
        elements=(element,),
        reference="may",
        claims={},
    )
    asker_id = demo.actor("hsi-arizona").agency_id
    found = preview_may(ask=ask, asker_id=asker_id, by=demo.actor(asks), now=demo.clock(), keys=demo.keys)
    assert found.evidence == evidence


def test_a_third_agency_is_not_answered(demo):
    ask = Ask(
        ask_key="may",
        holder="az-dps",
        purpose="criminal_investigation",
        category="case",
        elements=("case_number",),
        reference="may",
        claims={},
    )
    given = {"by": demo.actor("pima-so"), "now": demo.clock(), "keys": demo.keys}
    with pytest.raises(NotOfTheTwoError):
        preview_may(ask=ask, asker_id=demo.actor("hsi-arizona").agency_id, **given)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("outcomes", [(PERMIT,), (APPROVAL,), (HELD,), (REFUSE,), (PERMIT, REFUSE)])
def test_every_answer_has_a_sentence_in_both_languages(outcomes, language):
    sentence = say_may(decision(*outcomes), holder="az-dps", asker="hsi-arizona", language=language)
    assert "az-dps" in sentence
    assert "{" not in sentence
    assert set(load_hints("en")) == set(load_hints("es"))


def test_who_approves_is_named_once_each():
    assert approvers_of(decision(APPROVAL, APPROVAL, PERMIT)) == ("privacy_officer",)
    assert "privacy officer" in say_may(decision(APPROVAL), holder="a", asker="b", language="en")
