"""Where a post is led to from the start page of the exchange."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.web.permissions import Permission

register = template.Library()


@dataclass(frozen=True, slots=True)
class Place:
    """A list of the holder's side, and what it is for."""

    label: Promise
    address: str
    means: Promise


_PLACES: Final = (
    (_("Queue"), "console:queue", Permission.QUEUE_READ, _("answer, approve, decide as counsel, take notice")),
    (_("Reviews"), "console:exchange-reviews", Permission.REVIEW_READ, _("what went in an emergency, within 24 hours")),
    (_("What is kept"), "console:exchange-retention", Permission.KEPT_READ, _("keep, let go, hold")),
    (
        _("Accounting of disclosures"),
        "console:exchange-accountings",
        Permission.ACCOUNTING_READ,
        _("what was disclosed about a person who asks"),
    ),
    (
        _("Ask for an accounting"),
        "console:exchange-accounting-ask",
        Permission.ACCOUNTING_ASK,
        _("for a person who came to you"),
    ),
)


@register.simple_tag(takes_context=True)
def queue_places(context: Mapping[str, Any]) -> list[Place]:
    """Return the lists of the holder's side that the post of the page may go to."""
    staff = context["staff"]
    return [Place(label, reverse(name), means) for label, name, needed, means in _PLACES if staff.may(needed)]
