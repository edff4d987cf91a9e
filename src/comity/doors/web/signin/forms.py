"""The forms of a second factor, with failures counted as those of a password are."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from comity.doors.web.signin.sessions import count_failure, source_of
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import signing_in
from comity.standing.accounts.commands import begin_attempt, forgive_attempt
from comity.standing.accounts.selectors import get_signed_in


class _Counted:
    user: Any

    def clean_code(self) -> str:
        """Return the code if it is good; count it where it is not, and take none once the account is locked."""
        account, now = get_signed_in(self.user.pk), database_now()
        if account.is_let_in and begin_attempt(now=now, account=account):
            try:
                # The library locks the row of recovery codes, for which a transaction of the role *signin* is needed.
                with signing_in():
                    code: str = super().clean_code()  # type: ignore[misc]
            except ValidationError as error:
                # That somebody asks too often is no wrong code.
                if error.code == "incorrect_code":
                    count_failure(account, "code", source_of(context.request))
                else:
                    forgive_attempt(now=now, account=account)
                raise
            forgive_attempt(now=now, account=account)
            if get_signed_in(self.user.pk).is_let_in:
                return code
        raise ValidationError(_("The account is locked. The security officer of your agency unlocks it."))


class CodeForm(_Counted, AuthenticateForm):  # type: ignore[misc]
    """The code after the password."""


class CodeAgainForm(_Counted, ReauthenticateForm):  # type: ignore[misc]
    """The code asked for again before something that binds."""


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """A change of password: a wrong current one counts as at sign-in."""

    def clean_oldpassword(self) -> str:
        """Return the current password if it is right; count it where it is not."""
        given: str = self.cleaned_data.get("oldpassword", "")
        adapter = get_adapter()
        if not adapter.reauthenticate(self.user, given):
            raise adapter.validation_error("enter_current_password")
        return given
