"""The menu of the console: the places a post may go to."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the menu; `is_here`: the page shown lies below it."""

    label: Promise
    address: str
    is_here: bool


_PLACES: Final = (
    (_("My desk"), "console:desk", Permission.DESK_READ),
    (_("May I, now?"), "console:may", Permission.MAY_READ),
    (_("Exchange"), "console:exchange", Permission.EXCHANGE_READ),
    (_("Agreements"), "console:agreements", Permission.AGREEMENT_READ),
    (_("Law"), "console:rules", Permission.RULE_READ),
    (_("Directory"), "console:agencies", Permission.AGENCY_READ),
    (_("Ledger"), "console:ledger", Permission.LEDGER_READ),
    (_("Audit"), "console:audit", Permission.SAMPLE_READ),
    (_("Accounts"), "console:accounts", Permission.ACCOUNT_READ),
)


def menu_of(staff: Staff, path: str) -> tuple[Place, ...]:
    """Return the places that the post may go to."""
    places = []
    for label, name, permission in _PLACES:
        if staff.may(permission):
            address = reverse(name)
            is_here = path == address if name == "console:desk" else path.startswith(address)
            places.append(Place(label, address, is_here))
    return tuple(places)
