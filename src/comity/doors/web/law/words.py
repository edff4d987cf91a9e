"""What the parts of the law are called, and where a page about it stands."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.doors.web.page import NOT_RECORDED, Footing
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.law.facts import Law
from comity.standing.law.selectors import NoLawInForceError, get_current_law

FOOTING: Final = Footing(
    readers=_("Every post; the public reads the same rules without an account."),
    ground=_("The release of the law that counsel of this node approved."),
    record=NOT_RECORDED,
)
STAFF_ALONE: Final = Footing(
    readers=_("Every post of every agency of this node."),
    ground=_("The release of the law that counsel of this node approved."),
    record=NOT_RECORDED,
)
KINDS: Final[Mapping[str, str | Promise]] = {
    "permit": _("permits"),
    "forbid": _("forbids"),
    "mandate": _("commands"),
    "require": _("asks for more"),
    "warn": _("warns"),
}
PLACES: Final[Mapping[str, str | Promise]] = {
    "us": _("United States"),
    "us-az": "Arizona",
    "us-ut": "Utah",
    "us-ca": "California",
}
OF_CODE: Final[Mapping[str, str | Promise]] = {
    "F": _("United States"),
    "A": "Arizona",
    "U": "Utah",
    "C": "California",
    "P": _("choice of the house, not law"),
}
"""Whose law an authority is, by the first letter of its code."""
TAGS: Final[Mapping[str, Promise]] = {
    "complaints": _("complaints"),
    "delegation": _("delegation"),
    "funding": _("funding"),
    "joint_operations": _("joint operations"),
    "oversight": _("oversight"),
    "privacy": _("privacy"),
    "retention": _("retention"),
    "sharing": _("sharing"),
}
MARKS: Final[Mapping[str, Promise]] = {
    "S": _("its text was read"),
    "K": _("general knowledge, to be checked"),
}
CONFIDENCES: Final[Mapping[str, Promise]] = {"H": _("high"), "M": _("medium"), "L": _("low")}
HEADLINES: Final[Mapping[str, Promise]] = {
    "disclosed": _("goes"),
    "needs_approval": _("waits for approval"),
    "held": _("waits for counsel"),
    "refused": _("stays"),
}


def law_now(staff: Staff) -> Law | None:
    """Return the law in force, None where there is none."""
    try:
        with reading(staff.actor):
            return get_current_law(staff.now)
    except NoLawInForceError:
        return None


def tongue() -> str:
    """Return the reader's language as the law's own texts name it."""
    return get_language() or "en"
