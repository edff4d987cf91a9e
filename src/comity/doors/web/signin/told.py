"""What somebody is told at signing in: what others did to the account since the sign-in before."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.accounts.facts import SignedIn
from comity.standing.accounts.selectors import list_acts_since_sign_in
from comity.standing.accounts.vocabulary import AccountAct
from comity.standing.directory.selectors import list_agencies
from comity.standing.directory.zones import zone_of

_SAID: Final = {
    AccountAct.IDENTITY_LINKED: _("On %(when)s your account was linked with your agency's own sign-in."),
    AccountAct.INVITED: _("On %(when)s an invitation to a new password was made for your account."),
    AccountAct.UNLOCKED: _("On %(when)s your account was unlocked after too many failures."),
}
_WAY_ON: Final = _("If you do not know why, tell your security officer or the head of your agency.")


def tell_what_happened(request: HttpRequest, account: SignedIn) -> None:
    """Say on the next page what happened to an account that its holder has to know: of each kind, when it was last.

    To be called before the sign-in itself is recorded.
    """
    with reading(node_actor(Duty.STEWARD)):
        found = list_acts_since_sign_in(account.id, frozenset(_SAID))
        zone = zone_of(list_agencies([account.agency_id])[account.agency_id]) if found else None
    for act, at in found.items():
        when = date_format(localtime(at, zone), "DATETIME_FORMAT")
        messages.warning(request, f"{_SAID[act] % {'when': when}} {_WAY_ON}")
