"""A steward, a fixed instant, two agencies with posts and officers; all entered through the commands."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from comity.kernel.ids import new_id
from comity.spine.tenancy.actor import Actor, Duty
from comity.standing.directory.vocabulary import AgencyKind, PostFunction, Power, SwornStatus

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)


@dataclass(frozen=True)
class Office:
    """One agency of the tests: its id, two posts and three officers."""

    agency_id: UUID
    liaison: UUID
    interface: UUID
    officers: tuple[UUID, UUID, UUID]

    @property
    def actor(self) -> Actor:
        return Actor(self.agency_id, self.liaison)


@dataclass(frozen=True)
class Offices:
    """What every test of the directory starts from."""

    steward: Actor
    nogales: Office
    tucson: Office


def make_office(steward: Actor, code: str, ori: str) -> Office:
    from comity.standing.directory import commands as do

    new = do.NewAgency(
        code=code,
        name=f"{code} department",
        kind=AgencyKind.LOCAL,
        origin="test",
        ori=ori,
        state="AZ",
        powers=(Power.LAW_ENFORCEMENT,),
    )
    [agency] = do.register_agencies(by=steward, now=NOW, agencies=[new])
    posts = [
        do.NewPost(agency, "liaison", "Liaison officer", PostFunction.LIAISON),
        do.NewPost(agency, "interface", "Interface custodian", PostFunction.INTERFACE),
    ]
    liaison, interface = do.create_posts(by=steward, now=NOW, posts=posts)
    officers = [do.NewOfficer(agency, f"{number:04d}", SwornStatus.SWORN) for number in (1, 2, 3)]
    one, two, three = do.register_officers(by=steward, now=NOW, officers=officers)
    return Office(agency, liaison, interface, (one, two, three))


@pytest.fixture
def offices(node: object) -> Offices:
    steward = Actor(new_id(), new_id(), Duty.STEWARD)
    return Offices(
        steward, make_office(steward, "nogales-pd", "AZ0120100"), make_office(steward, "tucson-pd", "AZ0100300")
    )


@pytest.fixture
def steward(node: object) -> Actor:
    return Actor(new_id(), new_id(), Duty.STEWARD)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the public lists: that of `COMITY_REAL_DATA`, else `../shared/data` beside the checkout."""
    folder = Path(os.environ.get("COMITY_REAL_DATA") or Path(__file__).parents[4] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the public lists are absent: set COMITY_REAL_DATA to their folder")
    return folder
