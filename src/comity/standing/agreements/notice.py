"""What the text in force says about ending it. Pure."""

from typing import Final

from comity.standing.agreements.terms import Terms
from comity.standing.agreements.vocabulary import PartyRole

TERMINATION_DAYS: Final = frozenset({"termination_notice_days", "termination_effect_days"})
NOTICE_BY: Final = "termination_notice_by"
WAIVED: Final = "exigent_exception"
PUBLIC: Final = frozenset({"termination_public_notice", "termination_public_notice_days"})
_FEDERAL_ALONE: Final = "federal"
_OTHERS_ALONE: Final = "local"


def notice_days(terms: Terms, role: PartyRole) -> int:
    """Return how many days before its end a party of this role gives notice; 0 for none.

    The longest where the text states several. Where it says that one side alone owes notice (`termination_notice_by`),
    the other owes none; where it says it in two ways, both owe it.
    """
    owed_by = {one.value for one in terms.provisions if one.term == NOTICE_BY}
    is_federal = role is PartyRole.FEDERAL
    if (owed_by == {_FEDERAL_ALONE} and not is_federal) or (owed_by == {_OTHERS_ALONE} and is_federal):
        return 0
    stated = (one.value for one in terms.provisions if one.term in TERMINATION_DAYS)
    return max((days for days in stated if isinstance(days, int) and not isinstance(days, bool)), default=0)


def waives_notice(terms: Terms) -> bool:
    """Tell whether exigent circumstances of public safety waive the notice."""
    return any(one.term == WAIVED and one.value is not False for one in terms.provisions)


def is_public(terms: Terms) -> bool:
    """Tell whether the text wants the end announced to the public."""
    return any(one.term in PUBLIC and one.value is not False for one in terms.provisions)
