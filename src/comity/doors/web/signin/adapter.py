"""What allauth asks of Comity: whether somebody may come in, and what is recorded of it."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from comity.doors.web.signin.identity.pending import settle_pending
from comity.doors.web.signin.secrets import seal, unseal
from comity.doors.web.signin.sessions import BEGAN_KEY, count_failure, source_of
from comity.doors.web.signin.told import tell_what_happened
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import SIGN_IN
from comity.standing.accounts.commands import note_event, note_sign_in
from comity.standing.accounts.facts import SignedIn
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

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401
        """Record a wrong password for the account it was tried on; it was counted when it was tried."""
        account = find_signed_in(username=str(credentials.get("username", "")))
        if account is not None and account.is_let_in:
            count_failure(account, "password", source_of(request))

    def is_safe_url(self, url: str) -> bool:
        """Tell whether somebody may be sent on to an address: one of this node, under the name it was asked by."""
        request = context.request
        return request is not None and url_has_allowed_host_and_scheme(
            url, {request.get_host()}, require_https=request.is_secure()
        )

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **given: Any) -> HttpResponse | None:  # noqa: ANN401
        """Renew the session's id before a second factor is asked for: who set it beforehand has nothing of it."""
        request.session.cycle_key()
        response: HttpResponse | None = super().pre_login(request, user, **given)
        return response

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Record the sign-in, then open the session; an account locked meanwhile stays out."""
        account = get_signed_in(user.pk)
        if not account.is_let_in:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        tell_what_happened(request, account)
        note_sign_in(by=_NODE, now=database_now(), account=account, method=_methods(request), source=source_of(request))
        super().login(request, user)
        # From here twelve hours are counted, however busy the session is.
        request.session[BEGAN_KEY] = time.time()

    def post_login(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,
        *,
        redirect_url: str | None,
        **given: Any,  # noqa: ANN401
    ) -> HttpResponse:
        """Drop what somebody else may have proven in this browser before, then go on."""
        settle_pending(request, redirect_url)
        response: HttpResponse = super().post_login(request, user, redirect_url=redirect_url, **given)
        return response

    def logout(self, request: HttpRequest) -> None:
        """Record who leaves, then end the session."""
        account = signed_in(request.user)
        if account is not None:
            _note(request, account, AccountAct.SIGNED_OUT)
        super().logout(request)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Record the change, then make it; other sessions of the account end by it."""
        account = signed_in(user)
        if account is not None:
            _note(context.request, account, AccountAct.PASSWORD_CHANGED)
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
            _note(context.request, account, AccountAct.SESSION_ENDED)
        super().end_sessions(sessions)


def _note(request: HttpRequest | None, account: SignedIn, act: AccountAct) -> None:
    note_event(by=_NODE, now=database_now(), account=account, act=act, source=source_of(request))


def _methods(request: HttpRequest) -> str:
    records = request.session.get("account_authentication_methods") or []
    named = [str(one.get("type") or one.get("method")) for one in records]
    return "+".join(dict.fromkeys(named))
