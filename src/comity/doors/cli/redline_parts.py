"""What is shown of a redline: the two sides, what changed, what is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from comity.standing.agreements.redline import Change, Kind
from comity.standing.agreements.redline_terms import FieldChange, TermChange


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two texts: what it is called, and who offered it when, where it was offered."""

    name: str
    by: str = ""
    at: datetime | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that changed between two texts."""

    title: str
    old: Side
    new: Side
    head: tuple[FieldChange, ...]
    changes: tuple[Change, ...]
    terms: tuple[TermChange, ...]

    @property
    def words(self) -> Mapping[str, int]:
        """How many words went, came and stayed."""
        return {
            kind.value: sum(len(one.text.split()) for one in self.changes if one.kind is kind)
            for kind in (Kind.DELETE, Kind.INSERT, Kind.KEEP)
        }
