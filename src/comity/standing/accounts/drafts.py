"""Sealed drafts of forms, as the role *signin*: no act, so no entry; gone after a day."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from comity.spine.tenancy.transaction import SIGN_IN, signing_in
from comity.standing.accounts.models import Draft

KEPT_FOR: Final = timedelta(days=1)


def put_draft(*, account_id: UUID, page: str, sealed: bytes, now: datetime) -> None:
    """Keep `sealed` for a page of an account, in the place of what was kept; drop what is a day old, of anybody."""
    with signing_in():
        Draft.objects.using(SIGN_IN).filter(kept_at__lt=now - KEPT_FOR).delete()
        Draft.objects.using(SIGN_IN).update_or_create(
            account_id=account_id, page=page, defaults={"sealed": sealed, "kept_at": now}
        )


def find_draft(*, account_id: UUID, page: str, now: datetime) -> bytes | None:
    """Return what is kept for a page of an account."""
    found = Draft.objects.using(SIGN_IN).filter(account_id=account_id, page=page, kept_at__gte=now - KEPT_FOR)
    row = found.values_list("sealed", flat=True).first()
    return None if row is None else bytes(row)


def drop_draft(*, account_id: UUID, page: str) -> None:
    """Drop what is kept for a page of an account."""
    Draft.objects.using(SIGN_IN).filter(account_id=account_id, page=page).delete()
