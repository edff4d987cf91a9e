"""An ask that was recorded, as the parties and posts stand now: for answering, approving, ticking and delivering."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import Ask
from comity.coordination.exchange.facts import Named
from comity.kernel.canonical import Json
from comity.spine.tenancy.transaction import decoded
from comity.standing.directory import selectors as directory


class AskNotVisibleError(LookupError):
    """No such ask, or not for this session; which of the two is not told."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """A recorded ask with its parties, how many answers it has had, and the status that counts."""

    named: Named
    answers: int
    decisions: int
    status: str
    path: str
    private_item: UUID
    asked_at: datetime


_SELECT = """
SELECT a.id, a.asker_id, a.holder_id, a.post_id, a.ask_key, a.path, a.agreement, a.purpose, a.category, a.elements,
       a.shown, a.denied, a.reference_key, a.private_item, a.asked_at,
       (SELECT count(*) FROM exchange_answer w WHERE w.ask_id = a.id),
       (SELECT count(*) FROM exchange_decision d WHERE d.ask_id = a.id),
       coalesce((SELECT w.status FROM exchange_answer w WHERE w.ask_id = a.id ORDER BY w.number DESC LIMIT 1), ''),
       a.body_digest
FROM exchange_ask a WHERE a.id = ANY(%s) ORDER BY a.id
"""


def reload_asks(cursor: CursorWrapper, ask_ids: Sequence[UUID]) -> list[Reloaded]:
    """Return those of the asks that this session may see, by id; their private part stays in the vault."""
    cursor.execute(_SELECT, (list(ask_ids),))
    rows = cursor.fetchall()
    agencies = directory.list_agencies({row[1] for row in rows} | {row[2] for row in rows})
    posts = directory.list_posts({row[3] for row in rows})
    return [
        Reloaded(
            named=Named(
                id=row[0],
                ask=Ask(
                    ask_key=row[4],
                    holder=agencies[row[2]].code,
                    purpose=row[7],
                    category=row[8],
                    elements=tuple(row[9]),
                    reference="",
                    post=posts[row[3]].code,
                    agreement=row[6] or "",
                    claims=dict.fromkeys(row[10], True) | dict.fromkeys(row[11], False),
                ),
                asker=agencies[row[1]],
                holder=agencies[row[2]],
                post=posts[row[3]],
                reference_key=row[12],
                body_digest=row[18],
            ),
            answers=row[15],
            decisions=row[16],
            status=row[17],
            path=row[5],
            private_item=row[13],
            asked_at=row[14],
        )
        for row in rows
    ]


def reload_ask(cursor: CursorWrapper, ask_id: UUID) -> Reloaded:
    """Return one ask; raise `AskNotVisibleError`."""
    found = reload_asks(cursor, [ask_id])
    if not found:
        raise AskNotVisibleError(f"no ask `{ask_id}` for this session")
    return found[0]


def read_told(cursor: CursorWrapper, ask_id: UUID) -> Json:
    """Return what the asker was last shown of the classes of an ask; None when nothing yet, or the law hides it."""
    cursor.execute(
        "SELECT classes FROM exchange_answer WHERE ask_id = %s AND classes IS NOT NULL ORDER BY number DESC LIMIT 1",
        (ask_id,),
    )
    row = cursor.fetchone()
    return decoded(row[0]) if row else None
