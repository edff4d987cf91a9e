"""A steward and a counsel of one agency, registered as anyone would, and a fixed instant."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that `small_law` is found in every import mode

from comity.kernel.ids import new_id
from comity.spine.tenancy.actor import Actor, Duty

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def people(node):
    """A steward's post and a counsel's post of one agency."""
    from comity.standing.directory.commands import name_node_counsel
    from comity.standing.directory.commands.register import NewAgency, NewPost, create_posts, register_agencies
    from comity.standing.directory.vocabulary import AgencyKind, PostFunction

    founder = Actor(new_id(), new_id(), Duty.STEWARD)
    (agency,) = register_agencies(
        by=founder,
        now=NOW,
        agencies=[
            NewAgency(
                code="az-ag",
                name="Attorney General",
                kind=AgencyKind.STATE,
                origin="demo",
                state="AZ",
            )
        ],
    )
    keeper = Actor(agency, new_id(), Duty.STEWARD)
    name_node_counsel(by=keeper, now=NOW, agency_id=agency)
    posts = create_posts(
        by=keeper,
        now=NOW,
        posts=[
            NewPost(agency, "steward", "Steward", PostFunction.LIAISON),
            NewPost(agency, "counsel", "Counsel", PostFunction.COUNSEL),
        ],
    )
    return [Actor(agency, post, Duty.STEWARD) for post in posts]
