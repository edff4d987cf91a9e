"""What a verification found: each finding names one thing and says in plain words what is wrong with it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

_NAMED_PER_KIND: Final = 100


class Kind(StrEnum):
    """What is wrong."""

    ENTRY_CHANGED = "entry changed"
    ENTRY_MISSING = "entry missing"
    ENTRY_MALFORMED = "entry malformed"
    LEAF_HASH_CHANGED = "leaf hash changed"
    TILE_CHANGED = "tile changed"
    TILE_MISSING = "tile missing"
    TILE_UNEXPECTED = "tile unexpected"
    CHECKPOINT_CHANGED = "checkpoint changed"
    CHECKPOINT_MISSING = "checkpoint missing"
    PENDING_STALE = "entry not sequenced"
    PENDING_REPEATED = "entry repeated"
    ROW_CHANGED = "act row changed"
    ROW_WITHOUT_ENTRY = "act row without entry"
    ROW_NOT_NAMED = "act row not named by its entry"
    ROW_MISSING = "act row missing"
    ROW_UNREADABLE = "act row unreadable"
    TABLE_UNREADABLE = "table unreadable"
    PAYLOAD_CHANGED = "payload changed"
    PAYLOAD_MISSING = "payload missing"
    PAYLOAD_KEY_CHANGED = "payload key changed"
    PAYLOAD_NOT_NAMED = "payload not named by any entry"


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` is a table with its primary key, as in `ledger_entry/17`; `says` is a sentence."""

    kind: Kind
    where: str
    says: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome. `counts`: how much of each thing was checked. `left_out`: findings beyond those named, by kind."""

    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    left_out: Mapping[Kind, int]

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.findings


@dataclass(slots=True)
class Findings:
    """Collects findings and counts, at most a hundred named of each kind; the rest are counted.

    `stored`: how many stored payloads entries named, and the sum of their ids' hashes, to be held against the vault.
    """

    named: list[Finding] = field(default_factory=list)
    kinds: Counter[Kind] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    stored: tuple[int, int] = (0, 0)

    def add(self, kind: Kind, where: str, says: str) -> None:
        """Note one finding."""
        self.kinds[kind] += 1
        if self.kinds[kind] <= _NAMED_PER_KIND:
            self.named.append(Finding(kind, where, says))

    def merge(self, other: "Findings") -> None:
        """Take over what another part of the verification found."""
        before = Counter(finding.kind for finding in self.named)
        for finding in other.named:
            before[finding.kind] += 1
            if before[finding.kind] <= _NAMED_PER_KIND:
                self.named.append(finding)
        self.kinds += other.kinds
        self.counts += other.counts
        self.stored = (self.stored[0] + other.stored[0], self.stored[1] + other.stored[1])

    def report(self) -> Report:
        """Return the outcome."""
        named = Counter(finding.kind for finding in self.named)
        return Report(tuple(self.named), dict(self.counts), dict(self.kinds - named))


def with_payload_keys(report: Report, *, tried: int, changed: Mapping[UUID, str]) -> Report:
    """Return the report with what the vault's keys came to (`vault.verify_keys`): item to what is wrong with its key.

    The ledger knows no master key: whoever holds the key ring asks the vault and adds the answer here.
    """
    found = Findings()
    found.counts["payload keys"] = tried
    for item, says in changed.items():
        found.add(Kind.PAYLOAD_KEY_CHANGED, f"vault_item/{item}", f"vault_item/{item} {says}")
    keys = found.report()
    return Report(
        report.findings + keys.findings,
        {**report.counts, "payload keys": tried},
        {**report.left_out, **keys.left_out},
    )


def merged(parts: Iterable[Findings]) -> Findings:
    """Return all parts as one."""
    whole = Findings()
    for part in parts:
        whole.merge(part)
    return whole
