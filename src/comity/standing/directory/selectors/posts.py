"""Posts, who holds them when, and officers; one or the ids of a whole chunk in one query.

Plain SQL for posts and holders: every ask begins with these, and building a queryset would cost more than the query.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from comity.kernel.time import Period
from comity.standing.directory.facts import HeldFacts, HolderFacts, OfficerFacts, PostFacts
from comity.standing.directory.models import Holding, Officer, Post, Unit
from comity.standing.directory.selectors.found import Given, only
from comity.standing.directory.vocabulary import (
    AgencyKind,
    CertificationStatus,
    CertifyingBody,
    HoldingKind,
    PostFunction,
    SwornStatus,
)

_POSTS: Final = (
    "SELECT p.id, p.agency_id, p.code, p.title, p.function, p.unit_id, p.contact_point_id"
    " FROM directory_post p JOIN directory_agency a ON a.id = p.agency_id WHERE {where} ORDER BY p.agency_id, p.code"
)
_HOLDERS: Final = (
    "SELECT h.post_id, h.agency_id, h.officer_id, h.kind, lower(h.period), upper(h.period)"
    " FROM unnest(%s::uuid[]) AS w (post_id) JOIN directory_holding h USING (post_id) WHERE h.period @> %s"
)
_HELD_BY: Final = (
    "SELECT h.officer_id, lower(h.period), upper(h.period),"
    " p.id, p.agency_id, p.code, p.title, p.function, p.unit_id, p.contact_point_id"
    " FROM directory_holding h JOIN directory_post p ON p.id = h.post_id"
    " WHERE h.officer_id = ANY(%s::uuid[]) ORDER BY h.officer_id, p.code"
)
_HELD: Final = (
    "SELECT h.post_id, h.kind, lower(h.period), upper(h.period)"
    " FROM unnest(%s::uuid[]) AS w (post_id) JOIN directory_holding h USING (post_id)"
    " WHERE lower(h.period) < %s ORDER BY h.post_id, lower(h.period)"
)
_OFFICERS_EVER: Final = (
    "SELECT h.post_id, h.officer_id, a.kind, lower(h.period), upper(h.period)"
    " FROM unnest(%s::uuid[]) AS w (post_id) JOIN directory_holding h USING (post_id)"
    " JOIN directory_agency a ON a.id = h.agency_id"
)


def get_post(post_id: UUID) -> PostFacts:
    """Return the post; raise `NotInDirectoryError`."""
    return only(_posts("p.id = %s", post_id), "post", post_id)


def get_post_by_code(agency_code: str, code: str) -> PostFacts:
    """Return the post `code` of the agency `agency_code`; raise `NotInDirectoryError`."""
    return only(_posts("a.code = %s AND p.code = %s", agency_code, code), "post", f"{agency_code}/{code}")


def list_posts(post_ids: Collection[UUID]) -> dict[UUID, PostFacts]:
    """Return the posts by id."""
    return {post.id: post for post in _posts("p.id = ANY(%s)", list(post_ids))}


def list_posts_of(agency_id: UUID) -> list[PostFacts]:
    """Return the posts of an agency, by code."""
    return _posts("p.agency_id = %s", agency_id)


def find_post(agency_id: UUID, function: PostFunction) -> PostFacts | None:
    """Return the agency's first post (by code) with this function, or None."""
    return find_posts([agency_id], function).get(agency_id)


def find_posts(agency_ids: Collection[UUID], function: PostFunction) -> dict[UUID, PostFacts]:
    """Return each agency's first post (by code) with this function, by agency id."""
    first: dict[UUID, PostFacts] = {}
    for post in _posts("p.agency_id = ANY(%s) AND p.function = %s", list(agency_ids), PostFunction(function).value):
        first.setdefault(post.agency_id, post)
    return first


def get_holder(post_id: UUID, at: datetime) -> HolderFacts | None:
    """Return who holds the post at the instant, an acting holder in a gap, or None."""
    return list_holders([post_id], at).get(post_id)


def list_holders(post_ids: Collection[UUID], at: datetime) -> dict[UUID, HolderFacts]:
    """Return who holds each post at the instant, by post id; the database allows one at a time."""
    return {
        post_id: HolderFacts(post_id, agency_id, officer_id, HoldingKind(kind), starts_at, ends_at)
        for post_id, agency_id, officer_id, kind, starts_at, ends_at in _rows(_HOLDERS, list(post_ids), at)
    }


