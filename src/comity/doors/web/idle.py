"""The lock of a console left alone: after half an hour nothing is shown until its person has proven to be there again.

What was typed and sent while locked is kept, sealed, and put back into the form (CJIS Security Policy AC-11).
"""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from comity.doors.web.drafts import keep_draft
from comity.doors.web.signin.sessions import BEGAN_KEY
from comity.standing.accounts.facts import SignedIn
from comity.standing.accounts.selectors import signed_in

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
"""After which a session ends however busy it is: its person signs in again (NIST SP 800-63B, 4.2.3)."""
SEEN_KEY: Final = "seen_at"
_COARSE: Final = 15.0
"""Seconds by which the last sign of life may be told too early: it is not written at every request."""
_WATCHED: Final = ("/console/", "/accounts/")
_WAYS_BACK: Final = (
    "/accounts/reauthenticate/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/webauthn/reauthenticate/",
    "/accounts/logout/",
)
_BY_PROVIDER: Final = re.compile(r"/accounts/identity/(?!link/)[\w-]+/(?:callback/|acs/|finish/)?")
"""A provider asks its person anew: that is a proof of being there again. Linking is none: it waits for the proof."""
PULSE: Final = "/console/pulse/"
BY_ITSELF: Final = "X-By-Itself"
"""The header by which an open page says that it asks by itself, every few seconds: no sign of life, as the pulse."""

Handler = Callable[[HttpRequest], HttpResponseBase]


def idle_lock(handle: Handler) -> Handler:
    """Return Django's middleware that stops a request of a locked session before anything reads it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = answered(request)
        if request.path.startswith(_WATCHED):
            # Nobody sees a page again by going back: not after the lock, not after signing out.
            response["Cache-Control"] = "no-store"
        return response

    def answered(request: HttpRequest) -> HttpResponseBase:
        account = signed_in(request.user) if _is_watched(request) else None
        if account is None:
            return handle(request)
        if _is_over(request):
            return _ended(request, account)
        if _is_idle(request):
            return (
                handle(request)
                if request.path in _WAYS_BACK or _BY_PROVIDER.fullmatch(request.path)
                else _locked(request, account)
            )
        if not _is_by_itself(request):
            _touch(request)
        return handle(request)

    return answer


def _is_watched(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.path.startswith(_WATCHED)


def _is_idle(request: HttpRequest) -> bool:
    return time.time() - _last_sign(request) >= IDLE.total_seconds()


def _is_by_itself(request: HttpRequest) -> bool:
    return request.path == PULSE or (request.method == "GET" and BY_ITSELF in request.headers)


def _is_over(request: HttpRequest) -> bool:
    return time.time() - float(request.session.get(BEGAN_KEY, 0.0)) >= LONGEST.total_seconds()


def _ended(request: HttpRequest, account: SignedIn) -> HttpResponseBase:
    """End a session that has lasted twelve hours; what was typed is kept."""
    if request.method == "POST" and _is_own_form(request):
        _keep(request, account)
    page = _back_to(request, request.get_full_path())
    get_adapter().logout(request)
    messages.info(request, _("Twelve hours have passed: sign in again. What you typed is kept."))
    there = f"{reverse('account_login')}?{urlencode({'next': page})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT.value, headers={"HX-Redirect": there})
    return redirect(there)


def _last_sign(request: HttpRequest) -> float:
    """Return when its person was last there: at a request, or by proving it again."""
    proven = [float(one["at"]) for one in get_authentication_records(request, request.user) if "at" in one]
    return max([float(request.session.get(SEEN_KEY, 0.0)), *proven])


def _touch(request: HttpRequest) -> None:
    if time.time() - float(request.session.get(SEEN_KEY, 0.0)) > _COARSE:
        request.session[SEEN_KEY] = time.time()


def _locked(request: HttpRequest, account: SignedIn) -> HttpResponseBase:
    page = request.get_full_path()
    if request.method == "POST" and _is_own_form(request) and _keep(request, account):
        messages.info(request, _("Comity was locked after 30 minutes; nothing was sent, and what you typed is kept."))
    elif not _is_by_itself(request):
        messages.info(request, _("Comity was locked after 30 minutes."))
    there = f"{reverse('account_reauthenticate')}?{urlencode({'next': _back_to(request, page)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT.value, headers={"HX-Redirect": there})
    return redirect(there)


def _is_own_form(request: HttpRequest) -> bool:
    """Tell whether a form came from a page of this node: the framework looks at that only after this middleware."""
    check = CsrfViewMiddleware(lambda _: HttpResponse())
    return check.process_view(request, lambda _: HttpResponse(), (), {}) is None


def _keep(request: HttpRequest, account: SignedIn) -> bool:
    typed = request.POST.copy()
    [page] = typed.pop("draft_of", [request.path])[:1]
    return keep_draft(account=account, page=str(page).partition("?")[0], typed=typed)


def _back_to(request: HttpRequest, page: str) -> str:
    """Return the page to come back to; of what an open page asked by itself, the page it is open at."""
    if not _is_by_itself(request):
        return page
    shown = request.headers.get("HX-Current-URL", "")
    _scheme, _sep, rest = shown.partition("://")
    path = f"/{rest.partition('/')[2]}" if rest else ""
    return path if path.startswith("/console/") else "/console/"
