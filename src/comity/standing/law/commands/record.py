"""What the commands of law share: who may, and how the rows of an act are written with their ledger entries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import Cell, plain
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import as_bytea, insert_rows
from comity.standing.directory.selectors import get_post, list_node_counsel
from comity.standing.directory.vocabulary import PostFunction

Row = dict[str, object]
ROWS_AN_ENTRY: Final = 400
"""Rows that one ledger entry tells of: their digests stay within its 64 KiB."""


class NotStewardError(PermissionError):
    """The law of the node is kept by its steward."""


class NotCounselError(PermissionError):
    """Somebody else than counsel did what counsel does, or counsel approved what the same post had loaded."""


def require_steward(by: Actor) -> None:
    """Raise `NotStewardError` unless `by` acts as the steward."""
    if by.duty is not Duty.STEWARD:
        raise NotStewardError("only the steward's duty keeps the law of the node")


def require_counsel(by: Actor) -> None:
    """Raise `NotCounselError` unless the post of `by` is counsel of the node; reads in the caller's transaction.

    That is counsel of the agency with the power `node_counsel`; the message says whose that is.
    """
    post = get_post(by.post_id)
    if post.function is not PostFunction.COUNSEL or post.agency_id != by.agency_id:
        raise NotCounselError(f"post `{post.code}` is not counsel of the acting agency")
    named = list_node_counsel()
    if by.agency_id not in {agency.id for agency in named}:
        who = ", ".join(f"`{agency.code}`" for agency in named)
        way = f"counsel of the node is that of {who}" if who else "`comity law name-counsel AGENCY` says whose is"
        raise NotCounselError(f"post `{post.code}` is not counsel of the node; {way}")


def done_by(by: Actor, now: datetime) -> Row:
    """Return the columns that say when and whose act a row is."""
    return {"at": now, "agency_id": by.agency_id, "post_id": by.post_id}


def write_act(
    cursor: CursorWrapper,
    *,
    act: str,
    by: Actor,
    now: datetime,
    rows: Sequence[tuple[str, Row]],
    ruleset: str | None = None,
) -> None:
    """Insert act rows (table and columns), and the ledger entries `act` that tell of them, one for every 400."""
    for start in range(0, len(rows), ROWS_AN_ENTRY):
        told = rows[start : start + ROWS_AN_ENTRY]
        digested = {f"{table}/{row['id']}": row for table, row in told}
        entry = Entry.make(act=act, at=now, actor=by, rows=digested, ruleset=ruleset)
        tables: dict[str, list[dict[str, Cell]]] = {}
        for table, row in told:
            cells = {name: _cell(value) for name, value in row.items()}
            tables.setdefault(table, []).append({**cells, "entry_id": entry.entry_id})
        insert_rows(cursor, tables)
        append_entries(cursor, [entry])


def _cell(value: object) -> Cell:
    return as_bytea(value) if isinstance(value, bytes) else plain(value)
