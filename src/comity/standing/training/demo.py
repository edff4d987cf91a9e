"""Courses, requirements and credentials of the demo, through the ordinary commands; safe to run again."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.demo import read_demo
from comity.standing.directory.selectors import list_agencies_by_code, list_officer_ids_by_reference
from comity.standing.training.commands import (
    NewCourse,
    NewCredential,
    NewRequirement,
    record_credentials,
    set_courses,
    set_requirements,
)
from comity.standing.training.selectors import list_course_codes, list_credentials, list_requirement_codes
from comity.standing.training.vocabulary import Function

IN_FORCE_SINCE: Final = datetime(2024, 1, 1, 7, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TrainingLoaded:
    """How many rows a run of `load_demo` added; zeros when everything was there."""

    courses: int
    requirements: int
    credentials: int


@dataclass(frozen=True, slots=True)
class _Planned:
    """A credential the demo wants: of whom, in what, and whether it has run out."""

    officer_id: UUID
    course: str
    has_lapsed: bool


def load_demo(*, by: Actor, now: datetime) -> TrainingLoaded:
    """Enter what is missing; `by` acts as the steward, the directory's demo is loaded. Run again, it adds nothing.

    Credentials are dated from `now`: most are valid for months, those of a few agencies lapsed or were never earned.
    One transaction each for courses, requirements and credentials.
    """
    raw = tomllib.loads(files("comity.standing.training").joinpath("demo.toml").read_text(encoding="utf-8"))
    with reading(by):
        courses, requirements = set(list_course_codes()), set(list_requirement_codes())
        planned = _plan(raw["credentials"])
    new_courses = [NewCourse(**course) for course in raw["course"] if course["code"] not in courses]
    new_requirements = [_requirement(line) for line in raw["requirement"] if line["code"] not in requirements]
    if new_courses:
        set_courses(by=by, now=now, courses=new_courses)
    if new_requirements:
        set_requirements(by=by, now=now, requirements=new_requirements)
    if planned:
        credentials = [_credential(plan, raw["credentials"], now) for plan in planned]
        record_credentials(by=by, now=now, credentials=credentials)
    return TrainingLoaded(len(new_courses), len(new_requirements), len(planned))


def _plan(raw: Mapping[str, Any]) -> list[_Planned]:
    """Return the credentials that are wanted and not there, by agency and badge reference."""
    agencies = list_agencies_by_code([line.new.code for line in read_demo().agencies])
    by_id = {agency.id: agency for agency in agencies.values()}
    officers = list_officer_ids_by_reference(by_id.keys())
    known = {
        (officer, credential.course)
        for officer, credentials in list_credentials(officers.values()).items()
        for credential in credentials
    }
    untrained = {(code, course) for course, codes in raw["untrained"].items() for code in codes}
    planned: list[_Planned] = []
    for (agency_id, _), officer in sorted(officers.items()):
        agency = by_id[agency_id]
        wanted = [*raw["courses"], *raw["by_state"].get(agency.state, [])]
        planned += [
            _Planned(officer, course, agency.code in raw["lapsed"])
            for course in wanted
            if (officer, course) not in known and (agency.code, course) not in untrained
        ]
    return planned


def _credential(plan: _Planned, raw: Mapping[str, Any], now: datetime) -> NewCredential:
    valid = timedelta(days=raw["valid_days"])
    if plan.has_lapsed:
        issued_at = now - timedelta(days=raw["lapsed_days_ago"]) - valid
    else:
        issued_at = now - timedelta(days=raw["issued_days_before"])
    evidence = f"demo certificate {plan.course} {plan.officer_id}".encode()
    return NewCredential(plan.officer_id, plan.course, raw["issuer"], Period(issued_at, issued_at + valid), evidence)


def _requirement(line: Mapping[str, Any]) -> NewRequirement:
    return NewRequirement(
        code=line["code"],
        function=Function(line["function"]),
        courses=tuple(line["courses"]),
        accepted_issuers=tuple(line["accepted_issuers"]),
        validity_days=line["validity_days"],
        source=line["source"],
        period=Period(IN_FORCE_SINCE),
        pass_mark=line.get("pass_mark"),
        max_attempts=line.get("max_attempts"),
    )
