"""Ending whoever is signed in by an account that was just locked: what unlocks it later opens no old session again."""

from uuid import UUID

from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.standing.accounts.commands import note_failure
from comity.standing.accounts.facts import SignedIn


def count_failure(account: SignedIn, method: str) -> None:
    """Record a failure to sign in by `method`; where it locks the account, end its sessions."""
    if note_failure(by=node_actor(Duty.STEWARD), now=database_now(), account=account, method=method):
        end_sessions(account.id)


def end_sessions(account_id: UUID) -> None:
    """End every session of an account."""
    from allauth.usersessions.models import UserSession  # noqa: PLC0415 - a model, once apps are loaded

    for session in UserSession.objects.filter(user_id=account_id):
        session.end()
