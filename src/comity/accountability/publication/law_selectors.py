"""The law, as the public reads it. The caller opens `as_public`."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from comity.accountability.publication.law_facts import LawLine, LawShown, PublicAuthority, PublicRule
from comity.accountability.publication.models import PublishedLaw
from comity.spine.tenancy.transaction import PUBLISHED
from comity.standing.law.tables import CaseSaid, load_decisions, say_case


def list_public_laws(at: datetime, *, using: str = PUBLISHED) -> list[LawLine]:
    """Return the releases that were or are in force at `at`, the latest first; of several at one instant the last."""
    rows = PublishedLaw.objects.using(using).filter(effective_at__lte=at).order_by("-effective_at", "-at", "-id")
    found: dict[datetime, LawLine] = {}
    for digest, effective_at, entry_id in rows.values_list("digest", "effective_at", "entry_id"):
        found.setdefault(effective_at, LawLine(digest, effective_at, entry_id))
    return list(found.values())


def get_public_law(at: datetime, *, using: str = PUBLISHED) -> LawShown | None:
    """Return the law in force at `at`, None where none was."""
    rows = PublishedLaw.objects.using(using).filter(effective_at__lte=at).order_by("-effective_at", "-at", "-id")
    found = rows.values_list("id", flat=True).first()
    return None if found is None else _law(found, using)


@lru_cache(maxsize=4)
def _law(row_id: UUID, using: str) -> LawShown:
    """Return what a row tells; it never changes, so it is read once."""
    row = PublishedLaw.objects.using(using).values(
        "digest", "effective_at", "at", "entry_id", "rules", "authorities"
    ).get(id=row_id)  # fmt: skip
    return LawShown(
        digest=row["digest"],
        effective_at=row["effective_at"],
        at=row["at"],
        entry_id=row["entry_id"],
        rules=tuple(PublicRule(**_read(one)) for one in row["rules"]),
        authorities=MappingProxyType({one["code"]: PublicAuthority(**_read(one)) for one in row["authorities"]}),
    )


def _read(row: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(row[name]) if row[name] else None for name in ("starts_on", "ends_on")}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()} | days


def list_public_tables() -> Mapping[str, tuple[str, ...]]:
    """Return the decision tables that ship: name to the rules each tries. They hold made-up parties and no record."""
    return {name: table.rules for name, table in load_decisions().items()}


def list_public_cases(name: str, language: str) -> list[CaseSaid]:
    """Return the cases of a decision table in words; raise `KeyError` for one that does not exist."""
    return [say_case(row, language) for row in cast("Any", load_decisions()[name]).rows]
