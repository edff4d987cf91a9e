"""Agencies, one or the ids of a whole chunk in one query.

Plain SQL: every ask begins with these, and building a queryset would cost more than the query.
"""

import re
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db import connection

from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.models import Agency
from comity.standing.directory.selectors.found import Given, only
from comity.standing.directory.vocabulary import AgencyKind, AgencyOrder, Hosting, Power

_COLUMNS: Final = "id, code, ori, name, kind, state, powers, limits, address, parent_id, counties, hosting, node_url"
_SELECT: Final = f"SELECT {_COLUMNS} FROM directory_agency WHERE "
# Searched once, for the page and for how many there are; a page beyond the last is one row that says how many.
_SEARCH: Final = (
    "WITH found AS MATERIALIZED (SELECT id AS found_id, {order} AS rank, code AS last FROM directory_agency"
    " WHERE {filtered}), shown AS (SELECT * FROM found ORDER BY rank {way}, last {way} LIMIT %s OFFSET %s)"
    f" SELECT counted.total, {_COLUMNS} FROM (SELECT count(*) AS total FROM found) AS counted"
    " LEFT JOIN (shown JOIN directory_agency ON id = found_id) ON true ORDER BY rank {way}, last {way}"
)

_LITERAL: Final = re.compile(r"[\\%_]")
"""Signs of a pattern that stand for themselves in what somebody looks for."""


def get_agency(agency_id: UUID) -> AgencyFacts:
    """Return the agency; raise `NotInDirectoryError`."""
    return only(_agencies("id = %s", agency_id), "agency", agency_id)


def get_agency_by_ori(ori: str) -> AgencyFacts:
    """Return the agency with this ORI (nine characters, any case); raise `NotInDirectoryError`."""
    return only(_agencies("ori = %s", ori.strip().upper()), "agency with ORI", ori)


def get_agency_by_code(code: str) -> AgencyFacts:
    """Return the agency with this code; raise `NotInDirectoryError`."""
    return only(_agencies("code = %s", code), "agency with code", code)


def list_agencies(agency_ids: Collection[UUID]) -> dict[UUID, AgencyFacts]:
    """Return the agencies by id."""
    return {agency.id: agency for agency in _agencies("id = ANY(%s)", list(agency_ids))}


def list_agencies_by_ori(oris: Collection[str]) -> dict[str, AgencyFacts]:
    """Return the agencies by ORI, as the directory writes it (upper case)."""
    found = _agencies("ori = ANY(%s)", [ori.strip().upper() for ori in oris])
    return {agency.ori: agency for agency in found if agency.ori is not None}


def find_agencies(*, names: Collection[str]) -> list[AgencyFacts]:
    """Return the agencies called one of `names`, by code or by ORI in any case."""
    return _agencies("code = ANY(%s) OR ori = ANY(%s)", list(names), [name.strip().upper() for name in names])


def list_agencies_by_code(codes: Collection[str]) -> dict[str, AgencyFacts]:
    """Return the agencies by code."""
    return {agency.code: agency for agency in _agencies("code = ANY(%s)", list(codes))}


def list_agency_page(
    *, kind: AgencyKind | None, state: str | None, hosting: Hosting | None, after: str, limit: int
) -> list[AgencyFacts]:
    """Return at most `limit` agencies by code, those after the code `after`; None leaves a choice open."""
    wanted = {"kind = %s": kind, "state = %s": state, "hosting = %s": hosting}
    chosen = {condition: str(value) for condition, value in wanted.items() if value is not None}
    where = " AND ".join(["code > %s", *chosen])
    return _agencies(f"{where} ORDER BY code LIMIT %s", after, *chosen.values(), limit)


def search_agencies(
    *,
    search: str,
    kind: AgencyKind | None,
    state: str | None,
    hosting: Hosting | None,
    county: str | None,
    order: AgencyOrder,
    is_descending: bool,
    offset: int,
    limit: int,
) -> tuple[list[AgencyFacts], int]:
    """Return a page of the agencies that every word of `search` is in (name, code or ORI), and how many there are.

    None leaves a choice open; `county`: the FIPS code of one in the agency's area. Rows of equal rank are ordered by
    code, so that no page repeats another.
    """
    wanted = {"kind = %s": kind, "state = %s": state, "hosting = %s": hosting, "%s = ANY(counties)": county}
    given: list[Given] = [str(value) for value in wanted.values() if value is not None]
    where = [condition for condition, value in wanted.items() if value is not None]
    for word in search.split():
        where.append("(name || ' ' || code || ' ' || coalesce(ori, '')) ILIKE %s")
        given.append(f"%{_LITERAL.sub(lambda at: chr(92) + at[0], word)}%")
    filtered = " AND ".join(where) or "true"
    way = "DESC" if is_descending else "ASC"
    with connection.cursor() as cursor:
        cursor.execute(_SEARCH.format(order=order.value, filtered=filtered, way=way), [*given, limit, offset])
        rows = cursor.fetchall()
    return [_facts(row[1:]) for row in rows if row[1] is not None], rows[0][0]


def count_agencies_by_county(kind: AgencyKind | None = None) -> dict[str, int]:
    """Return in how many agencies' areas each county lies, by FIPS code; `kind`: of agencies of this kind."""
    where, given = ("WHERE kind = %s", [kind.value]) if kind else ("", [])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT county, count(*) FROM directory_agency, unnest(counties) AS county {where} GROUP BY county", given
        )
        return dict(cursor.fetchall())


def list_hosted_agencies() -> list[AgencyFacts]:
    """Return the tenants of this node, by code."""
    return _agencies("hosting = %s ORDER BY code", Hosting.HERE.value)


def list_node_counsel() -> list[AgencyFacts]:
    """Return the agency whose counsel is that of the node; none where the steward named none yet."""
    return _agencies("%s = ANY(powers) ORDER BY code", Power.NODE_COUNSEL.value)


def count_agencies() -> int:
    """Return how many agencies the directory knows."""
    return Agency.objects.count()


def _agencies(where: str, *given: Given) -> list[AgencyFacts]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + where, given)
        rows = cursor.fetchall()
    return [_facts(row) for row in rows]


def _facts(row: tuple[Any, ...]) -> AgencyFacts:
    return AgencyFacts(
        id=row[0],
        code=row[1],
        ori=row[2],
        name=row[3],
        kind=AgencyKind(row[4]),
        state=row[5],
        powers=frozenset(row[6]),
        limits=frozenset(row[7]),
        address=row[8],
        parent_id=row[9],
        counties=tuple(row[10]),
        hosting=Hosting(row[11]),
        node_url=row[12],
    )
