"""A steward, two agencies with officers, courses and requirements; all entered through the commands."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor, Duty
from comity.standing.directory.vocabulary import AgencyKind, PostFunction, SwornStatus
from comity.standing.training.vocabulary import Function

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)


@dataclass(frozen=True)
class School:
    """A local and a federal agency, an officer and a held post each."""

    steward: Actor
    local: Actor
    officer: UUID
    federal_officer: UUID
    post: UUID
    empty_post: UUID


@pytest.fixture
def school(node: object) -> School:
    from comity.standing.directory import commands as do
    from comity.standing.training import commands as train

    by = Actor(new_id(), new_id(), Duty.STEWARD)
    agencies = [
        do.NewAgency(code="test-pd", name="Test police", kind=AgencyKind.LOCAL, origin="test", state="AZ"),
        do.NewAgency(code="test-federal", name="Test federal", kind=AgencyKind.FEDERAL, origin="test"),
    ]
    local, federal = do.register_agencies(by=by, now=NOW, agencies=agencies)
    officers = [do.NewOfficer(agency, "0001", SwornStatus.SWORN) for agency in (local, federal)]
    officer, federal_officer = do.register_officers(by=by, now=NOW, officers=officers)
    posts = [do.NewPost(local, code, code, PostFunction.LIAISON) for code in ("liaison", "empty")]
    post, empty = do.create_posts(by=by, now=NOW, posts=posts)
    do.assign_holders(by=by, now=NOW, assignments=[do.Assignment(post, officer, Period(NOW - timedelta(days=900)))])
    courses = [train.NewCourse(code, code, "test") for code in ("privacy", "cjis", "tfm")]
    train.set_courses(by=by, now=NOW, courses=courses)
    since = Period(NOW - timedelta(days=1_000))
    requirements = [
        train.NewRequirement("tr-privacy", Function.RECEIVE_INFORMATION, ("privacy",), ("azpost",), 730, "test", since),
        train.NewRequirement(
            "tr-cjis", Function.RECEIVE_CJI, ("cjis",), ("azpost",), 365, "test", since, agency_kind="local"
        ),
        train.NewRequirement(
            "tr-tfm",
            Function.IMMIGRATION_TASK_FORCE,
            ("tfm",),
            ("dhs-ice",),
            730,
            "test",
            since,
            agreement_kind="tfm",
            pass_mark=70,
            max_attempts=2,
        ),
    ]
    train.set_requirements(by=by, now=NOW, requirements=requirements)
    return School(by, Actor(local, post), officer, federal_officer, post, empty)
