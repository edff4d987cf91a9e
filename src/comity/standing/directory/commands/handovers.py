"""The end of a shift: a post is left with what is open and a few words, and taken over by whoever comes next."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import Json, plain
from comity.kernel.ids import new_id
from comity.spine.keys.ring import KeyRing
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.tasks.desk import Desk, list_desk
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting, insert_rows, reading
from comity.spine.vault.seal import Plain, seal_all
from comity.standing.directory.commands.holdings import NotHeldError
from comity.standing.directory.models import Handover
from comity.standing.directory.selectors import get_holder
from comity.standing.directory.vocabulary import HandoverKind

NOTE_KEPT: Final = timedelta(days=14)
LONGEST_NOTE: Final = 1_000
"""Characters: enough to say what to watch, too little for a file."""
_EACH: Final = 25


class NoteTooLongError(ValueError):
    """A note of more than a thousand characters."""


class NoHandoverError(LookupError):
    """Nothing of this id was left at the actor's post."""


class AlreadyTakenOverError(ValueError):
    """Somebody took it over before."""


class OwnHandoverError(PermissionError):
    """Who left the post takes it over from oneself: nobody has read it then."""


def leave_post(
    *,
    by: Actor,
    now: datetime,
    handover_id: UUID,
    officer_id: UUID,
    functions: Collection[str],
    note: str,
    keys: KeyRing,
) -> None:
    """Leave the post of `by` to whoever comes next, with its open tasks as they stand and a note; "" for none.

    `handover_id`: made by who asks, so that a form sent twice leaves once. `officer_id`: who leaves, the holder.
    `functions`: those of the post. One durable transaction: the note as a vault item kept for two weeks, a
    `directory_handover` row, a ledger entry `handover.left`; nothing where it was left before. Raises
    `NoteTooLongError`, `NotHeldError`, and `NoHandoverError` for an id that another post has used.
    """
    if len(note) > LONGEST_NOTE:
        raise NoteTooLongError(f"a note has at most {LONGEST_NOTE} characters, this one {len(note)}")
    try:
        with acting(by) as cursor:
            _require_holding(by, officer_id, now)
            if _is_left(by, handover_id):
                return
            found = list_desk(cursor, Desk(by.agency_id, by.post_id, functions, now), each=_EACH)
            tasks = [{"id": one.id, "kind": one.kind.value, "due": one.due_at} for one in found]
            payloads: dict[UUID, str] = {}
            if note:
                item = Plain(new_id(), "handover", by.agency_id, {"note": note}, retain_until=now + NOTE_KEPT)
                sealing = seal_all(keys, [item])
                insert_rows(cursor, sealing.tables)
                payloads = dict(sealing.digests)
            row = _row(
                by, now, HandoverKind.LEFT, handover_id, officer_id, plain(tasks), item_id=next(iter(payloads), None)
            )
            rows = {f"directory_handover/{handover_id}": row}
            _insert(cursor, row, Entry.make(act="handover.left", at=now, actor=by, rows=rows, payloads=payloads))
    except IntegrityError:
        with reading(by):
            if not _is_left(by, handover_id):
                raise NoHandoverError(f"`{handover_id}` is the handover of another post") from None


def _is_left(by: Actor, handover_id: UUID) -> bool:
    return Handover.objects.filter(id=handover_id, post_id=by.post_id).exists()


def take_over_post(*, by: Actor, now: datetime, handover_id: UUID, officer_id: UUID) -> None:
    """Take over what was left at the post of `by`: whoever holds it now has read it.

    One durable transaction: a `directory_handover` row, a ledger entry `handover.taken`. Raises `NoHandoverError`,
    `AlreadyTakenOverError`, `OwnHandoverError`, `NotHeldError`.
    """
    with acting(by) as cursor:
        _require_holding(by, officer_id, now)
        left = Handover.objects.filter(id=handover_id, post_id=by.post_id, kind=HandoverKind.LEFT.value).first()
        if left is None:
            raise NoHandoverError(f"nothing `{handover_id}` was left at this post")
        if left.officer_id == officer_id:
            raise OwnHandoverError("who left the post does not take it over; whoever comes next does")
        row = _row(by, now, HandoverKind.TAKEN, new_id(), officer_id, [], about=handover_id)
        rows = {f"directory_handover/{row['id']}": row}
        try:
            _insert(cursor, row, Entry.make(act="handover.taken", at=now, actor=by, rows=rows))
        except IntegrityError as error:
            raise AlreadyTakenOverError("it was taken over before") from error


def _require_holding(by: Actor, officer_id: UUID, now: datetime) -> None:
    holder = get_holder(by.post_id, now)
    if holder is None or holder.officer_id != officer_id:
        raise NotHeldError(f"the officer does not hold post `{by.post_id}` now")


def _row(
    by: Actor,
    now: datetime,
    kind: HandoverKind,
    row_id: UUID,
    officer_id: UUID,
    tasks: Json,
    *,
    about: UUID | None = None,
    item_id: UUID | None = None,
) -> dict[str, object]:
    return {
        "id": row_id,
        "kind": kind.value,
        "about_id": about,
        "agency_id": by.agency_id,
        "post_id": by.post_id,
        "officer_id": officer_id,
        "tasks": tasks,
        "note_item": item_id,
        "at": now,
    }


def _insert(cursor: CursorWrapper, row: dict[str, object], entry: Entry) -> None:
    Handover.objects.bulk_create([Handover(**row, entry_id=entry.entry_id)])
    append_entries(cursor, [entry])
