"""Agencies, one or the ids of a whole chunk in one query."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.models import Agency
from comity.standing.directory.selectors.found import only
from comity.standing.directory.vocabulary import AgencyKind, Hosting

_AGENCY: Final = (
    "id", "code", "ori", "name", "kind", "state", "powers", "limits", "address", "parent_id", "counties", "hosting",
    "node_url",
)  # fmt: skip


def get_agency(agency_id: UUID) -> AgencyFacts:
    """Return the agency; raise `NotInDirectoryError`."""
    return only(_agencies(Q(id=agency_id)), "agency", agency_id)


def get_agency_by_ori(ori: str) -> AgencyFacts:
    """Return the agency with this ORI (nine characters, any case); raise `NotInDirectoryError`."""
    return only(_agencies(Q(ori=ori.strip().upper())), "agency with ORI", ori)


def get_agency_by_code(code: str) -> AgencyFacts:
    """Return the agency with this code; raise `NotInDirectoryError`."""
    return only(_agencies(Q(code=code)), "agency with code", code)


def list_agencies(agency_ids: Collection[UUID]) -> dict[UUID, AgencyFacts]:
    """Return the agencies by id."""
    return {agency.id: agency for agency in _agencies(Q(id__in=list(agency_ids)))}


def list_agencies_by_ori(oris: Collection[str]) -> dict[str, AgencyFacts]:
    """Return the agencies by ORI, as the directory writes it (upper case)."""
    found = _agencies(Q(ori__in=[ori.strip().upper() for ori in oris]))
    return {agency.ori: agency for agency in found if agency.ori is not None}


def list_agencies_by_code(codes: Collection[str]) -> dict[str, AgencyFacts]:
    """Return the agencies by code."""
    return {agency.code: agency for agency in _agencies(Q(code__in=list(codes)))}


def list_agency_page(
    *, kind: AgencyKind | None, state: str | None, hosting: Hosting | None, after: str, limit: int
) -> list[AgencyFacts]:
    """Return at most `limit` agencies by code, those after the code `after`; None leaves a choice open."""
    wanted = {"kind": kind, "state": state, "hosting": hosting}
    chosen = {name: str(value) for name, value in wanted.items() if value is not None}
    page = Agency.objects.filter(code__gt=after, **chosen).order_by("code")
    return _facts(page[:limit])


def list_hosted_agencies() -> list[AgencyFacts]:
    """Return the tenants of this node, by code."""
    return sorted(_agencies(Q(hosting=Hosting.HERE.value)), key=lambda agency: agency.code)


def count_agencies() -> int:
    """Return how many agencies the directory knows."""
    return Agency.objects.count()


def _agencies(where: Q) -> list[AgencyFacts]:
    return _facts(Agency.objects.filter(where))


def _facts(found: QuerySet[Agency]) -> list[AgencyFacts]:
    return [
        AgencyFacts(
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
        for row in found.values_list(*_AGENCY)
    ]
