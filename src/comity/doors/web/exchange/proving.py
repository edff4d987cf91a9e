"""The entries of the ledger behind an ask, each with its proof."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise

from comity.spine.ledger.prove import InclusionProof, NotYetSequencedError, UnknownEntryError, prove_inclusion
from comity.spine.ledger.selectors import get_entry


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry: what it records, its proof (None: it waits for the sequencer), its text where it is one's agency's."""

    entry_id: UUID
    what: tuple[Promise | str, ...]
    at: datetime
    proof: InclusionProof | None
    body: str

    @property
    def leaf_hash(self) -> str:
        """The leaf's hash, hex."""
        return self.proof.leaf_hash.hex() if self.proof else ""

    @property
    def root(self) -> str:
        """The tree's root, hex."""
        return self.proof.root.hex() if self.proof else ""

    @property
    def hashes(self) -> tuple[str, ...]:
        """The hashes from leaf to root, hex."""
        return tuple(one.hex() for one in self.proof.hashes) if self.proof else ()


def prove_entries(cursor: CursorWrapper, named: Iterable[tuple[UUID, Promise | str, datetime]]) -> tuple[Proven, ...]:
    """Return the entries, each once, oldest first, with what each records."""
    found: dict[UUID, tuple[datetime, list[Promise | str]]] = {}
    for entry_id, what, at in sorted(named, key=lambda one: one[2]):
        found.setdefault(entry_id, (at, []))[1].append(what)
    return tuple(_proven(cursor, entry_id, at, what) for entry_id, (at, what) in found.items())


def _proven(cursor: CursorWrapper, entry_id: UUID, at: datetime, what: list[Promise | str]) -> Proven:
    said = tuple(dict.fromkeys(what))
    try:
        proof = prove_inclusion(cursor, entry_id=entry_id)
    except (NotYetSequencedError, UnknownEntryError):
        return Proven(entry_id, said, at, None, "")
    own = get_entry(cursor, entry_id=entry_id)
    return Proven(entry_id, said, at, proof, own.body.decode() if own else "")
