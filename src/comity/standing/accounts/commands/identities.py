"""Which subject of an agency's identity provider is which account: linked by a security officer, or by who proved both.

The provider's agency is the account's: the caller says of which agency the provider is, and another is refused.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import SIGN_IN, acting, signing_in
from comity.standing.accounts.commands.manage import AccountStateError, require_officer
from comity.standing.accounts.commands.record import record_event
from comity.standing.accounts.facts import SignedIn
from comity.standing.accounts.models import Identity
from comity.standing.accounts.selectors import get_account
from comity.standing.accounts.vocabulary import AccountAct, AccountState


class IdentityRefusedError(ValueError):
    """The subject or the account is linked already, or the provider is another agency's."""


def link_identity(
    *, by: Actor, now: datetime, account_id: UUID, provider: str, provider_agency: str, subject_blind: bytes
) -> None:
    """Let a subject of an identity provider sign in by an account; writes `account.identity_linked`.

    `provider_agency`: the id of the agency the provider is of, as text. Raises `NotSecurityOfficerError`,
    `IdentityRefusedError`, `AccountStateError` for a closed account, `NoAccountError`.
    """
    try:
        with acting(by) as cursor:
            found = get_account(account_id, for_update=True)
            require_officer(by, found.agency_id)
            if found.state is AccountState.CLOSED:
                raise AccountStateError(f"`{found.username}` is closed; open a new account")
            if str(found.agency_id) != provider_agency:
                raise IdentityRefusedError(f"`{provider}` is another agency's; choose one of the account's agency")
            record_event(
                cursor, by=by, now=now, act=AccountAct.IDENTITY_LINKED, account_id=account_id,
                agency_id=found.agency_id, detail={"provider": provider},
            )  # fmt: skip
            _insert("default", account_id, found.agency_id, provider, subject_blind, now)
    except IntegrityError as error:
        raise _taken(error, provider) from None


def unlink_identity(*, by: Actor, now: datetime, account_id: UUID, provider: str) -> None:
    """Let nobody sign in by an account through an identity provider any more; writes `account.identity_unlinked`.

    Raises `NotSecurityOfficerError`, `AccountStateError` when there is no such link, `NoAccountError`.
    """
    with acting(by) as cursor:
        found = get_account(account_id, for_update=True)
        require_officer(by, found.agency_id)
        rows = Identity.objects.using("default").filter(
            account_id=account_id, provider=provider, unlinked_at__isnull=True
        )
        if rows.update(unlinked_at=now) == 0:
            raise AccountStateError(f"`{found.username}` is not linked with `{provider}`; nothing is to be done")
        record_event(
            cursor, by=by, now=now, act=AccountAct.IDENTITY_UNLINKED, account_id=account_id,
            agency_id=found.agency_id, detail={"provider": provider},
        )  # fmt: skip


def link_own_identity(
    *, by: Actor, now: datetime, account: SignedIn, provider: str, provider_agency: str, subject_blind: bytes
) -> None:
    """Link the account of somebody who proved both the account and the subject; `by` is the node.

    Writes `account.identity_linked`, then the link. Raises `IdentityRefusedError`.
    """
    if str(account.agency_id) != provider_agency:
        raise IdentityRefusedError(f"`{provider}` is another agency's; choose one of the account's agency")
    rows = Identity.objects.using(SIGN_IN).filter(provider=provider, unlinked_at__isnull=True)
    if rows.filter(account_id=account.id).exists() or rows.filter(subject_blind=subject_blind).exists():
        raise IdentityRefusedError(f"the account or the subject has a link with `{provider}`; it is ended first")
    with acting(by) as cursor:
        record_event(
            cursor, by=by, now=now, act=AccountAct.IDENTITY_LINKED, account_id=account.id,
            agency_id=account.agency_id, detail={"provider": provider, "method": "own"},
        )  # fmt: skip
    try:
        with signing_in():
            _insert(SIGN_IN, account.id, account.agency_id, provider, subject_blind, now)
    except IntegrityError as error:
        raise _taken(error, provider) from None


def _insert(using: str, account_id: UUID, agency_id: UUID, provider: str, subject_blind: bytes, now: datetime) -> None:
    row = Identity(
        account_id=account_id, agency_id=agency_id, provider=provider, subject_blind=subject_blind, linked_at=now
    )
    Identity.objects.using(using).bulk_create([row])


def _taken(error: IntegrityError, provider: str) -> IdentityRefusedError:
    whose = "the account" if "one_a_provider" in str(error) else "the subject"
    return IdentityRefusedError(f"{whose} has a link with `{provider}`; it is ended first")