def list_times_held(post_ids: Collection[UUID], until: datetime) -> dict[UUID, tuple[HeldFacts, ...]]:
    """Return when each post was held until an instant, the earliest first; a post nobody ever held has none."""
    found: dict[UUID, list[HeldFacts]] = {post_id: [] for post_id in post_ids}
    for post_id, kind, starts_at, ends_at in _rows(_HELD, list(post_ids), until):
        found[post_id].append(HeldFacts(HoldingKind(kind), starts_at, ends_at))
    return {post_id: tuple(held) for post_id, held in found.items()}


def list_officers_ever(post_ids: Collection[UUID]) -> dict[UUID, tuple[tuple[UUID, AgencyKind, Period], ...]]:
    """Return for each post every officer who has held, holds or is to hold it, the kind of agency, and when."""
    found: dict[UUID, list[tuple[UUID, AgencyKind, Period]]] = {post_id: [] for post_id in post_ids}
    for post_id, officer_id, kind, starts_at, ends_at in _rows(_OFFICERS_EVER, list(post_ids)):
        found[post_id].append((officer_id, AgencyKind(kind), Period(starts_at, ends_at)))
    return {post_id: tuple(held) for post_id, held in found.items()}


def list_posts_held(officer_id: UUID, at: datetime) -> list[UUID]:
    """Return the posts an officer holds at the instant."""
    held = Holding.objects.filter(officer_id=officer_id, period__contains=at)
    return list(held.order_by("post_id").values_list("post_id", flat=True))


def list_held_by(officer_ids: Collection[UUID]) -> dict[UUID, tuple[tuple[PostFacts, Period], ...]]:
    """Return for each officer every post held, once held or to be held, and when, by code.

    It depends on nothing but the directory, so it may be kept under its stamp.
    """
    found: dict[UUID, list[tuple[PostFacts, Period]]] = {officer_id: [] for officer_id in officer_ids}
    for row in _rows(_HELD_BY, list(officer_ids)):
        found[row[0]].append((_post(row[3:]), Period(row[1], row[2])))
    return {officer_id: tuple(held) for officer_id, held in found.items()}


def list_officers(officer_ids: Collection[UUID]) -> dict[UUID, OfficerFacts]:
    """Return the officers by id."""
    rows = Officer.objects.filter(id__in=list(officer_ids)).values_list(
        "id", "agency_id", "agency__kind", "reference", "sworn", "certifying_body", "certification"
    )
    return {
        row[0]: OfficerFacts(
            id=row[0],
            agency_id=row[1],
            agency_kind=AgencyKind(row[2]),
            reference=row[3],
            sworn=SwornStatus(row[4]),
            certifying_body=CertifyingBody(row[5]),
            certification=CertificationStatus(row[6]),
        )
        for row in rows
    }


def get_officer_by_reference(agency_code: str, reference: str) -> OfficerFacts:
    """Return the officer `reference` of the agency; raise `NotInDirectoryError`."""
    ids = Officer.objects.filter(agency__code=agency_code, reference=reference).values_list("id", flat=True)
    return only(list(list_officers(list(ids)).values()), "officer", f"{agency_code}/{reference}")


def list_post_ids_by_code(agency_ids: Collection[UUID]) -> dict[tuple[UUID, str], UUID]:
    """Return the ids of the agencies' posts by agency and code."""
    rows = Post.objects.filter(agency_id__in=list(agency_ids)).values_list("agency_id", "code", "id")
    return {(agency_id, code): post_id for agency_id, code, post_id in rows}


def list_posts_ever_held(post_ids: Collection[UUID]) -> set[UUID]:
    """Return which of the posts somebody has held, holds or is to hold."""
    return set(Holding.objects.filter(post_id__in=list(post_ids)).values_list("post_id", flat=True))


def list_officer_ids_by_reference(agency_ids: Collection[UUID]) -> dict[tuple[UUID, str], UUID]:
    """Return the ids of the agencies' officers by agency and badge reference."""
    rows = Officer.objects.filter(agency_id__in=list(agency_ids)).values_list("agency_id", "reference", "id")
    return {(agency_id, reference): officer_id for agency_id, reference, officer_id in rows}


def list_unit_codes(agency_ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    """Return the agencies' units as agency and code."""
    return set(Unit.objects.filter(agency_id__in=list(agency_ids)).values_list("agency_id", "code"))


def _posts(where: str, *given: Given) -> list[PostFacts]:
    rows = _rows(_POSTS.format(where=where), *given)
    return [_post(row) for row in rows]


def _post(row: tuple[Any, ...]) -> PostFacts:
    return PostFacts(row[0], row[1], row[2], row[3], PostFunction(row[4]), row[5], row[6])


def _rows(query: str, *given: Given) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
