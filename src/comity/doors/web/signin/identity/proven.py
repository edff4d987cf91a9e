"""What an identity provider proved, and why its word was not taken."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from comity.config.identity import Provider
from comity.doors.ring import key_ring

_ASKED: Final = "identity_asked"
ASKED_FOR: Final = 600.0
"""Seconds within which somebody comes back from the provider."""
SKEW: Final = 60.0
"""Seconds by which the clocks of a provider and of the node may differ."""


class Reason(StrEnum):
    """Why nobody was let in; for the log and for what the page says."""

    NOT_ASKED = "not asked"
    """No sign-in was begun here, or it was ended, or it is another browser's."""
    REFUSED = "refused by the provider"
    UNREACHABLE = "provider not reached"
    NOT_PROVEN = "not proven"
    """Signature, issuer, audience, time, nonce, address or form of what was sent."""
    TOO_OFTEN = "too often"
    """More than sixty a minute from one address: each costs the provider and the node some work."""
    STALE = "not signed in anew"
    """The provider did not ask its person again."""


class NotProvenError(Exception):
    """The provider's word was not taken; `reason` says why, and holds nothing of what was sent."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Proven:
    """Who a provider says it is: its subject, blinded; `has_two_factors` where the operator takes its word for that."""

    subject_blind: bytes
    has_two_factors: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-in begun in this browser: what it must be answered with."""

    state: str
    nonce: str
    verifier: str
    at: float
    back_to: str


def providers() -> Sequence[Provider]:
    """Return the identity providers of the node's agencies, by name."""
    found: Sequence[Provider] = settings.IDENTITY_PROVIDERS
    return sorted(found, key=lambda one: one.name)


def find_provider(code: str) -> Provider | None:
    """Return the provider with this code."""
    return next((one for one in providers() if one.code == code), None)


def blind_subject(provider: Provider, subject: str) -> bytes:
    """Return what a subject of a provider is known by: no name, no address of mail, nothing to be turned back."""
    return key_ring().blind("identity-subjects", f"{provider.code}\n{provider.issuer}\n{subject}")


def remember(request: HttpRequest, provider: Provider, asked: Asked) -> None:
    """Keep in the session what was asked; what was asked before is void."""
    request.session[_ASKED] = {
        "provider": provider.code, "state": asked.state, "nonce": asked.nonce, "verifier": asked.verifier,
        "at": asked.at, "back_to": asked.back_to,
    }  # fmt: skip


def take_asked(request: HttpRequest, provider: Provider, state: str) -> Asked:
    """Return what this browser asked of the provider, once; raises `NotProvenError`."""
    kept = request.session.pop(_ASKED, None)
    if kept is not None:
        # Gone before anything else happens, whatever comes of it: an answer counts once.
        request.session.save()
    if not isinstance(kept, dict) or kept.pop("provider", None) != provider.code:
        raise NotProvenError(Reason.NOT_ASKED)
    asked = Asked(**kept)
    if not state or asked.state != state or time.time() - asked.at > ASKED_FOR:
        raise NotProvenError(Reason.NOT_ASKED)
    return asked
