"""One row or a plain word about what is missing."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

Fact = TypeVar("Fact")
Given = str | int | datetime | UUID | list[str] | list[UUID]
"""What a plain statement is given."""


class NotInDirectoryError(LookupError):
    """Nothing in the directory answers to the identifier."""


def only(found: list[Fact], what: str, key: object) -> Fact:
    """Return the first row; raise `NotInDirectoryError` when there is none."""
    if not found:
        raise NotInDirectoryError(f"no {what} `{key}` in the directory")
    return found[0]
