"""What allauth asks of Comity: whether somebody may come in, and what is recorded of it."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from comity.doors.web.signin.secrets import seal, unseal
from comity.doors.web.signin.sessions import count_failure
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import SIGN_IN
from comity.standing.accounts.commands import note_event, note_sign_in
from comity.standing.accounts.selectors import find_signed_in, get_signed_in, signed_in
from comity.standing.accounts.vocabulary import AccountAct

_NODE = node_actor(Duty.STEWARD)
_WRONG = _(
    "The name or the password is wrong, or the account is locked. Five failures in 15 minutes lock an account; the "
    "security officer of your agency unlocks it."
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody opens an account for oneself; each sign-in and each failure is an entry of the ledger."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _WRONG,
        "account_inactive": _WRONG,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Return False: a security officer opens accounts."""
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401, ARG002
        """Count a wrong password for the account it was tried on."""
        account = find_signed_in(username=str(credentials.get("username", "")))
        if account is not None and account.is_let_in:
            count_failure(account, "password")

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Record the sign-in, then open the session; an account locked meanwhile stays out."""
        account = get_signed_in(user.pk)
        if not account.is_let_in:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        note_sign_in(by=_NODE, now=database_now(), account=account, method=_methods(request))
        super().login(request, user)

    def logout(self, request: HttpRequest) -> None:
        """Record who leaves, then end the session."""
        account = signed_in(request.user)
        if account is not None:
            note_event(by=_NODE, now=database_now(), account=account, act=AccountAct.SIGNED_OUT)
        super().logout(request)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Record the change, then make it; other sessions of the account end by it."""
        account = signed_in(user)
        if account is not None:
            note_event(by=_NODE, now=database_now(), account=account, act=AccountAct.PASSWORD_CHANGED)
        user.set_password(password)
        # This column alone: a lock or a closing that came meanwhile stays.
        user.save(using=SIGN_IN, update_fields=["password"])


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are sealed by the node's keys; the last one cannot be given up."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("This is your only second factor; add another before you remove it."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret before it is stored."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a stored secret."""
        return unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Any) -> bool:  # noqa: ANN401 - a model of allauth
        """Tell whether another factor is left without this one."""
        from allauth.mfa.models import Authenticator  # noqa: PLC0415 - a model, once apps are loaded

        others = Authenticator.objects.filter(user_id=authenticator.user_id).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


class SessionAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    """Ending sessions from another one is recorded."""

    def end_sessions(self, sessions: list[UserSession]) -> None:
        """Record that one's own sessions are ended, then end them."""
        account = signed_in(context.request.user) if sessions and context.request is not None else None
        if account is not None:
            note_event(by=_NODE, now=database_now(), account=account, act=AccountAct.SESSION_ENDED)
        super().end_sessions(sessions)


def _methods(request: HttpRequest) -> str:
    records = request.session.get("account_authentication_methods") or []
    named = [str(one.get("type") or one.get("method")) for one in records]
    return "+".join(dict.fromkeys(named))
