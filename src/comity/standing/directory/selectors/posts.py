"""Posts, who holds them when, and officers; one or the ids of a whole chunk in one query."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from comity.standing.directory.facts import HolderFacts, OfficerFacts, PostFacts
from comity.standing.directory.models import Holding, Officer, Post, Unit
from comity.standing.directory.selectors.found import only
from comity.standing.directory.vocabulary import (
    AgencyKind,
    CertificationStatus,
    CertifyingBody,
    HoldingKind,
    PostFunction,
    SwornStatus,
)

_POST = ("id", "agency_id", "code", "title", "function", "unit_id", "contact_point_id")


def get_post(post_id: UUID) -> PostFacts:
    """Return the post; raise `NotInDirectoryError`."""
    return only(_posts(Q(id=post_id)), "post", post_id)


def get_post_by_code(agency_code: str, code: str) -> PostFacts:
    """Return the post `code` of the agency `agency_code`; raise `NotInDirectoryError`."""
    return only(_posts(Q(agency__code=agency_code, code=code)), "post", f"{agency_code}/{code}")


def list_posts(post_ids: Collection[UUID]) -> dict[UUID, PostFacts]:
    """Return the posts by id."""
    return {post.id: post for post in _posts(Q(id__in=list(post_ids)))}


def list_posts_of(agency_id: UUID) -> list[PostFacts]:
    """Return the posts of an agency, by code."""
    return _posts(Q(agency_id=agency_id))


def find_post(agency_id: UUID, function: PostFunction) -> PostFacts | None:
    """Return the agency's first post (by code) with this function, or None."""
    return find_posts([agency_id], function).get(agency_id)


def find_posts(agency_ids: Collection[UUID], function: PostFunction) -> dict[UUID, PostFacts]:
    """Return each agency's first post (by code) with this function, by agency id."""
    first: dict[UUID, PostFacts] = {}
    for post in _posts(Q(agency_id__in=list(agency_ids), function=PostFunction(function).value)):
        first.setdefault(post.agency_id, post)
    return first


def get_holder(post_id: UUID, at: datetime) -> HolderFacts | None:
    """Return who holds the post at the instant, an acting holder in a gap, or None."""
    return list_holders([post_id], at).get(post_id)


def list_holders(post_ids: Collection[UUID], at: datetime) -> dict[UUID, HolderFacts]:
    """Return who holds each post at the instant, by post id; the database allows one at a time."""
    rows = Holding.objects.filter(post_id__in=list(post_ids), period__contains=at).values_list(
        "post_id", "agency_id", "officer_id", "kind", "period"
    )
    return {
        post_id: HolderFacts(post_id, agency_id, officer_id, HoldingKind(kind), period.lower, period.upper)
        for post_id, agency_id, officer_id, kind, period in rows
    }


def list_holding_officers(post_ids: Collection[UUID], at: datetime) -> dict[UUID, tuple[UUID, AgencyKind]]:
    """Return for each post the officer who holds it at the instant and the kind of the officer's agency."""
    rows = Holding.objects.filter(post_id__in=list(post_ids), period__contains=at).values_list(
        "post_id", "officer_id", "agency__kind"
    )
    return {post_id: (officer_id, AgencyKind(kind)) for post_id, officer_id, kind in rows}


def list_posts_held(officer_id: UUID, at: datetime) -> list[UUID]:
    """Return the posts an officer holds at the instant."""
    held = Holding.objects.filter(officer_id=officer_id, period__contains=at)
    return list(held.order_by("post_id").values_list("post_id", flat=True))


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


def _posts(where: Q) -> list[PostFacts]:
    rows = Post.objects.filter(where).order_by("agency_id", "code").values_list(*_POST)
    return [PostFacts(row[0], row[1], row[2], row[3], PostFunction(row[4]), row[5], row[6]) for row in rows]
