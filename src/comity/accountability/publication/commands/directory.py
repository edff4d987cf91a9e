"""The directory: the public is told of agencies and task forces; of no person, no post and no telephone number."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.db import models

from comity.accountability.publication.commands.publish import NotPublisherError
from comity.accountability.publication.commands.record import write_act
from comity.accountability.publication.directory_facts import AgencyShown, TaskForceShown
from comity.accountability.publication.models import PublishedAgency, PublishedDirectory, PublishedTaskForce
from comity.kernel.canonical import canonical
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import (
    get_task_force,
    list_agencies,
    list_agency_page,
    list_task_force_codes,
)

_AT_ONCE: Final = 1_000
Shown = Mapping[str, Mapping[str, object]]
"""Rows by code."""


def publish_directory(*, by: Actor, now: datetime) -> int:
    """Tell the public of agencies and task forces as they stand at `now`; return how many rows differ from before.

    `by`: the node as courier or steward. One transaction: the rows that differ and, where some do, an act row and
    ledger entry `publication.directory_told` with the digest of all. Doing it again changes nothing. Raises
    `NotPublisherError`.
    """
    if by.duty not in {Duty.COURIER, Duty.STEWARD}:
        raise NotPublisherError("the directory is published in the courier's or the steward's duty")
    with acting(by) as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('publication:directory', 0))")
        agencies, forces = _agencies(), _task_forces(now)
        changed = _keep(PublishedAgency, agencies) + _keep(PublishedTaskForce, forces)
        if changed:
            whole = canonical({"agencies": list(agencies.values()), "task_forces": list(forces.values())})
            told = {
                "agencies": len(agencies),
                "task_forces": len(forces),
                "digest": sha256(whole).hexdigest(),
            }
            write_act(cursor, PublishedDirectory, act="publication.directory_told", told=told, by=by, now=now)
    return changed


def _every_agency() -> Iterator[AgencyFacts]:
    after = ""
    while found := list_agency_page(kind=None, state=None, hosting=None, after=after, limit=_AT_ONCE):
        yield from found
        after = found[-1].code


def _agencies() -> Shown:
    every = list(_every_agency())
    codes = {one.id: one.code for one in every}
    return {one.code: _plain(_agency(one, codes[one.parent_id] if one.parent_id else "")) for one in every}


def _agency(one: AgencyFacts, parent: str) -> AgencyShown:
    return AgencyShown(
        code=one.code,
        name=one.name,
        kind=one.kind,
        state=one.state,
        hosting=one.hosting,
        parent=parent,
        powers=tuple(sorted(one.powers)),
        limits=tuple(sorted(one.limits)),
        counties=tuple(sorted(one.counties)),
    )


def _task_forces(now: datetime) -> Shown:
    forces = [get_task_force(code, now) for code in list_task_force_codes()]
    named = list_agencies({one for force in forces for one in (force.lead_agency_id, *force.members)})
    shown = [
        TaskForceShown(
            code=force.code,
            name=force.name,
            area=force.area,
            lead=named[force.lead_agency_id].code,
            members=tuple(sorted(named[member].code for member in force.members)),
        )
        for force in forces
    ]
    return {one.code: _plain(one) for one in shown}


def _plain(one: AgencyShown | TaskForceShown) -> Mapping[str, object]:
    """Return a row as its columns hold it."""
    held = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(one).items()}
    return {name: value if isinstance(value, list) else str(value) for name, value in held.items()}


def _keep(model: type[models.Model], wanted: Shown) -> int:
    """Write the rows that are not there as wanted; return how many. None is taken out: none leaves the directory."""
    columns = [field.name for field in model._meta.fields]  # noqa: SLF001 - Django's own way to ask
    known = {row["code"]: row for row in model.objects.values(*columns)}  # type: ignore[attr-defined]
    changed = [row for code, row in wanted.items() if known.get(code) != row]
    model.objects.bulk_create(  # type: ignore[attr-defined]
        [model(**row) for row in changed],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[name for name in columns if name != "code"],
        batch_size=_AT_ONCE,
    )
    return len(changed)
