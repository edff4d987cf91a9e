"""Changes of second factors are recorded before they are made: the library tells of them by signals alone."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.core import context
from allauth.mfa.signals import authenticator_added, authenticator_reset
from django.db import connection, connections
from django.db.models.signals import pre_delete, pre_save

from comity.doors.web.signin.sessions import renew, source_of
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.clock import database_now
from comity.standing.accounts.commands import note_event
from comity.standing.accounts.selectors import get_signed_in
from comity.standing.accounts.vocabulary import AccountAct


def watch_factors() -> None:
    """Have every change of a second factor recorded from now on; what cannot be recorded is not made."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - a model, once apps are loaded

    pre_save.connect(_saved, sender=Authenticator, dispatch_uid="comity added")
    pre_delete.connect(_deleted, sender=Authenticator, dispatch_uid="comity removed")
    authentication_step_completed.connect(_stepped, dispatch_uid="comity stepped")
    authenticator_added.connect(_shown, dispatch_uid="comity shown")
    authenticator_reset.connect(_shown, dispatch_uid="comity shown again")


def _saved(*, instance: Any, **_: object) -> None:  # noqa: ANN401 - a model of allauth
    if instance._state.adding:  # noqa: SLF001 - Django's documented way to tell a new row
        _note(instance, AccountAct.FACTOR_ADDED)


def _deleted(*, instance: Any, **_: object) -> None:  # noqa: ANN401 - a model of allauth
    _note(instance, AccountAct.FACTOR_REMOVED)


def _stepped(*, request: Any, method: str, **_: object) -> None:  # noqa: ANN401 - of allauth
    # Signing in renews the session by itself; a factor shown within one makes more of it than it was.
    if method == "mfa" and request.user.is_authenticated:
        renew(request)


def _shown(*, request: Any, user: object, authenticator: Any, **_: object) -> None:  # noqa: ANN401 - of allauth
    # Who added it has just shown it.
    if authenticator.type != authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, method="mfa", type=str(authenticator.type))


def _note(authenticator: Any, act: AccountAct) -> None:  # noqa: ANN401 - a model of allauth
    """Record the change and have it durable before it is made.

    The library may be inside a transaction of *app*, which commits only after the factor is kept (as *signin*): then
    the entry is written by a connection of its own.
    """
    if not connection.in_atomic_block:
        _write(authenticator, act)
        return
    with ThreadPoolExecutor(1) as beside:
        beside.submit(copy_context().run, _write_beside, authenticator, act).result()


def _write_beside(authenticator: Any, act: AccountAct) -> None:  # noqa: ANN401 - a model of allauth
    try:
        _write(authenticator, act)
    finally:
        connections.close_all()


def _write(authenticator: Any, act: AccountAct) -> None:  # noqa: ANN401 - a model of allauth
    note_event(
        by=node_actor(Duty.STEWARD), now=database_now(), account=get_signed_in(authenticator.user_id), act=act,
        method=str(authenticator.type), source=source_of(context.request),
    )  # fmt: skip
