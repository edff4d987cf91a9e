"""The forms of a second factor, with failures counted as those of a password are."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.standing.accounts.commands import note_failure
from comity.standing.accounts.selectors import get_signed_in


class _Counted:
    user: Any

    def clean_code(self) -> str:
        """Return the code if it is good; count it where it is not, and take none once the account is locked."""
        account = get_signed_in(self.user.pk)
        if account.is_let_in:
            try:
                code: str = super().clean_code()  # type: ignore[misc]
            except ValidationError:
                note_failure(by=node_actor(Duty.STEWARD), now=database_now(), account=account, method="code")
                raise
            return code
        raise ValidationError(_("The account is locked. The security officer of your agency unlocks it."))


class CodeForm(_Counted, AuthenticateForm):  # type: ignore[misc]
    """The code after the password."""


class CodeAgainForm(_Counted, ReauthenticateForm):  # type: ignore[misc]
    """The code asked for again before something that binds."""
