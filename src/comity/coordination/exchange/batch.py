"""What one chunk writes, gathered while deciding and then written in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, cast
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.rulesets import keep_rulesets
from comity.kernel.canonical import Cell, Json, plain
from comity.kernel.digest import PlainRow
from comity.spine.clocks.start import Start, start_clocks
from comity.spine.keys.ring import KeyRing
from comity.spine.ledger.append import Entry, appending
from comity.spine.outbox.enqueue import Message, enqueuing
from comity.spine.policy.slices import RuleSlice
from comity.spine.tasks.open import NewTask, open_tasks
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import insert_rows
from comity.spine.vault.seal import Plain, seal_all

Value = Json | UUID | date | Sequence[Json] | Mapping[str, Json]
"""What a column of an act row is given as."""
_KEPT: Final = frozenset({str, list, dict, bool, type(None), UUID})


@dataclass(frozen=True, slots=True)
class ActRow:
    """A row of an act table without its `entry_id`; `values` are JSON values and ids."""

    table: str
    values: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: its name, who did it, its rows, and the vault items it sealed (`facts_item` among them).

    `recorded` are rows that were inserted already, under `entry_id`: they are digested, not inserted again.
    """

    name: str
    actor: Actor
    rows: tuple[ActRow, ...]
    ruleset: str | None = None
    facts_item: UUID | None = None
    items: tuple[UUID, ...] = ()
    recorded: tuple[ActRow, ...] = ()
    entry_id: UUID | None = None


def act_row(table: str, **values: Value) -> ActRow:
    """Return an act row; dates are turned into JSON values once, for the digest and for the insert alike.

    Ids stay as they are; lists and maps are JSON values already: they are not looked into.
    """
    return ActRow(table, {name: cast("Cell", v) if type(v) in _KEPT else plain(v) for name, v in values.items()})


@dataclass
class Batch:
    """Everything a chunk writes. INVARIANT: nothing is written before `write`, and `write` writes all of it."""

    now: datetime
    acts: list[Act] = field(default_factory=list)
    sealed: list[Plain] = field(default_factory=list)
    tasks: list[tuple[NewTask, Start]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    slices: dict[str, RuleSlice] = field(default_factory=dict)

    def write(self, cursor: CursorWrapper, keys: KeyRing) -> None:
        """Write the chunk in the caller's transaction: a handful of statements however many asks it holds."""
        keep_rulesets(cursor, self.slices.values())
        due = start_clocks(cursor, [clock for _, clock in self.tasks])
        open_tasks(cursor, [replace(task, due_at=due[clock.id].at) for task, clock in self.tasks])
        sealing = seal_all(keys, self.sealed)
        entries = [_entry(act, self.now, sealing.digests) for act in self.acts]
        written = _by_table(self.acts, entries)
        sent = enqueuing(self.messages, now=self.now)
        insert_rows(cursor, sealing.tables, written, sent, appending(entries))


def _entry(act: Act, now: datetime, digests: Mapping[UUID, str]) -> Entry:
    return Entry.make(
        act=act.name,
        at=now,
        actor=act.actor,
        ruleset=act.ruleset,
        facts=digests[act.facts_item] if act.facts_item else None,
        rows={f"{row.table}/{row.values['id']}": PlainRow(row.values) for row in (*act.rows, *act.recorded)},
        payloads={item: digests[item] for item in act.items},
        entry_id=act.entry_id,
    )


def _by_table(acts: Sequence[Act], entries: Sequence[Entry]) -> dict[str, list[Mapping[str, Cell]]]:
    tables: dict[str, list[Mapping[str, Cell]]] = {}
    for act, entry in zip(acts, entries, strict=True):
        for row in act.rows:
            tables.setdefault(row.table, []).append({**row.values, "entry_id": entry.entry_id})
    # By key in every chunk, so that two with the same keys wait for one another in turn and never in a ring.
    return {table: sorted(rows, key=lambda row: str(row.get("ask_key", ""))) for table, rows in tables.items()}
