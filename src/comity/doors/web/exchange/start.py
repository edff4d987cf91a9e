"""Where the exchange begins: the ways a post may go."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff

_FOOTING: Final = Footing(
    readers=_("Posts that ask, answer, approve or oversee."),
    ground=_("Every ask is decided by the law in force and the agreements between the two agencies."),
    record=NOT_RECORDED,
)
_WAYS: Final = (
    (
        Permission.ASK_MAKE,
        "console:ask",
        _("Ask another agency"),
        _("Name whom, for what, and the record's number. The answer comes at once, with its authority."),
    ),
    (
        Permission.ASK_READ,
        "console:asks",
        _("Asks of your agency"),
        _("What became of each, with its whole story and its proof."),
    ),
    (
        Permission.DELIVERY_READ,
        "console:deliveries",
        _("Deliveries"),
        _("What was disclosed to your agency, and what waits to be received."),
    ),
    (
        Permission.ASK_READ,
        "console:told",
        _("Already told by radio"),
        _("Record what your agency told by radio, by telephone or in person. It is judged as of then, and reviewed."),
    ),
)


@page(Permission.EXCHANGE_READ, _FOOTING)
def start(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the ways of the exchange that the post may go."""
    ways = [(name, label, words) for permission, name, label, words in _WAYS if staff.may(permission)]
    return show(request, "exchange/start.html", {"ways": ways})
