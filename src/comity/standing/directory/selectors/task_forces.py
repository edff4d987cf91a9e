"""Task forces as they stand at an instant, contact points, listings as a 287(g) participant."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from comity.standing.directory.facts import ContactFacts, ParticipationFacts, TaskForceFacts
from comity.standing.directory.models import CommandPost, ContactPoint, Participation, TaskForce, TaskForceMember
from comity.standing.directory.selectors.found import NotInDirectoryError
from comity.standing.directory.vocabulary import ContactKind, ParticipationModel


def get_task_force(code: str, at: datetime) -> TaskForceFacts:
    """Return the task force as it stands at the instant; raise `NotInDirectoryError`."""
    row = TaskForce.objects.filter(code=code).values_list("id", "name", "lead_agency_id", "area").first()
    if row is None:
        raise NotInDirectoryError(f"no task force `{code}` in the directory")
    body, name, lead, area = row
    command = CommandPost.objects.filter(task_force_id=body, period__contains=at).order_by("succession")
    members = TaskForceMember.objects.filter(task_force_id=body, period__contains=at).order_by("agency__code")
    return TaskForceFacts(
        id=body,
        code=code,
        name=name,
        lead_agency_id=lead,
        area=area,
        command_posts=tuple(command.values_list("post_id", flat=True)),
        members=dict(members.values_list("agency_id", "liaison_post_id")),
        contact_points=tuple(_contacts(Q(task_force_id=body))),
    )


def list_task_force_codes() -> list[str]:
    """Return the codes of every task force."""
    return list(TaskForce.objects.order_by("code").values_list("code", flat=True))


def list_task_force_names() -> list[tuple[str, str]]:
    """Return code and name of every task force, by name."""
    return list(TaskForce.objects.order_by("name", "code").values_list("code", "name"))


def list_contact_points(agency_id: UUID) -> list[ContactFacts]:
    """Return how the agency's offices are reached."""
    return _contacts(Q(agency_id=agency_id, task_force__isnull=True))


def list_contact_values(agency_ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    """Return the agencies' contact points as agency and value."""
    return set(ContactPoint.objects.filter(agency_id__in=list(agency_ids)).values_list("agency_id", "value"))


def list_participations(agency_ids: Collection[UUID]) -> list[ParticipationFacts]:
    """Return what ICE's lists say of these agencies: listings, never agreements."""
    rows = Participation.objects.filter(agency_id__in=list(agency_ids)).order_by("agency_id", "as_of_on", "model")
    return [
        ParticipationFacts(agency_id, ParticipationModel(model), source, as_of_on)
        for agency_id, model, source, as_of_on in rows.values_list("agency_id", "model", "source", "as_of_on")
    ]


def _contacts(where: Q) -> list[ContactFacts]:
    rows = ContactPoint.objects.filter(where).order_by("kind", "value").values_list("id", "kind", "value", "hours")
    return [ContactFacts(row[0], ContactKind(row[1]), row[2], row[3]) for row in rows]
