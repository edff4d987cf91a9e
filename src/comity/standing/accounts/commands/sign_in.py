"""What signing in writes. The node records it (`by`), as nobody is in yet: first the ledger, then what it lets happen.

So a crash between the two leaves an entry for something that was then not done, never the other way round.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Coalesce

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import SIGN_IN, acting, signing_in
from comity.standing.accounts.commands.record import record_event
from comity.standing.accounts.facts import SignedIn
from comity.standing.accounts.models import Account
from comity.standing.accounts.rules import counting, locks, may_try
from comity.standing.accounts.selectors import invited_account
from comity.standing.accounts.vocabulary import AccountAct


def note_event(
    *, by: Actor, now: datetime, account: SignedIn, act: AccountAct, method: str = "", source: str = ""
) -> None:
    """Record what somebody does with one's own account; `method`: by which means, a code. Writes `act`."""
    _record(by, now, account.id, account.agency_id, act, method, source)


def note_sign_in(*, by: Actor, now: datetime, account: SignedIn, method: str, source: str = "") -> None:
    """Record that somebody signed in by `method`; forget failures. Writes `account.signed_in`."""
    _record(by, now, account.id, account.agency_id, AccountAct.SIGNED_IN, method, source)
    with signing_in():
        rows = Account.objects.using(SIGN_IN).filter(id=account.id, locked_at__isnull=True)
        rows.update(failed_at=[], joined_at=Coalesce("joined_at", now))


def begin_attempt(*, now: datetime, account: SignedIn) -> bool:
    """Count an attempt before it is tried; returns whether it may be tried.

    While five count, or the account is not let in, nothing is tried: guesses made at the same time add up before any
    of them is looked at. What ends an attempt is `note_failure`, or `forgive_attempt`; a crash leaves it counted.
    """
    with signing_in():
        row = Account.objects.using(SIGN_IN).select_for_update().get(id=account.id)
        if not row.is_let_in or not may_try(row.failed_at, now):
            return False
        Account.objects.using(SIGN_IN).filter(id=account.id).update(failed_at=[*counting(row.failed_at, now), now])
    return True


def forgive_attempt(*, now: datetime, account: SignedIn) -> None:
    """Count an attempt begun at `now` no longer: it was no failure."""
    with signing_in():
        row = Account.objects.using(SIGN_IN).select_for_update().get(id=account.id)
        if now in row.failed_at:
            row.failed_at.remove(now)
            Account.objects.using(SIGN_IN).filter(id=account.id).update(failed_at=row.failed_at)


def note_failure(*, by: Actor, now: datetime, account: SignedIn, method: str, source: str = "") -> bool:
    """Record that an attempt failed, lock the account when it is one too many; returns whether it is locked.

    Writes `account.sign_in_failed`, then `account.locked`. The attempt was counted when it began.
    """
    _record(by, now, account.id, account.agency_id, AccountAct.FAILED, method, source)
    with signing_in():
        row = Account.objects.using(SIGN_IN).select_for_update().get(id=account.id)
        if row.locked_at is None and locks(row.failed_at, now):
            _record(by, now, account.id, account.agency_id, AccountAct.LOCKED, method, source)
            Account.objects.using(SIGN_IN).filter(id=account.id).update(locked_at=now)
            return True
    return row.locked_at is not None


def accept_invitation(*, by: Actor, now: datetime, secret: str, password: str, source: str = "") -> UUID:
    """Set the password of the account that `secret` invites, once; returns the account's id.

    Writes `account.joined`. The password was found good before; a lock stays.

    Raises `selectors.InvitationRefusedError`.
    """
    with signing_in():
        row = invited_account(hashlib.sha256(secret.encode()).digest(), now)
        _record(by, now, row.id, row.agency_id, AccountAct.JOINED, "invitation", source)
        row.set_password(password)
        row.invited_sha256 = row.invited_until = None
        row.joined_at = row.joined_at or now
        row.save(using=SIGN_IN, update_fields=["password", "invited_sha256", "invited_until", "joined_at"])
    return row.id


def _record(
    by: Actor, now: datetime, account_id: UUID, agency_id: UUID, act: AccountAct, method: str, source: str
) -> None:
    with acting(by) as cursor:
        record_event(
            cursor, by=by, now=now, act=act, account_id=account_id, agency_id=agency_id, source=source,
            detail={"method": method} if method else {},
        )  # fmt: skip
