"""A subject that was proven in this browser and is nobody's: kept until whoever proved it signs in to link it.

It is offered to nobody else: not to whose session is open, not to who signs in next without having asked to link.
"""

import time
from dataclasses import dataclass
from typing import Final

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest
from django.urls import reverse

from comity.config.identity import Provider
from comity.doors.web.signin.identity.proven import Proven
from comity.doors.web.staff import has_own_factor, has_proven_lately

_PENDING: Final = "identity_pending"
_PENDING_FOR: Final = 1800.0
"""Seconds that somebody has to prove an account after a subject was proven that has none."""
_WANTED_FOR: Final = 600.0
"""Seconds within which whoever asked to sign in and link has signed in."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A subject proven in this browser, `at` seconds since 1970, that no account is linked with."""

    provider: str
    subject_blind: bytes
    at: float


def keep_pending(request: HttpRequest, provider: Provider, proven: Proven) -> bool:
    """Keep a proven subject for a sign-in to link it; returns whether it is kept: never in somebody's open session."""
    if request.user.is_authenticated:
        return False
    request.session[_PENDING] = {
        "provider": provider.code, "subject": proven.subject_blind.hex(), "at": time.time()
    }  # fmt: skip
    return True


def pending_of(request: HttpRequest) -> Pending | None:
    """Return the subject that was proven in this browser in the last half hour and is nobody's."""
    kept = request.session.get(_PENDING)
    if not isinstance(kept, dict) or time.time() - float(kept.get("at", 0.0)) > _PENDING_FOR:
        return None
    return Pending(str(kept["provider"]), bytes.fromhex(kept["subject"]), float(kept["at"]))


def want_link(request: HttpRequest) -> None:
    """Note that the sign-in that begins now is to link the pending subject, where there is one."""
    if pending_of(request) is not None:
        request.session[_PENDING] = {**request.session[_PENDING], "wanted_at": time.time()}


def settle_pending(request: HttpRequest, back_to: str | None) -> None:
    """Forget the pending subject at a sign-in, unless it was begun to link and leads to the page that does."""
    kept = request.session.get(_PENDING) or {}
    is_wanted = time.time() - float(kept.get("wanted_at", 0.0)) <= _WANTED_FOR
    if not is_wanted or back_to != reverse("identity_link"):
        forget_pending(request)


def forget_pending(request: HttpRequest) -> None:
    """Forget the pending subject."""
    request.session.pop(_PENDING, None)


def has_proven_for(request: HttpRequest, pending: Pending) -> bool:
    """Tell whether whoever is signed in has proven enough to link: the second factor just now.

    Who has none of Comity's own has given the password since the subject was proven.
    """
    if has_own_factor(request):
        return has_proven_lately(request)
    records = get_authentication_records(request, request.user)
    return any(one.get("method") == "password" and float(one.get("at", 0.0)) > pending.at for one in records)
