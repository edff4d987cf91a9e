"""How a change of the directory is recorded: one act row and one ledger entry each, in the command's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import Json, plain
from comity.kernel.ids import new_id
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.tenancy.actor import Actor, Duty
from comity.standing.directory.models import DirectoryEvent


class NotYourAgencyError(PermissionError):
    """A post tried to change what belongs to another agency's part of the directory."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to which row. `detail` holds codes, ids and times only; times are written as UTC text."""

    act: str
    about_agency_id: UUID | None
    subject_id: UUID
    detail: Mapping[str, object]


def require_own(by: Actor, agency_ids: Iterable[UUID]) -> None:
    """Raise `NotYourAgencyError` unless `by` is the steward or acts for each of these agencies.

    Row-level security holds the same line; this says it in words.
    """
    if by.duty is Duty.STEWARD:
        return
    foreign = sorted({str(agency) for agency in agency_ids if by.duty is not Duty.AGENCY or agency != by.agency_id})
    if foreign:
        raise NotYourAgencyError(f"only its own posts or the steward change agency `{foreign[0]}`")


def require_steward(by: Actor) -> None:
    """Raise `NotYourAgencyError` unless `by` acts as the steward."""
    if by.duty is not Duty.STEWARD:
        raise NotYourAgencyError("only the steward changes this part of the directory")


def record_changes(cursor: CursorWrapper, *, by: Actor, now: datetime, changes: Sequence[Change]) -> None:
    """Insert one `directory_event` and one pending ledger entry per change, in the caller's transaction."""
    events: list[DirectoryEvent] = []
    entries: list[Entry] = []
    for change in changes:
        detail: Json = plain(change.detail)
        row: dict[str, object] = {
            "id": new_id(),
            "at": now,
            "act": change.act,
            "agency_id": by.agency_id,
            "post_id": by.post_id,
            "about_agency_id": change.about_agency_id,
            "subject_id": change.subject_id,
            "detail": detail,
        }
        entry = Entry.make(act=change.act, at=now, actor=by, rows={f"directory_event/{row['id']}": row})
        entries.append(entry)
        events.append(DirectoryEvent(**row, entry_id=entry.entry_id))
    DirectoryEvent.objects.bulk_create(events, batch_size=1_000)
    append_entries(cursor, entries)
