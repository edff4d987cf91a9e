"""Agencies and task forces, as the public reads them. The caller opens `as_public`."""

import re
from collections.abc import Collection
from typing import Any, Final

from django.db import connections

from comity.accountability.publication.directory_facts import AgencyShown, TaskForceShown
from comity.accountability.publication.models import PublishedAgency, PublishedTaskForce
from comity.accountability.publication.selectors import NotPublishedError
from comity.spine.tenancy.transaction import PUBLISHED
from comity.standing.directory.vocabulary import AgencyKind, Hosting

ORDERS: Final = frozenset({"name", "kind", "state"})
"""Columns that agencies are listed by."""
_LITERAL: Final = re.compile(r"[\\%_]")
_COLUMNS: Final = ("code", "name", "kind", "state", "hosting", "parent", "powers", "limits", "counties")


def search_public_agencies(
    *,
    search: str,
    kind: str | None,
    state: str | None,
    county: str | None,
    order: str,
    is_descending: bool,
    offset: int,
    limit: int,
    using: str = PUBLISHED,
) -> tuple[list[AgencyShown], int]:
    """Return a page of the agencies that every word of `search` is in (name or code), and how many there are.

    None leaves a choice open; `order` is of `ORDERS`, rows of equal rank go by code.
    """
    rows = PublishedAgency.objects.using(using).all()
    for column, value in {"kind": kind, "state": state, "counties__contains": county and [county]}.items():
        rows = rows.filter(**{column: value}) if value is not None else rows
    for word in search.split():
        escaped = _LITERAL.sub(lambda at: "\\" + at[0], word)
        rows = rows.extra(where=["(name || ' ' || code) ILIKE %s"], params=[f"%{escaped}%"])
    way = "-" if is_descending else ""
    ordered = rows.order_by(f"{way}{order}" if order in ORDERS else f"{way}name", f"{way}code")
    return [_agency(row) for row in ordered.values(*_COLUMNS)[offset : offset + limit]], rows.count()


def get_public_agency(code: str, *, using: str = PUBLISHED) -> AgencyShown:
    """Return one agency; raise `NotPublishedError`."""
    found = list_public_agencies([code], using=using)
    if code not in found:
        raise NotPublishedError(f"no agency `{code}` is public")
    return found[code]


def list_public_agencies(codes: Collection[str], *, using: str = PUBLISHED) -> dict[str, AgencyShown]:
    """Return the agencies by code; those that are not public are left out."""
    rows = PublishedAgency.objects.using(using).filter(code__in=list(codes)).order_by("name").values(*_COLUMNS)
    return {row["code"]: _agency(row) for row in rows}


def count_public_agencies(*, using: str = PUBLISHED) -> int:
    """Return how many agencies are public."""
    return PublishedAgency.objects.using(using).count()


def count_public_by_county(kind: str | None = None, *, using: str = PUBLISHED) -> dict[str, int]:
    """Return in how many agencies' areas each county lies, by FIPS code; `kind`: of agencies of this kind."""
    where, given = ("WHERE kind = %s", [kind]) if kind else ("", [])
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT county, count(*) FROM publication_agency, unnest(counties) AS county {where} GROUP BY county",
            given,
        )
        return dict(cursor.fetchall())


def list_public_task_forces(*, using: str = PUBLISHED) -> list[TaskForceShown]:
    """Return the task forces, by name."""
    return _forces(using)


def list_public_task_forces_of(agency: str, *, using: str = PUBLISHED) -> list[TaskForceShown]:
    """Return the task forces an agency serves in, by name."""
    return _forces(using, members__contains=[agency])


def get_public_task_force(code: str, *, using: str = PUBLISHED) -> TaskForceShown:
    """Return one task force; raise `NotPublishedError`."""
    for one in _forces(using, code=code):
        return one
    raise NotPublishedError(f"no task force `{code}` is public")


def _forces(using: str, **where: object) -> list[TaskForceShown]:
    rows = PublishedTaskForce.objects.using(using).filter(**where).order_by("name", "code")
    return [
        TaskForceShown(row.code, row.name, row.area, row.lead, tuple(row.members))
        for row in rows
    ]  # fmt: skip


def _agency(row: dict[str, Any]) -> AgencyShown:
    lists = {name: tuple(row[name]) for name in ("powers", "limits", "counties")}
    return AgencyShown(**{**row, **lists, "kind": AgencyKind(row["kind"]), "hosting": Hosting(row["hosting"])})
