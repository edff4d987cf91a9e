"""Sealed drafts of forms, as the role *signin*: no act, so no entry; gone after a day.

What was sent is forgotten at once; that it was is kept as an empty draft, for what an open page had still under way.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from comity.spine.tenancy.transaction import SIGN_IN, signing_in
from comity.standing.accounts.models import Draft

KEPT_FOR: Final = timedelta(days=1)
STILL_UNDER_WAY: Final = timedelta(seconds=10)
"""How long after a page was sent something it saved by itself may still arrive."""


def put_draft(*, account_id: UUID, page: str, sealed: bytes, now: datetime, is_late: bool = False) -> bool:
    """Keep `sealed` for a page of an account, in the place of what was kept; returns whether it is kept.

    `is_late`: it may have been under way while the page was sent, and is not kept just after the page was forgotten.
    """
    with signing_in():
        rows = Draft.objects.using(SIGN_IN).filter(account_id=account_id, page=page)
        if is_late and rows.select_for_update().filter(sealed=b"", kept_at__gt=now - STILL_UNDER_WAY).exists():
            return False
        Draft.objects.using(SIGN_IN).update_or_create(
            account_id=account_id, page=page, defaults={"sealed": sealed, "kept_at": now}
        )
    return True


def drop_old_drafts(*, now: datetime) -> int:
    """Drop what is a day old, of anybody; returns how many."""
    with signing_in():
        return Draft.objects.using(SIGN_IN).filter(kept_at__lt=now - KEPT_FOR).delete()[0]


def find_draft(*, account_id: UUID, page: str, now: datetime) -> bytes | None:
    """Return what is kept for a page of an account."""
    found = Draft.objects.using(SIGN_IN).filter(account_id=account_id, page=page, kept_at__gte=now - KEPT_FOR)
    row = found.values_list("sealed", flat=True).first()
    return bytes(row) if row else None


def forget_sent(*, account_id: UUID, page: str, now: datetime) -> None:
    """Forget what is kept for a page of an account because it was sent, and that it was for a day."""
    put_draft(account_id=account_id, page=page, sealed=b"", now=now)


def drop_draft(*, account_id: UUID, page: str) -> None:
    """Drop what is kept for a page of an account."""
    Draft.objects.using(SIGN_IN).filter(account_id=account_id, page=page).delete()
