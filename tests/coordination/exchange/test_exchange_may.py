"""What a decision by type comes to in one word; pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.coordination.exchange.may import May, approvers_of, may_of, say_may
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
