"""Opening the values of lodged records, in the gate's window, for minimizing."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.case import Case
from comity.kernel.canonical import Json
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import gate_reads
from comity.spine.vault.seal import ItemAlteredError, open_items


def open_values(
    cursor: CursorWrapper, cases: Sequence[Case], by: Actor, keys: KeyRing
) -> dict[UUID, Mapping[str, str]]:
    """Return the values of each case's record, by ask id; a record that was purged has none.

    Raises the vault's errors when a record was altered: nothing of the chunk is then written.
    """
    wanted = {case.named.id: case.record.payload_item for case in cases if case.record is not None}
    if not wanted:
        return {}
    with gate_reads(cursor, by):
        opened = open_items(cursor, keys, set(wanted.values()))
    return _by_ask(wanted, opened)


def open_sound_values(
    cursor: CursorWrapper, cases: Sequence[Case], by: Actor, keys: KeyRing
) -> dict[UUID, Mapping[str, str]]:
    """Return the same, but leave out a record that was altered: for the tick, which no one record may hold up."""
    wanted = {case.named.id: case.record.payload_item for case in cases if case.record is not None}
    if not wanted:
        return {}
    with gate_reads(cursor, by):
        try:
            opened = open_items(cursor, keys, set(wanted.values()))
        except ItemAlteredError:
            opened = {}
            for item in set(wanted.values()):
                with suppress(ItemAlteredError):
                    opened |= open_items(cursor, keys, [item])
    return _by_ask(wanted, opened)


def _by_ask(wanted: Mapping[UUID, UUID], opened: Mapping[UUID, Json]) -> dict[UUID, Mapping[str, str]]:
    return {ask_id: texts(opened[item]) for ask_id, item in wanted.items() if item in opened}


def texts(value: Json) -> Mapping[str, str]:
    """Return the element values of a sealed record (`{"values": {element: text}}`)."""
    values = value.get("values") if isinstance(value, dict) else None
    return {name: str(text) for name, text in values.items()} if isinstance(values, dict) else {}
