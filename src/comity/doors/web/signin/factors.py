"""Changes of second factors are recorded. The library tells of them by signals and by nothing else."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset

from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.standing.accounts.commands import note_event
from comity.standing.accounts.selectors import signed_in
from comity.standing.accounts.vocabulary import AccountAct


def watch_factors() -> None:
    """Have every change of a second factor recorded from now on."""
    authenticator_added.connect(_added, dispatch_uid="comity added")
    authenticator_reset.connect(_added, dispatch_uid="comity reset")
    authenticator_removed.connect(_removed, dispatch_uid="comity removed")


def _added(*, request: Any, user: object, authenticator: Any, **_: object) -> None:  # noqa: ANN401 - of allauth
    # Who added it has just shown it.
    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", type=str(authenticator.type))
    _note(user, AccountAct.FACTOR_ADDED, str(authenticator.type))


def _removed(*, user: object, authenticator: Any, **_: object) -> None:  # noqa: ANN401 - a model of allauth
    _note(user, AccountAct.FACTOR_REMOVED, str(authenticator.type))


def _note(user: object, act: AccountAct, kind: str) -> None:
    account = signed_in(user)
    if account is not None:
        note_event(by=node_actor(Duty.STEWARD), now=database_now(), account=account, act=act, method=kind)
