"""What the text in force says about ending it. Pure."""

from typing import Final

from comity.standing.agreements.terms import Provision, Terms

TERMINATION_DAYS: Final = "termination_notice_days"
WAIVED: Final = "notice_waived_for_public_safety"
PUBLIC: Final = "termination_public_notice"


def notice_days(terms: Terms) -> int:
    """Return how many days before its end notice is given; the longest where the text states several, 0 for none."""
    return max((one.value for one in _stated(terms, TERMINATION_DAYS) if isinstance(one.value, int)), default=0)


def waives_notice(terms: Terms) -> bool:
    """Tell whether exigent circumstances of public safety waive the notice."""
    return bool(_stated(terms, WAIVED))


def is_public(terms: Terms) -> bool:
    """Tell whether the text wants the end announced to the public."""
    return bool(_stated(terms, PUBLIC))


def _stated(terms: Terms, term: str) -> list[Provision]:
    return [one for one in terms.provisions if one.term == term]
