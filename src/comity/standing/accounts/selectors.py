"""Reads of accounts, in the caller's transaction as the role *app*; who signs in is read as *signin*."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from comity.spine.tenancy.transaction import SIGN_IN, signing_in
from comity.standing.accounts.facts import AccountEventFacts, AccountFacts, IdentityFacts, SignedIn
from comity.standing.accounts.models import Account, AccountEvent, EventSource, Identity
from comity.standing.accounts.vocabulary import AccountAct, AccountState

_SEEN = ("id", "username", "agency_id", "officer_id", "made_at", "locked_at", "closed_at", "joined_at", "last_login")


class InvitationRefusedError(ValueError):
    """The invitation is unknown, used, void or over; which of these is not told."""


class NoAccountError(LookupError):
    """No account with this id is the reader's to see."""


def get_account(account_id: UUID, *, for_update: bool = False) -> AccountFacts:
    """Return an account of the actor's agency; `for_update` locks it until the transaction ends.

    Raises `NoAccountError`.
    """
    rows = Account.objects.using("default").filter(id=account_id)
    if for_update:
        rows = rows.select_for_update(no_key=True)
    row = rows.values(*_SEEN).first()
    if row is None:
        raise NoAccountError(f"no account `{account_id}`")
    return _facts(row)


def list_accounts(agency_id: UUID) -> list[AccountFacts]:
    """Return the accounts of an agency by name, the closed ones last."""
    rows = Account.objects.using("default").filter(agency_id=agency_id).values(*_SEEN)
    found = [_facts(row) for row in rows]
    return sorted(found, key=lambda one: (one.state is AccountState.CLOSED, one.username))


def list_account_events(account_id: UUID, *, limit: int = 100) -> list[AccountEventFacts]:
    """Return what happened to an account, the newest first; from where, to who may see that."""
    rows = AccountEvent.objects.filter(account_id=account_id).order_by("-at", "-id")[:limit]
    found = list(rows.values_list("id", "at", "act", "detail"))
    sources = dict(
        EventSource.objects.filter(event_id__in=[one for one, *_ in found]).values_list("event_id", "address")
    )
    return [
        AccountEventFacts(
            at, AccountAct(act.removeprefix("account.")), str(detail.get("method", "")), sources.get(event_id, "")
        )
        for event_id, at, act, detail in found
    ]


def list_acts_since_sign_in(account_id: UUID, acts: Collection[AccountAct]) -> dict[AccountAct, datetime]:
    """Return which of these acts happened to an account since somebody last signed in to it, and when last."""
    rows = AccountEvent.objects.filter(account_id=account_id)
    last = rows.filter(act=_stored(AccountAct.SIGNED_IN)).order_by("-at").values_list("at", flat=True).first()
    found = rows.filter(act__in=[_stored(one) for one in acts])
    if last is not None:
        found = found.filter(at__gt=last)
    return {
        AccountAct(act.removeprefix("account.")): at for act, at in found.order_by("at", "id").values_list("act", "at")
    }


def list_identities(account_id: UUID) -> list[IdentityFacts]:
    """Return by which identity providers an account of the actor's agency is signed in to, by their codes."""
    rows = Identity.objects.using("default").filter(account_id=account_id, unlinked_at__isnull=True)
    return [IdentityFacts(*row) for row in rows.order_by("provider").values_list("provider", "linked_at")]


def find_identified(*, provider: str, subject_blind: bytes) -> SignedIn | None:
    """Return whose account a subject of an identity provider is linked with; as the role *signin*."""
    rows = Identity.objects.using(SIGN_IN).filter(
        provider=provider, subject_blind=subject_blind, unlinked_at__isnull=True
    )
    row = rows.select_related("account").first()
    return None if row is None else signed_in(row.account)


def list_own_providers(account_id: UUID) -> list[str]:
    """Return the codes of the identity providers that an account is linked with; as the role *signin*."""
    rows = Identity.objects.using(SIGN_IN).filter(account_id=account_id, unlinked_at__isnull=True)
    return sorted(rows.values_list("provider", flat=True))


def get_user(account_id: UUID) -> Account:
    """Return the framework's user of an account, to open a session for; raises `NoAccountError`."""
    row = Account.objects.using(SIGN_IN).filter(id=account_id).first()
    if row is None:
        raise NoAccountError(f"no account `{account_id}`")
    return row


def signed_in(user: object) -> SignedIn | None:
    """Return whose account the framework's `user` is; None: nobody's."""
    if not isinstance(user, Account):
        return None
    return SignedIn(user.id, user.username, user.agency_id, user.officer_id, user.is_let_in)


def find_signed_in(*, username: str) -> SignedIn | None:
    """Return the account that is signed in to by a name, in whatever case it is typed; as the role *signin*."""
    return signed_in(Account.objects.using(SIGN_IN).filter(username=username.lower()).first())


def get_signed_in(account_id: UUID) -> SignedIn:
    """Return an account as it stands now; as the role *signin*. Raises `NoAccountError`."""
    found = signed_in(Account.objects.using(SIGN_IN).filter(id=account_id).first())
    if found is None:
        raise NoAccountError(f"no account `{account_id}`")
    return found


def find_invited(*, secret: str, now: datetime) -> Account:
    """Return the account that `secret` invites, for the check of its password; raises `InvitationRefusedError`."""
    with signing_in():
        return invited_account(hashlib.sha256(secret.encode()).digest(), now)


def invited_account(digest: bytes, now: datetime) -> Account:
    """Return the account with this invitation, its row locked; raises `InvitationRefusedError`."""
    row = Account.objects.using(SIGN_IN).select_for_update().filter(invited_sha256=digest).first()
    if row is None or row.invited_until is None or now >= row.invited_until or row.closed_at is not None:
        raise InvitationRefusedError("the invitation was used, is over, or never was; ask your security officer")
    return row


def _facts(row: Mapping[str, Any]) -> AccountFacts:
    return AccountFacts(
        id=row["id"],
        username=row["username"],
        agency_id=row["agency_id"],
        officer_id=row["officer_id"],
        state=state_of(row),
        made_at=row["made_at"],
        last_login_at=row["last_login"],
    )


def _stored(act: AccountAct) -> str:
    return f"account.{act.value}"


def state_of(row: Mapping[str, Any]) -> AccountState:
    """Return how an account with these columns stands."""
    if row["closed_at"] is not None:
        return AccountState.CLOSED
    if row["locked_at"] is not None:
        return AccountState.LOCKED
    return AccountState.OPEN if row["joined_at"] is not None else AccountState.INVITED
