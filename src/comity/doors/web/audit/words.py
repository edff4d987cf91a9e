"""What the workbench's pages say of codes, and of who reads them."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.samples import EXCEPTION, ON_TICK, TESTED
from comity.doors.web.may import OUTCOMES
from comity.doors.web.page import Footing
from comity.standing.law.catalogue import load_catalogue

READERS: Final = _("Auditors of your agency; of an oversight body, of that body alone.")
GROUND: Final = _(
    "Auditors read what their agency decided as holder; those of a body that oversees the node, every decision."
)
FOOTING: Final = Footing(
    readers=READERS,
    ground=GROUND,
    record=_("That a sample was drawn, each decision opened, each mark and each workpaper: an entry of the ledger."),
)
HEADLINES: Final[Mapping[str, str | Promise]] = OUTCOMES
VEILED: Final = _("shown with the decision, which is recorded")
STAGES: Final[Mapping[str, str | Promise]] = {
    "type": _("by type, when it was asked"),
    "record": _("by record"),
    "approval": _("after approval"),
    "counsel": _("after counsel"),
    ON_TICK: _("on its tick"),
    "delivery": _("before it was sent"),
    "outside": _("told outside, judged afterwards"),
    "shadow": _("in shadow: nothing was released"),
}
MARKS: Final[Mapping[str, str | Promise]] = {
    "open": _("not yet"),
    TESTED: _("tested"),
    EXCEPTION: _("exception"),
}


def headline(code: str) -> str:
    """Return what a decision came to, in words; of one whose answer would tell of a hidden record, where it stands."""
    if code == ON_TICK:
        return str(VEILED)
    return str(HEADLINES.get(code, code))


def purpose(code: str) -> str:
    """Return a purpose in the reader's language."""
    known = load_catalogue().purposes
    return known[code].label(get_language() or "en") if code in known else code


def category(code: str) -> str:
    """Return a kind of record in the reader's language."""
    known = load_catalogue().categories
    return known[code].label(get_language() or "en") if code in known else code


def part(code: str) -> str:
    """Return a sensitivity class in the reader's language."""
    known = load_catalogue().classes
    return known[code].label(get_language() or "en") if code in known else code


def element(code: str) -> str:
    """Return what may be disclosed, in the reader's language."""
    known = load_catalogue().elements
    return known[code].label(get_language() or "en") if code in known else code
