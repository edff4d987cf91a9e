"""What a security officer does with the accounts of its agency: opens, invites, unlocks, closes."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from comity.kernel.ids import new_id
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.accounts.commands.record import record_event
from comity.standing.accounts.facts import AccountFacts, Invitation
from comity.standing.accounts.models import Account
from comity.standing.accounts.rules import INVITED_FOR, is_name
from comity.standing.accounts.selectors import get_account
from comity.standing.accounts.vocabulary import AccountAct, AccountState
from comity.standing.directory.selectors import get_agency_by_code, get_officer_by_reference, get_post
from comity.standing.directory.vocabulary import PostFunction


class NotSecurityOfficerError(PermissionError):
    """A post that is not the security officer of the account's agency tried to manage it."""


class NameTakenError(ValueError):
    """The name is another account's or is no name, or the officer has an account."""


class AccountStateError(ValueError):
    """The account does not stand as the act needs it."""


def open_account(*, by: Actor, now: datetime, agency: str, reference: str, username: str) -> Invitation:
    """Open an account for the officer of `agency` (its code) with this badge reference; writes `account.opened`.

    The invitation lets the person choose a password, once. Raises `NotSecurityOfficerError`, `NameTakenError`,
    `NotInDirectoryError` when the agency has no such officer.
    """
    name = username.strip().lower()
    if not is_name(name):
        raise NameTakenError(f"`{name}` is no name; write small letters, digits, `.`, `_`, `-`, a letter first")
    account_id, secret, until = new_id(), secrets.token_urlsafe(32), now + INVITED_FOR
    try:
        with acting(by) as cursor:
            agency_id = get_agency_by_code(agency).id
            require_officer(by, agency_id)
            officer = get_officer_by_reference(agency, reference)
            Account.objects.using("default").bulk_create(
                [
                    Account(
                        id=account_id,
                        username=name,
                        password="!",  # noqa: S106 - no password opens it
                        agency_id=agency_id,
                        officer_id=officer.id,
                        made_at=now,
                        invited_sha256=_digest(secret),
                        invited_until=until,
                    )
                ]
            )
            record_event(
                cursor, by=by, now=now, act=AccountAct.OPENED, account_id=account_id, agency_id=agency_id,
                detail={"officer": officer.id, "until": until},
            )  # fmt: skip
    except IntegrityError as error:
        taken = "the officer has an account" if "one_of_an_officer" in str(error) else f"`{name}` is taken"
        raise NameTakenError(f"{taken}; close it first, or choose another") from None
    return Invitation(account_id, name, secret, until)


def invite_again(*, by: Actor, now: datetime, account_id: UUID) -> Invitation:
    """Let the person of an account choose a password anew; the former invitation is void. Writes `account.invited`.

    The password that is there opens the account until the new one is chosen. Raises `NotSecurityOfficerError`,
    `AccountStateError` for a closed account, `NoAccountError`.
    """
    secret, until = secrets.token_urlsafe(32), now + INVITED_FOR
    found = _change(
        by, now, account_id, AccountAct.INVITED,
        {"invited_sha256": _digest(secret), "invited_until": until}, detail={"until": until},
    )  # fmt: skip
    return Invitation(found.id, found.username, secret, until)


def unlock_account(*, by: Actor, now: datetime, account_id: UUID) -> None:
    """Let a locked account sign in again; writes `account.unlocked`.

    Raises `NotSecurityOfficerError`, `AccountStateError` when it is not locked, `NoAccountError`.
    """
    _change(
        by, now, account_id, AccountAct.UNLOCKED, {"locked_at": None, "failed_at": []}, needs=AccountState.LOCKED
    )  # fmt: skip


def close_account(*, by: Actor, now: datetime, account_id: UUID) -> None:
    """Close an account for good: nobody signs in by it again, whoever is is out. Writes `account.closed`.

    Raises `NotSecurityOfficerError`, `AccountStateError` when it is closed, `NoAccountError`.
    """
    _change(by, now, account_id, AccountAct.CLOSED, {"closed_at": now, "invited_sha256": None, "invited_until": None})


def _change(
    by: Actor,
    now: datetime,
    account_id: UUID,
    act: AccountAct,
    values: dict[str, object],
    *,
    needs: AccountState | None = None,
    detail: dict[str, object] | None = None,
) -> AccountFacts:
    with acting(by) as cursor:
        found = get_account(account_id, for_update=True)
        require_officer(by, found.agency_id)
        if found.state is AccountState.CLOSED:
            raise AccountStateError(f"`{found.username}` is closed; open a new account")
        if needs is not None and found.state is not needs:
            raise AccountStateError(
                f"`{found.username}` is {found.state.value}, not {needs.value}; nothing is to be done"
            )
        Account.objects.using("default").filter(id=account_id).update(**values)
        record_event(
            cursor, by=by, now=now, act=act, account_id=account_id, agency_id=found.agency_id, detail=detail
        )  # fmt: skip
    return found


def require_officer(by: Actor, agency_id: UUID) -> None:
    """Refuse whoever does not manage the accounts of an agency; raises `NotSecurityOfficerError`."""
    if by.duty is Duty.STEWARD:
        return
    post = get_post(by.post_id)
    if by.duty is not Duty.AGENCY or by.agency_id != agency_id or post.function is not PostFunction.SECURITY_OFFICER:
        raise NotSecurityOfficerError("accounts of an agency are managed by its security officer, or the steward")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
