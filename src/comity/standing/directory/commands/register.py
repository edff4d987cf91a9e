"""Registering agencies, units, posts, officers and contact points. Each takes a sequence: one is a sequence of one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from psycopg.types.range import TimestamptzRange

from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.commands.record import Change, record_changes, require_own, require_steward
from comity.standing.directory.models import Agency, ContactPoint, Officer, Post, Unit
from comity.standing.directory.vocabulary import (
    AgencyKind,
    CertificationStatus,
    CertifyingBody,
    ContactKind,
    Hosting,
    Limit,
    PostFunction,
    Power,
    SwornStatus,
)


class DirectoryConflictError(ValueError):
    """A row breaks a rule the database keeps: a code or ORI taken, a form not met, something unknown named."""


@dataclass(frozen=True, slots=True)
class NewAgency:
    """An agency to register. `origin` says where the entry comes from (`demo`, `steward`, a list's name)."""

    code: str
    name: str
    kind: AgencyKind
    origin: str
    ori: str | None = None
    state: str = ""
    parent_id: UUID | None = None
    powers: tuple[Power, ...] = ()
    limits: tuple[Limit, ...] = ()
    area: str = ""
    counties: tuple[str, ...] = ()
    address: str = ""
    hosting: Hosting = Hosting.HERE
    node_url: str = ""


@dataclass(frozen=True, slots=True)
class NewUnit:
    """A unit to create."""

    agency_id: UUID
    code: str
    name: str
    parent_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to create; nobody holds it yet."""

    agency_id: UUID
    code: str
    title: str
    function: PostFunction
    unit_id: UUID | None = None
    contact_point_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """An officer to register by badge reference; a name has no place here."""

    agency_id: UUID
    reference: str
    sworn: SwornStatus
    sworn_period: Period | None = None
    certifying_body: CertifyingBody = CertifyingBody.NONE
    certification: CertificationStatus = CertificationStatus.NOT_REQUIRED


@dataclass(frozen=True, slots=True)
class NewContactPoint:
    """How an office is reached: of an agency, or of one of its units or a task force."""

    agency_id: UUID
    kind: ContactKind
    value: str
    hours: str = "24/7"
    unit_id: UUID | None = None
    task_force_id: UUID | None = None


def register_agencies(*, by: Actor, now: datetime, agencies: Sequence[NewAgency]) -> list[UUID]:
    """Register agencies (steward only); returns their ids in order. Writes `agency.registered` each.

    Raises `DirectoryConflictError` when a code or ORI is taken, a form is not met, or an agency comes as counsel of the
    node: `name_node_counsel` alone makes one, with its own entry.
    """
    require_steward(by)
    if any(Power.NODE_COUNSEL in new.powers for new in agencies):
        raise DirectoryConflictError(
            f"no agency is registered with the power `{Power.NODE_COUNSEL.value}`; `comity law name-counsel` gives it"
        )
    rows = [
        Agency(
            code=new.code,
            ori=new.ori,
            name=new.name,
            kind=AgencyKind(new.kind).value,
            state=new.state,
            parent_id=new.parent_id,
            powers=[Power(power).value for power in new.powers],
            limits=[Limit(limit).value for limit in new.limits],
            area=new.area,
            counties=list(new.counties),
            address=new.address,
            hosting=Hosting(new.hosting).value,
            node_url=new.node_url,
            origin=new.origin,
        )
        for new in agencies
    ]
    changes = [
        Change(
            "agency.registered",
            row.id,
            row.id,
            {"code": row.code, "ori": row.ori or "", "kind": row.kind, "powers": row.powers, "limits": row.limits},
        )
        for row in rows
    ]
    with conflicts_named(), acting(by) as cursor:
        Agency.objects.bulk_create(rows)
        record_changes(cursor, by=by, now=now, changes=changes)
    return [row.id for row in rows]


def create_units(*, by: Actor, now: datetime, units: Sequence[NewUnit]) -> list[UUID]:
    """Create units; writes `unit.created` each. Raises `NotYourAgencyError`, `DirectoryConflictError`."""
    require_own(by, (new.agency_id for new in units))
    rows = [Unit(agency_id=new.agency_id, code=new.code, name=new.name, parent_id=new.parent_id) for new in units]
    changes = [Change("unit.created", row.agency_id, row.id, {"code": row.code}) for row in rows]
    with conflicts_named(), acting(by) as cursor:
        Unit.objects.bulk_create(rows)
        record_changes(cursor, by=by, now=now, changes=changes)
    return [row.id for row in rows]


def create_posts(*, by: Actor, now: datetime, posts: Sequence[NewPost]) -> list[UUID]:
    """Create posts; writes `post.created` each. Raises `NotYourAgencyError`, `DirectoryConflictError`."""
    require_own(by, (new.agency_id for new in posts))
    rows = [
        Post(
            agency_id=new.agency_id,
            code=new.code,
            title=new.title,
            function=PostFunction(new.function).value,
            unit_id=new.unit_id,
            contact_point_id=new.contact_point_id,
        )
        for new in posts
    ]
    changes = [
        Change("post.created", row.agency_id, row.id, {"code": row.code, "function": row.function}) for row in rows
    ]
    with conflicts_named(), acting(by) as cursor:
        Post.objects.bulk_create(rows)
        record_changes(cursor, by=by, now=now, changes=changes)
    return [row.id for row in rows]


def register_officers(*, by: Actor, now: datetime, officers: Sequence[NewOfficer]) -> list[UUID]:
    """Register officers; writes `officer.registered` each. Raises `NotYourAgencyError`, `DirectoryConflictError`."""
    require_own(by, (new.agency_id for new in officers))
    rows = [
        Officer(
            agency_id=new.agency_id,
            reference=new.reference,
            sworn=SwornStatus(new.sworn).value,
            sworn_period=tstzrange(new.sworn_period) if new.sworn_period else None,
            certifying_body=CertifyingBody(new.certifying_body).value,
            certification=CertificationStatus(new.certification).value,
        )
        for new in officers
    ]
    changes = [
        Change(
            "officer.registered",
            row.agency_id,
            row.id,
            {"sworn": row.sworn, "certifying_body": row.certifying_body, "certification": row.certification},
        )
        for row in rows
    ]
    with conflicts_named(), acting(by) as cursor:
        Officer.objects.bulk_create(rows)
        record_changes(cursor, by=by, now=now, changes=changes)
    return [row.id for row in rows]


def add_contact_points(*, by: Actor, now: datetime, contact_points: Sequence[NewContactPoint]) -> list[UUID]:
    """Add contact points; writes `contact_point.added` each. Raises `NotYourAgencyError`, `DirectoryConflictError`."""
    require_own(by, (new.agency_id for new in contact_points))
    rows = [
        ContactPoint(
            agency_id=new.agency_id,
            unit_id=new.unit_id,
            task_force_id=new.task_force_id,
            kind=ContactKind(new.kind).value,
            value=new.value,
            hours=new.hours,
        )
        for new in contact_points
    ]
    changes = [
        Change("contact_point.added", row.agency_id, row.id, {"kind": row.kind, "hours": row.hours}) for row in rows
    ]
    with conflicts_named(), acting(by) as cursor:
        ContactPoint.objects.bulk_create(rows)
        record_changes(cursor, by=by, now=now, changes=changes)
    return [row.id for row in rows]


def tstzrange(period: Period) -> TimestamptzRange:
    """Return the period as PostgreSQL keeps it: `[starts_at, ends_at)`."""
    return TimestamptzRange(period.starts_at, period.ends_at)


_KNOWN_RULES: Final = {
    "directory_agency_key_key_id_key": "the key is published already; `comity keys published AGENCY` lists them",
    "directory_agency_code_key": "an agency of this code is in the directory already",
    "directory_agency_ori_key": "an agency with this ORI is in the directory already",
}
"""What a constraint's refusal means to who meets it."""


@contextmanager
def conflicts_named() -> Iterator[None]:
    """Turn the database's refusal into `DirectoryConflictError`, naming the broken rule and never the row's values."""
    try:
        yield
    except IntegrityError as error:
        rule = broken_rule(error)
        told = _KNOWN_RULES.get(rule, f"the directory refuses: rule `{rule}`")
        raise DirectoryConflictError(told) from error


def broken_rule(error: IntegrityError) -> str:
    """Return the name of the constraint that refused, or an empty text."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
