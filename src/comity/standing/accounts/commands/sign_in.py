"""What signing in writes. The node records it (`by`), as nobody is in yet: first the ledger, then what it lets happen.

So a crash between the two leaves an entry for something that was then not done, never the other way round.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import SIGN_IN, acting, signing_in
from comity.standing.accounts.commands.record import record_event
from comity.standing.accounts.facts import SignedIn
from comity.standing.accounts.models import Account
from comity.standing.accounts.rules import failures_with, locks
from comity.standing.accounts.selectors import invited_account
from comity.standing.accounts.vocabulary import AccountAct


def note_event(*, by: Actor, now: datetime, account: SignedIn, act: AccountAct, method: str = "") -> None:
    """Record what somebody does with one's own account; `method`: by which means, a code. Writes `act`."""
    _record(by, now, account.id, account.agency_id, act, method)


def note_sign_in(*, by: Actor, now: datetime, account: SignedIn, method: str) -> None:
    """Record that somebody signed in by `method`; forget failures. Writes `account.signed_in`."""
    _record(by, now, account.id, account.agency_id, AccountAct.SIGNED_IN, method)
    with signing_in():
        Account.objects.using(SIGN_IN).filter(id=account.id, locked_at__isnull=True).update(failed_at=[])


def note_failure(*, by: Actor, now: datetime, account: SignedIn, method: str) -> bool:
    """Record a failure to sign in by `method`, lock the account when it is one too many; returns whether it is locked.

    Writes `account.sign_in_failed`, then `account.locked`. Failures at the same time add up.
    """
    _record(by, now, account.id, account.agency_id, AccountAct.FAILED, method)
    with signing_in():
        row = Account.objects.using(SIGN_IN).select_for_update().get(id=account.id)
        if row.locked_at is not None:
            return True
        failed_at = failures_with(row.failed_at, now)
        is_locked = locks(failed_at)
        if is_locked:
            _record(by, now, account.id, account.agency_id, AccountAct.LOCKED, method)
        values = {"failed_at": failed_at, "locked_at": now if is_locked else None}
        Account.objects.using(SIGN_IN).filter(id=account.id).update(**values)
    return is_locked


def accept_invitation(*, by: Actor, now: datetime, secret: str, password: str) -> UUID:
    """Set the password of the account that `secret` invites, once; returns the account's id.

    Writes `account.joined`. The password was found good before; a lock stays.

    Raises `selectors.InvitationRefusedError`.
    """
    with signing_in():
        row = invited_account(hashlib.sha256(secret.encode()).digest(), now)
        _record(by, now, row.id, row.agency_id, AccountAct.JOINED, "invitation")
        row.set_password(password)
        row.invited_sha256 = row.invited_until = None
        row.joined_at = row.joined_at or now
        row.save(using=SIGN_IN, update_fields=["password", "invited_sha256", "invited_until", "joined_at"])
    return row.id


def _record(by: Actor, now: datetime, account_id: UUID, agency_id: UUID, act: AccountAct, method: str) -> None:
    with acting(by) as cursor:
        record_event(
            cursor, by=by, now=now, act=act, account_id=account_id, agency_id=agency_id,
            detail={"method": method} if method else {},
        )  # fmt: skip
