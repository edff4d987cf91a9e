"""Whose account a proven subject is: linked before by the security officer, or by who proved both; else nobody's."""

from http import HTTPStatus

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from comity.config.identity import Provider
from comity.doors.log import warn
from comity.doors.web.signin.identity.pending import Pending, forget_pending, keep_pending
from comity.doors.web.signin.identity.proven import Proven
from comity.doors.web.signin.sessions import source_of
from comity.doors.web.staff import IDENTITY, POST_KEY
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import reading
from comity.standing.accounts.commands import link_own_identity, note_event
from comity.standing.accounts.facts import SignedIn
from comity.standing.accounts.selectors import find_identified, get_user
from comity.standing.accounts.vocabulary import AccountAct
from comity.standing.directory.selectors import NotInDirectoryError, get_agency_by_code

_NODE = node_actor(Duty.STEWARD)


def let_in(request: HttpRequest, provider: Provider, proven: Proven, back_to: str) -> HttpResponse:
    """Sign in the account that is linked with the subject; tell whoever has none what to do."""
    account = find_identified(provider=provider.code, subject_blind=proven.subject_blind)
    if account is not None and str(account.agency_id) != agency_of(provider):
        # The node's file names another agency for this provider than when the link was made.
        warn("identity provider of another agency", code=provider.code)
        note_refusal(request, account, provider)
        return _page(request, provider, "elsewhere")
    if account is None:
        warn("nobody is linked with this subject", code=provider.code)
        return _page(request, provider, "unknown" if keep_pending(request, provider, proven) else "open")
    if not account.is_let_in:
        note_refusal(request, account, provider)
        return _page(request, provider, "locked")
    _begin_anew(request, account)
    user = get_user(account.id)
    record_authentication(request, user, "identity", type=f"identity.{provider.code}", reauthenticated=True)
    state: dict[str, object] = {}
    if proven.has_two_factors:
        # The node's operator takes this provider's word for the second factor.
        record_authentication(request, user, "mfa", type=IDENTITY)
        state = {"stages": {"mfa_authenticate": {"handled": True}}}
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=back_to or None, state=state))
    return response


def note_refusal(request: HttpRequest, account: SignedIn, provider: Provider) -> None:
    """Record that a subject of a provider was not let in by its account. It guesses nothing, so it locks nothing."""
    note_event(
        by=_NODE, now=database_now(), account=account, act=AccountAct.FAILED, method=f"identity.{provider.code}",
        source=source_of(request),
    )  # fmt: skip


def link_pending(request: HttpRequest, account: SignedIn, provider: Provider, pending: Pending) -> None:
    """Link an account with the pending subject; raises `IdentityRefusedError`."""
    forget_pending(request)
    link_own_identity(
        by=_NODE, now=database_now(), account=account, provider=provider.code, provider_agency=agency_of(provider),
        subject_blind=pending.subject_blind,
    )  # fmt: skip


def agency_of(provider: Provider) -> str:
    """Return the id of the agency a provider is of, as text; "" where the directory has no such agency."""
    try:
        with reading(_NODE):
            return str(get_agency_by_code(provider.agency).id)
    except NotInDirectoryError:
        return ""


def _begin_anew(request: HttpRequest, account: SignedIn) -> None:
    """End what session there is: the one that begins shares nothing with it but the post, of the same account."""
    is_same = request.user.pk == account.id
    post = request.session.get(POST_KEY) if is_same else None
    if request.user.is_authenticated and not is_same:
        get_adapter().logout(request)
    request.session.flush()
    if post is not None:
        request.session[POST_KEY] = post


def _page(request: HttpRequest, provider: Provider, why: str) -> HttpResponse:
    context = {"provider": provider, "why": why}
    return render(request, "account/identity_nobody.html", context, status=HTTPStatus.FORBIDDEN.value)
