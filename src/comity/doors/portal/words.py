"""What the parts of law and directory are called on the public's pages."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LAW_KINDS: Final[Mapping[str, Promise]] = {
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
HEADLINES: Final[Mapping[str, Promise]] = {
    "disclosed": _("goes"),
    "needs_approval": _("waits for approval"),
    "held": _("waits for counsel"),
    "refused": _("stays"),
}
AGENCY_KINDS: Final[Mapping[str, Promise]] = {
    "federal": _("federal"),
    "state": _("state"),
    "local": _("local"),
    "tribal": _("tribal"),
    "neighboring_state": _("of another state"),
}
LIMITS: Final[Mapping[str, Promise]] = {
    "no_title_8": _("no authority under title 8 of the U.S. Code without an agreement"),
    "grants_only": _("grants only"),
    "no_arrest": _("no arrests"),
    "tribal_land_consent": _("on tribal land by consent alone"),
    "unverified": _("unverified: taken from a public list"),
}
