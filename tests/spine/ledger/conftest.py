from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from comity.config.node import Role
from comity.kernel.ids import new_id
from comity.spine.keys import LogKey
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.ledger.notes import VerifierKey
from comity.spine.ledger.sequencer import Sequencer
from comity.spine.ledger.verify import verify
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting

START = datetime(2026, 3, 1, 12, tzinfo=UTC)

ACT_TABLE = """
CREATE TABLE demo_act (id uuid PRIMARY KEY, entry_id uuid NOT NULL, says text, at timestamptz, more jsonb, blob bytea);
ALTER TABLE demo_act ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON demo_act TO comity_app;
GRANT SELECT ON demo_act TO comity_verifier;
CREATE POLICY one ON demo_act FOR ALL TO comity_app USING (true) WITH CHECK (true);
CREATE POLICY two ON demo_act FOR SELECT TO comity_verifier USING (true);
"""


@dataclass
class FakeClock:
    """A clock that goes on by a millisecond whenever it is read."""

    now: datetime = START

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass
class Log:
    """A ledger at work: appends acts, sequences them, verifies, and lets a test break things as superuser."""

    node: object
    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    actor: Actor = field(default_factory=lambda: Actor(uuid4(), uuid4()))

    def __post_init__(self) -> None:
        self.key = LogKey.create(self.folder / "log-key.json", origin="comity.example/az", clock=self.clock)
        self.last_signed = self.folder / "last-signed.json"

    @property
    def verifier_key(self) -> VerifierKey:
        return VerifierKey.parse(self.key.verifier_key)

    def sequencer(self, **changes) -> Sequencer:
        given = {"signer": self.key, "clock": self.clock, "last_signed": self.last_signed} | changes
        return Sequencer(**given)

    def entry(self, *, rows=None, payloads=None) -> Entry:
        return Entry.make(act="demo.done", at=self.clock(), actor=self.actor, rows=rows or {}, payloads=payloads or {})

    def append(self, count: int = 1) -> Sequence[UUID]:
        entries = [self.entry() for _ in range(count)]
        with acting(self.actor) as cursor:
            append_entries(cursor, entries)
        return [entry.entry_id for entry in entries]

    def act(self, says: str = "something", payloads: dict[UUID, str] | None = None) -> tuple[UUID, UUID]:
        """Do one act: its row and its entry in one transaction; return the ids of row and entry."""
        row_id, at = new_id(), self.clock()
        row = {"id": row_id, "says": says, "at": at, "more": {"n": 1, "list": ["é", None]}, "blob": b"\x00\x01"}
        entry = self.entry(rows={f"demo_act/{row_id}": row}, payloads=payloads)
        with acting(self.actor) as cursor:
            cursor.execute(
                "INSERT INTO demo_act (id, entry_id, says, at, more, blob) VALUES (%s, %s, %s, %s, %s, %s)",
                (row_id, entry.entry_id, says, at, Jsonb(row["more"]), row["blob"]),
            )
            append_entries(cursor, [entry])
        return row_id, entry.entry_id

    def sequence(self) -> int:
        sequencer, moved = self.sequencer(), 0
        while count := sequencer.step():
            moved += count
        sequencer.close()
        return moved

    def verify(self, **changes):
        given = {
            "conninfo": self.node.access.conninfo(Role.VERIFIER),
            "keys": [self.verifier_key],
            "now": datetime.now(UTC),
        }
        return verify(**given | changes)

    def found(self, **changes) -> set[tuple[str, str]]:
        return {(finding.kind.value, finding.where) for finding in self.verify(**changes).findings}

    def break_in(self, statement: str, params: Sequence[object] = ()) -> None:
        """Run a statement as superuser with every trigger off."""
        with self.node.connect(Role.BOOTSTRAP) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement, params)

    def ask(self, question: str, params: Sequence[object] = ()):
        with self.node.connect(Role.BOOTSTRAP) as connection:
            return connection.execute(question, params).fetchall()


@pytest.fixture
def make_log(node, tmp_path) -> Callable[[], Log]:
    return lambda: Log(node, tmp_path)


@pytest.fixture
def log(make_log, node) -> Log:
    with node.connect(Role.OWNER) as owner:
        owner.execute(ACT_TABLE)
    return make_log()
