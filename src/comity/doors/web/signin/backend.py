"""Whether a name and a password open an account."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from django.contrib.auth.base_user import AbstractBaseUser

from comity.spine.tenancy.clock import database_now
from comity.standing.accounts.commands import begin_attempt, forgive_attempt
from comity.standing.accounts.selectors import get_signed_in, signed_in


class PasswordBackend(AuthenticationBackend):  # type: ignore[misc]
    """As allauth's; a locked or closed account fails as one that is not there, whatever the password.

    Else the answer would say, while the account is locked, whether a guess was right.
    """

    def _check_password(self, user: AbstractBaseUser | None, password: str) -> AbstractBaseUser | None:
        account, now = signed_in(user), database_now()
        # Counted before it is looked at: of guesses sent at the same time no more than five are tried.
        if account is None or not account.is_let_in or not begin_attempt(now=now, account=account):
            return None
        found: AbstractBaseUser | None = super()._check_password(user, password)
        if found is None:
            return None
        forgive_attempt(now=now, account=account)
        return found if get_signed_in(found.pk).is_let_in else None

    def get_user(self, user_id: object) -> AbstractBaseUser | None:
        """Return whose session this is; nobody once the account is locked or closed."""
        found = _read_with_session(user_id) or super().get_user(user_id)
        account = signed_in(found)
        return found if account is not None and account.is_let_in else None


def _read_with_session(user_id: object) -> AbstractBaseUser | None:
    """Return the account that was read together with this request's session, where it is the one asked for."""
    owner = getattr(getattr(context.request, "session", None), "owner", None)
    return owner if isinstance(owner, AbstractBaseUser) and str(owner.pk) == str(user_id) else None
