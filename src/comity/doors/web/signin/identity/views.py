"""The addresses of signing in by an identity provider: there, back, and linking an account that was proven here."""

import json
import time
from http import HTTPStatus
from typing import Final

from allauth.core.internal import ratelimit
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comity.config.identity import OidcProvider, Provider, SamlProvider
from comity.doors.log import warn
from comity.doors.web.signin.identity import oidc, saml
from comity.doors.web.signin.identity.pending import has_proven_for, pending_of, want_link
from comity.doors.web.signin.identity.proven import (
    NotProvenError,
    Proven,
    Reason,
    find_provider,
    remember,
    take_asked,
)
from comity.doors.web.signin.identity.who import let_in, link_pending
from comity.doors.web.signin.secrets import seal, unseal
from comity.doors.web.staff import Lack, Nobody, has_own_factor, staff_of
from comity.standing.accounts.commands import IdentityRefusedError

_SECONDS: Final = 60.0
"""How long an answer waits for the browser to come back with its session."""
_STATUS: Final = {
    Reason.UNREACHABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    Reason.TOO_OFTEN: HTTPStatus.TOO_MANY_REQUESTS,
}


@never_cache
@require_GET
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Send somebody to the provider; only a page of this node begins a sign-in."""
    provider = _provider(code)
    if not _may_ask(request):
        return _refused(request, provider, Reason.TOO_OFTEN)
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return redirect("account_login")
    back_to = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back_to, {request.get_host()}, require_https=request.is_secure()):
        back_to = ""
    try:
        if isinstance(provider, OidcProvider):
            there, asked = oidc.begin(provider, _address(request, "identity_callback", code), back_to)
        else:
            there, asked = saml.begin(provider, _place(request, code), back_to)
    except NotProvenError as error:
        return _refused(request, provider, error.reason)
    remember(request, provider, asked)
    return redirect(there)


@never_cache
@require_GET
def callback(request: HttpRequest, code: str) -> HttpResponse:
    """Take what an OpenID provider sends somebody back with."""
    provider = _provider(code)
    if not isinstance(provider, OidcProvider):
        raise Http404(code)
    try:
        asked = take_asked(request, provider, request.GET.get("state", ""))
        given = oidc.code_of(provider, request.GET)
        proven = oidc.finish(provider, _address(request, "identity_callback", code), given, asked)
    except NotProvenError as error:
        return _refused(request, provider, error.reason)
    return let_in(request, provider, proven, asked.back_to)


@never_cache
@csrf_exempt
@require_POST
def receive(request: HttpRequest, code: str) -> HttpResponse:
    """Take what a SAML provider has the browser send.

    It comes from another site, so without the session: what is good is carried, sealed, to `finish`, which has it.
    """
    provider = _provider(code)
    if not isinstance(provider, SamlProvider):
        raise Http404(code)
    if not _may_ask(request):
        return _refused(request, provider, Reason.TOO_OFTEN)
    try:
        answer = saml.read(provider, _place(request, code), request.POST.get("SAMLResponse", ""))
    except NotProvenError as error:
        return _refused(request, provider, error.reason)
    carried = {
        "provider": code,
        "request": answer.request_id,
        "subject": answer.proven.subject_blind.hex(),
        "two": answer.proven.has_two_factors,
        "proven_at": answer.at,
        "until": time.time() + _SECONDS,
    }
    response = redirect("identity_finish", code=code)
    response.status_code = HTTPStatus.SEE_OTHER.value
    response.set_cookie(
        _cookie(), seal(json.dumps(carried)), max_age=int(_SECONDS), path="/", httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


@never_cache
@require_GET
def finish(request: HttpRequest, code: str) -> HttpResponse:
    """Let in whoever asked in this browser and was answered."""
    provider = _provider(code)
    if not isinstance(provider, SamlProvider):
        raise Http404(code)
    try:
        answer = _carried(request, code)
        asked = take_asked(request, provider, answer.request_id)
        proven = saml.require_asked(answer, asked)
    except NotProvenError as error:
        response = _refused(request, provider, error.reason)
    else:
        response = let_in(request, provider, proven, asked.back_to)
    response.delete_cookie(_cookie(), path="/", samesite="Lax")
    return response


@require_GET
def metadata(request: HttpRequest, code: str) -> HttpResponse:
    """Answer what a SAML provider's keepers need of this node."""
    provider = _provider(code)
    if not isinstance(provider, SamlProvider):
        raise Http404(code)
    return HttpResponse(saml.metadata(provider, _place(request, code)), content_type="application/samlmetadata+xml")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """Link the account somebody is signed in to, by a factor shown just now, with the subject proven before it.

    The subject was proven in this browser while nobody was signed in; to sign in for it, somebody comes by here.
    """
    pending = pending_of(request)
    staff = staff_of(request)
    if staff is None:
        want_link(request)
        return redirect(f"{reverse('account_login')}?next={reverse('identity_link')}")
    if isinstance(staff, Nobody) and staff.lacks is not Lack.POST:
        return redirect("console:desk")
    provider = find_provider(pending.provider) if pending is not None else None
    if pending is None or provider is None:
        messages.info(request, _("There is nothing to link: begin at the sign-in page, by your agency's provider."))
        return redirect("console:desk")
    if not has_proven_for(request, pending):
        messages.info(request, _("Show again that it is you, then link: nothing was linked yet."))
        there = reverse("mfa_reauthenticate" if has_own_factor(request) else "account_reauthenticate")
        return redirect(f"{there}?next={reverse('identity_link')}")
    if request.method != "POST":
        return render(request, "account/identity_link.html", {"provider": provider, "account": staff.account})
    try:
        link_pending(request, staff.account, provider, pending)
    except IdentityRefusedError:
        said = _("It was not linked: the provider is another agency's, or one of the two is linked already.")
        messages.error(request, said)
    else:
        messages.success(request, _("Linked: from now on you sign in through %(name)s.") % {"name": provider.name})
    return redirect("console:desk")


