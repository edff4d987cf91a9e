"""Whether a name and a password open an account."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context
from django.contrib.auth.base_user import AbstractBaseUser

from comity.standing.accounts.selectors import get_signed_in, signed_in


class PasswordBackend(AuthenticationBackend):  # type: ignore[misc]
    """As allauth's; a locked or closed account fails as one that is not there, whatever the password.

    Else the answer would say, while the account is locked, whether a guess was right.
    """

    def _check_password(self, user: AbstractBaseUser | None, password: str) -> AbstractBaseUser | None:
        account = signed_in(user)
        if account is None or not account.is_let_in:
            return None
        found: AbstractBaseUser | None = super()._check_password(user, password)
        # Guesses that run beside this one may have locked the account while the hash was made.
        return found if found is None or get_signed_in(found.pk).is_let_in else None

    def get_user(self, user_id: object) -> AbstractBaseUser | None:
        """Return whose session this is; nobody once the account is locked or closed."""
        found = _read_with_session(user_id) or super().get_user(user_id)
        account = signed_in(found)
        return found if account is not None and account.is_let_in else None


def _read_with_session(user_id: object) -> AbstractBaseUser | None:
    """Return the account that was read together with this request's session, where it is the one asked for."""
    owner = getattr(getattr(context.request, "session", None), "owner", None)
    return owner if isinstance(owner, AbstractBaseUser) and str(owner.pk) == str(user_id) else None
