"""How what happens to an account is recorded: one act row and one ledger entry, in the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import plain
from comity.kernel.ids import new_id
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.tenancy.actor import Actor
from comity.standing.accounts.models import AccountEvent, EventSource
from comity.standing.accounts.rules import SOURCE_KEPT_FOR
from comity.standing.accounts.vocabulary import AccountAct


def record_event(
    cursor: CursorWrapper,
    *,
    by: Actor,
    now: datetime,
    act: AccountAct,
    account_id: UUID,
    agency_id: UUID,
    detail: Mapping[str, object] | None = None,
    source: str = "",
) -> None:
    """Insert one `accounts_event` and one pending ledger entry; `agency_id` is the account's.

    `source`: the address it came from, kept beside the event for a year; what is older goes, of anybody.
    """
    event_id = new_id()
    row: dict[str, object] = {
        "id": event_id,
        "at": now,
        "act": f"account.{act.value}",
        "agency_id": by.agency_id,
        "post_id": by.post_id,
        "about_agency_id": agency_id,
        "account_id": account_id,
        "detail": plain(detail or {}),
    }
    entry = Entry.make(act=f"account.{act.value}", at=now, actor=by, rows={f"accounts_event/{row['id']}": row})
    AccountEvent.objects.bulk_create([AccountEvent(**row, entry_id=entry.entry_id)])
    append_entries(cursor, [entry])
    if source:
        EventSource.objects.filter(at__lt=now - SOURCE_KEPT_FOR).delete()
        kept = EventSource(event_id=event_id, about_agency_id=agency_id, at=now, address=source)
        EventSource.objects.bulk_create([kept])
