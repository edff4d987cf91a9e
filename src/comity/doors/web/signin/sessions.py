"""Ending whoever is signed in by an account that was just locked: what unlocks it later opens no old session again."""

from typing import Final
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.standing.accounts.commands import note_failure
from comity.standing.accounts.facts import SignedIn

BEGAN_KEY: Final = "began_at"
"""Where a session keeps when its account signed in, in seconds since 1970."""


def count_failure(account: SignedIn, method: str, source: str) -> None:
    """Record a failed attempt, counted when it began; where it locks the account, end its sessions."""
    if note_failure(by=node_actor(Duty.STEWARD), now=database_now(), account=account, method=method, source=source):
        end_sessions(account.id)


def source_of(request: HttpRequest | None) -> str:
    """Return from which address a request comes, behind the proxy where there is one; "" without a request."""
    if request is None:
        return ""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        # A proxy that tells no address: better an event without it than nobody let in or out.
        return ""


def renew(request: HttpRequest) -> None:
    """Give the session of whoever is signed in another id: who knew the former one knows nothing any more."""
    from allauth.usersessions.models import UserSession  # noqa: PLC0415 - a model, once apps are loaded

    former = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=former).update(session_key=request.session.session_key)


def end_sessions(account_id: UUID) -> None:
    """End every session of an account."""
    from allauth.usersessions.models import UserSession  # noqa: PLC0415 - a model, once apps are loaded

    for session in UserSession.objects.filter(user_id=account_id):
        session.end()