def _may_ask(request: HttpRequest) -> bool:
    """Tell whether an address may cost the node another question or signature now."""
    rates = {"identity": "60/m/ip"}
    kept = ratelimit.consume(request, app="allauth.account", action="identity", config=rates, limit_get=True)
    return bool(kept)


def _provider(code: str) -> Provider:
    found = find_provider(code)
    if found is None:
        raise Http404(code)
    return found


def _carried(request: HttpRequest, code: str) -> saml.Answer:
    try:
        kept = json.loads(unseal(request.COOKIES.get(_cookie(), "")))
    except (InvalidToken, ValueError):
        raise NotProvenError(Reason.NOT_ASKED) from None
    if kept["provider"] != code or time.time() > kept["until"]:
        raise NotProvenError(Reason.NOT_ASKED)
    return saml.Answer(kept["request"], Proven(bytes.fromhex(kept["subject"]), kept["two"]), kept["proven_at"])


def _cookie() -> str:
    return "__Host-comity-answer" if settings.SESSION_COOKIE_SECURE else "comity-answer"


def _refused(request: HttpRequest, provider: Provider, reason: Reason) -> HttpResponse:
    warn("identity provider not believed", code=provider.code, error=reason.value)
    context = {"provider": provider, "reason": reason.name}
    status = _STATUS.get(reason, HTTPStatus.FORBIDDEN)
    return render(request, "account/identity_refused.html", context, status=status.value)


def _place(request: HttpRequest, code: str) -> saml.Place:
    return saml.Place(_address(request, "identity_metadata", code), _address(request, "identity_receive", code))


def _address(request: HttpRequest, name: str, code: str) -> str:
    path = reverse(name, args=[code])
    return f"{settings.NODE.url}{path}" if settings.NODE.url else request.build_absolute_uri(path)
