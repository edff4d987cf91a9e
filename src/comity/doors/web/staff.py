"""Who is at the console: an account, and the post it acts in."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import get_adapter
from django.http import HttpRequest

from comity.doors.web.permissions import MAY, Permission
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.stamps import Stamps
from comity.spine.tenancy.transaction import looking
from comity.standing.accounts.facts import SignedIn
from comity.standing.accounts.selectors import signed_in
from comity.standing.directory.facts import AgencyFacts, PostFacts
from comity.standing.directory.selectors import list_agencies, list_held_by
from comity.standing.directory.vocabulary import PostFunction

POST_KEY = "post"
"""Where the session keeps the post somebody chose to act in."""
_VOUCHED = frozenset({"strong_login"})
IDENTITY: Final = "identity"
"""The type of a second factor that was shown to an identity provider the node's operator trusts with that."""
LATELY: Final = timedelta(minutes=5)
"""How long a second factor counts as shown just now, for signing and approving."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody signed in with two factors, acting in one of the posts held at `now`."""

    account: SignedIn
    post: PostFacts
    agency: AgencyFacts
    posts: tuple[PostFacts, ...]
    now: datetime
    directory_stamp: str
    """Under which the directory was read; another one: something of it changed."""

    @property
    def actor(self) -> Actor:
        """Who acts, for commands and selectors: an auditor's post in its own duty."""
        is_auditor = self.post.function is PostFunction.AUDITOR
        return Actor(self.agency.id, self.post.id, Duty.AUDITOR if is_auditor else Duty.AGENCY, _VOUCHED)

    def may(self, permission: Permission) -> bool:
        """Tell whether the post has a permission."""
        return self.post.function in MAY[permission]


class Lack(StrEnum):
    """What somebody signed in lacks to act."""

    FACTOR = "factor"
    """No second factor was added yet."""
    PROOF = "proof"
    """There is one, and this session has not shown it: it began before."""
    POST = "post"


@dataclass(frozen=True, slots=True)
class Nobody:
    """Somebody signed in who cannot act."""

    account: SignedIn
    lacks: Lack


def staff_of(request: HttpRequest) -> Staff | Nobody | None:
    """Return who is at the console; None: nobody is signed in.

    Posts are looked up at every request, so that who loses one is out at once: one statement says whether the
    directory is still what was read of it.
    """
    account = signed_in(request.user)
    if account is None:
        return None
    if not _shown_factors(request):
        # Nobody gives up the last factor, so who has shown one has one: only who has not is looked up.
        return Nobody(account, Lack.PROOF if has_own_factor(request) else Lack.FACTOR)
    with looking() as (_, stamps, now):
        held = _held(account, stamps, now)
        if not held:
            return Nobody(account, Lack.POST)
        [agency] = stamps.kept(("directory",), "console.agency", [account.agency_id], list_agencies).values()
    chosen = request.session.get(POST_KEY)
    post = next((one for one in held if str(one.id) == chosen), held[0])
    return Staff(account, post, agency, held, now, stamps.values["directory"])


def _held(account: SignedIn, stamps: Stamps, now: datetime) -> tuple[PostFacts, ...]:
    """Return the posts an officer holds at the instant, by code; an interface is held by a machine."""
    ever = stamps.kept(("directory",), "console.held", [account.officer_id], list_held_by)[account.officer_id]
    return tuple(post for post, period in ever if period.contains(now) and post.function is not PostFunction.INTERFACE)


def has_proven_lately(request: HttpRequest) -> bool:
    """Tell whether a second factor was shown here within the last five minutes; a provider's word is none."""
    own = [one for one in _shown_factors(request) if one.get("type") != IDENTITY]
    return any(time.time() - float(one.get("at", 0.0)) < LATELY.total_seconds() for one in own)


def has_own_factor(request: HttpRequest) -> bool:
    """Tell whether whoever is signed in has an authenticator app or a passkey here."""
    return bool(get_adapter().is_mfa_enabled(request.user, ["totp", "webauthn"]))


def _shown_factors(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what was shown as a second factor in this session: `type`, and `at` in seconds since 1970."""
    records = get_authentication_records(request, request.user)
    return [one for one in records if one.get("method") == "mfa"]
