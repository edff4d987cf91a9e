"""Every term that a reading finds or a template states is of one catalogue, and can be offered."""

import pytest
from agreements_given import SHARE, terms_of

from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.provision_catalogue import load_provision_terms
from comity.standing.agreements.terms import UnknownTermError, check_terms, read_terms

NOTICE = {"term": "termination_notice_days", "value": 90, "unit": "days"}


def check(*provisions) -> None:
    terms = read_terms({**terms_of(SHARE), "provisions": list(provisions)})
    check_terms(terms, vocabulary=current_vocabulary(), parties={"pima-so", "ice-ero-phoenix"})


def test_every_term_has_a_label_in_both_languages_and_a_unit() -> None:
    for one in load_provision_terms().values():
        assert one.label("en")
        assert one.label("es")
        check({"term": one.code, "value": 1, "unit": one.unit})


@pytest.mark.parametrize(
    ("provision", "message"),
    [
        ({**NOTICE, "term": "termination_notice_day"}, "did you mean `termination_notice_days`"),
        ({**NOTICE, "unit": "hours"}, "counted in days"),
        ({**NOTICE, "unit": "fortnights"}, r"provisions\[0\].unit.*a provision has `term`"),
        ({**NOTICE, "value": -1}, r"provisions\[0\].value"),
        ({**NOTICE, "note": "x"}, r"provisions\[0\].*a provision has"),
        ({"term": "termination_notice_days", "unit": "days"}, "a provision has"),
    ],
)
def test_a_provision_nobody_knows_is_refused_with_what_is_right(provision, message) -> None:
    with pytest.raises(UnknownTermError, match=message):
        check(provision)
