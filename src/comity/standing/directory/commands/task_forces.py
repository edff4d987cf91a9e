"""Forming task forces: members, liaison posts, command posts in order of succession, contact points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.commands.record import Change, record_changes, require_steward
from comity.standing.directory.commands.register import conflicts_named, tstzrange
from comity.standing.directory.models import CommandPost, ContactPoint, TaskForce, TaskForceMember
from comity.standing.directory.vocabulary import ContactKind


@dataclass(frozen=True, slots=True)
class Membership:
    """That an agency belongs, from the start of the task force, with one of its own posts as liaison."""

    agency_id: UUID
    liaison_post_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CommandPlace:
    """A post in command; `succession` 1 commands, 2 takes over, and so on."""

    post_id: UUID
    succession: int


@dataclass(frozen=True, slots=True)
class NewTaskForce:
    """A task force to form. `contacts` are pairs of kind and value, each answered around the clock."""

    code: str
    name: str
    lead_agency_id: UUID
    period: Period
    area: str = ""
    members: tuple[Membership, ...] = ()
    command: tuple[CommandPlace, ...] = ()
    contacts: tuple[tuple[ContactKind, str], ...] = ()


def form_task_forces(*, by: Actor, now: datetime, task_forces: Sequence[NewTaskForce]) -> list[UUID]:
    """Form task forces (steward only); returns their ids. Writes `task_force.formed` each, in one transaction.

    Raises `DirectoryConflictError` when a code is taken, an agency is a member twice, two posts have one place in the
    succession or a liaison post belongs to another agency.
    """
    require_steward(by)
    bodies = [
        TaskForce(
            code=new.code, name=new.name, lead_agency_id=new.lead_agency_id, area=new.area, period=tstzrange(new.period)
        )
        for new in task_forces
    ]
    pairs = list(zip(bodies, task_forces, strict=True))
    changes = [
        Change(
            "task_force.formed",
            new.lead_agency_id,
            body.id,
            {
                "code": new.code,
                "members": [member.agency_id for member in new.members],
                "command": [place.post_id for place in sorted(new.command, key=lambda place: place.succession)],
            },
        )
        for body, new in pairs
    ]
    with conflicts_named(), acting(by) as cursor:
        TaskForce.objects.bulk_create(bodies)
        TaskForceMember.objects.bulk_create(row for body, new in pairs for row in _members(body, new))
        CommandPost.objects.bulk_create(row for body, new in pairs for row in _command(body, new))
        ContactPoint.objects.bulk_create(row for body, new in pairs for row in _contacts(body, new))
        record_changes(cursor, by=by, now=now, changes=changes)
    return [body.id for body in bodies]


def _members(body: TaskForce, new: NewTaskForce) -> list[TaskForceMember]:
    return [
        TaskForceMember(
            task_force_id=body.id,
            agency_id=member.agency_id,
            liaison_post_id=member.liaison_post_id,
            period=tstzrange(new.period),
        )
        for member in new.members
    ]


def _command(body: TaskForce, new: NewTaskForce) -> list[CommandPost]:
    return [
        CommandPost(
            task_force_id=body.id, post_id=place.post_id, succession=place.succession, period=tstzrange(new.period)
        )
        for place in new.command
    ]


def _contacts(body: TaskForce, new: NewTaskForce) -> list[ContactPoint]:
    return [
        ContactPoint(
            agency_id=new.lead_agency_id, task_force_id=body.id, kind=ContactKind(kind).value, value=value, hours="24/7"
        )
        for kind, value in new.contacts
    ]
