"""What an import says of a list: how many lines were matched, new, ambiguous, refused, and which, and why. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from comity.standing.directory.rules import Finding, Outcome

LISTED_AT_MOST: Final = 1_000
"""Lines kept per outcome; the counts are of all lines."""


@dataclass(frozen=True, slots=True)
class Source:
    """A list: its short name (`fbi-agencies-2025`), the file's name, and the SHA-256 of the file in hex."""

    name: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of one run. `read` counts lines but the heading; `findings` follow the file, capped per outcome."""

    source: Source
    read: int
    counts: Mapping[Outcome, int]
    findings: tuple[Finding, ...]

    def of(self, outcome: Outcome) -> list[Finding]:
        """Return the listed lines with this outcome."""
        return [finding for finding in self.findings if finding.outcome is outcome]


@dataclass(slots=True)
class Tally:
    """Counts while a list is read."""

    source: Source
    counts: Counter[Outcome] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    @property
    def read(self) -> int:
        """How many lines have been dealt with."""
        return self.counts.total()

    def add(self, finding: Finding) -> None:
        """Count a line, and list it while there is room."""
        if self.counts[finding.outcome] < LISTED_AT_MOST:
            self.findings.append(finding)
        self.counts[finding.outcome] += 1

    def report(self) -> ImportReport:
        """Return the finished report."""
        counts = MappingProxyType({outcome: self.counts[outcome] for outcome in Outcome})
        findings = tuple(sorted(self.findings, key=lambda finding: finding.line))
        return ImportReport(self.source, self.read, counts, findings)
