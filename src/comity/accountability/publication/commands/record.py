"""What the verbs share: the act row of a change, with its ledger entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from comity.accountability.publication.facts import digest_of
from comity.accountability.publication.models import PublishedChange
from comity.accountability.publication.selectors import get_published, get_published_version
from comity.accountability.publication.vocabulary import Change
from comity.kernel.ids import new_id
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.tenancy.actor import Actor


@dataclass(frozen=True, slots=True)
class Told:
    """A change to tell: of which version, what, when it happened, by which event of the agreement."""

    number: int
    change: Change
    happened_at: datetime
    effective_at: datetime | None = None
    event_id: UUID | None = None
    is_notice: bool = False


def record_changes(
    cursor: CursorWrapper, *, code: str, party_ids: Sequence[UUID], told: Sequence[Told], by: Actor, now: datetime
) -> None:
    """Insert an act row for each change and append its ledger entry `publication.changed`.

    The digests are of what is public when this is called, so the working rows are written before.
    """
    agreement = get_published(code, using=DEFAULT_DB_ALIAS)
    digests = {
        number: digest_of(agreement, get_published_version(code, number, using=DEFAULT_DB_ALIAS))
        for number in {one.number for one in told}
    }
    for one in told:
        row_id = new_id()
        row = {
            "id": row_id,
            "code": code,
            "number": one.number,
            "change": one.change.value,
            "is_notice": one.is_notice,
            "happened_at": one.happened_at,
            "effective_at": one.effective_at,
            "digest": digests[one.number],
            "party_ids": list(party_ids),
            "event_id": one.event_id,
            "at": now,
            "agency_id": by.agency_id,
            "post_id": by.post_id,
        }
        rows = {f"publication_change/{row_id}": row}
        entry = Entry.make(act="publication.changed", at=now, actor=by, rows=rows)
        PublishedChange(**row, entry_id=entry.entry_id).save(force_insert=True)
        append_entries(cursor, [entry])


def write_act(
    cursor: CursorWrapper, model: type[Model], *, act: str, told: Mapping[str, Any], by: Actor, now: datetime
) -> None:
    """Insert the act row of a telling, with the columns `told`, and append its ledger entry `act`."""
    row = {"id": new_id(), **told, "at": now, "agency_id": by.agency_id, "post_id": by.post_id}
    entry = Entry.make(act=act, at=now, actor=by, rows={f"{model._meta.db_table}/{row['id']}": row})  # noqa: SLF001
    model(**row, entry_id=entry.entry_id).save(force_insert=True)
    append_entries(cursor, [entry])
