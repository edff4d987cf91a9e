"""Opening the values of lodged records, in the gate's window, for minimizing."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import structlog
from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.case import Case
from comity.kernel.canonical import Json
from comity.spine.keys.ring import KeyRing, UnknownMasterKeyError
from comity.spine.vault.check_keys import opens_most
from comity.spine.vault.seal import ItemAlteredError, Opened, open_sound_items_as_gate

_log: Final = structlog.get_logger("comity.exchange")


def open_values(cursor: CursorWrapper, cases: Sequence[Case], keys: KeyRing) -> dict[UUID, Mapping[str, str]]:
    """Return the values of each case's record, by ask id; a record that was purged has none.

    Raises `ItemAlteredError` when a record was altered, its data key or the name of its master key included, and
    `UnknownMasterKeyError` when the ring is not this database's: nothing of the chunk is then written.
    """
    wanted, opened = _open(cursor, cases, keys)
    for item, error in opened.damaged.items():
        if isinstance(error, ItemAlteredError):
            raise error
        raise ItemAlteredError(f"vault item `{item}` names a master key that is not held: {error}") from None
    return _by_ask(wanted, opened)


def open_sound_values(cursor: CursorWrapper, cases: Sequence[Case], keys: KeyRing) -> dict[UUID, Mapping[str, str]]:
    """Return the same, but leave out a record that was altered: for the tick, which no one record may hold up.

    What is left out is logged by its ids. Raises `UnknownMasterKeyError` when the ring is not this database's.
    """
    wanted, opened = _open(cursor, cases, keys)
    for ask_id, item in wanted.items():
        if item in opened.damaged:
            code = type(opened.damaged[item]).__name__
            _log.warning("exchange.record_damaged", ask=str(ask_id), item=str(item), code=code)
    return _by_ask(wanted, opened)


def _open(cursor: CursorWrapper, cases: Sequence[Case], keys: KeyRing) -> tuple[dict[UUID, UUID], Opened]:
    wanted = {case.named.id: case.record.payload_item for case in cases if case.record is not None}
    if not wanted:
        return wanted, Opened({}, {})
    opened = open_sound_items_as_gate(cursor, keys, set(wanted.values()))
    unknown = next((error for error in opened.damaged.values() if isinstance(error, UnknownMasterKeyError)), None)
    if unknown is not None and not opens_most(cursor, keys):
        raise unknown
    return wanted, opened


def _by_ask(wanted: Mapping[UUID, UUID], opened: Opened) -> dict[UUID, Mapping[str, str]]:
    return {ask_id: texts(opened.values[item]) for ask_id, item in wanted.items() if item in opened.values}


def texts(value: Json) -> Mapping[str, str]:
    """Return the element values of a sealed record (`{"values": {element: text}}`)."""
    values = value.get("values") if isinstance(value, dict) else None
    return {name: str(text) for name, text in values.items()} if isinstance(values, dict) else {}
