"""A post has one holder at a time; the database says so."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.errors import ExclusionViolation

from comity.config.node import Role
from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.standing.directory.commands import (
    Assignment,
    DirectoryConflictError,
    NewPost,
    NotHeldError,
    NotYourAgencyError,
    PostHeldError,
    assign_holders,
    create_posts,
    end_holding,
    hand_over_post,
)
from comity.standing.directory.selectors import get_holder, list_holders, list_officers_ever, list_posts_held
from comity.standing.directory.vocabulary import AgencyKind, HoldingKind, PostFunction

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)
MONTH = timedelta(days=30)


def test_a_second_holder_of_a_post_is_refused(offices):
    office = offices.nogales
    first, second, _ = office.officers
    assign_holders(by=offices.steward, now=NOW, assignments=[Assignment(office.liaison, first, Period(NOW))])
    with pytest.raises(PostHeldError):
        assign_holders(
            by=offices.steward, now=NOW, assignments=[Assignment(office.liaison, second, Period(NOW + MONTH))]
        )


def test_the_database_refuses_two_holders_whatever_the_application_does(node, offices):
    office = offices.nogales
    first, second, _ = office.officers
    assign_holders(by=offices.steward, now=NOW, assignments=[Assignment(office.liaison, first, Period(NOW))])
    with node.connect(Role.OWNER) as owner, pytest.raises(ExclusionViolation):
        owner.execute(
            "INSERT INTO directory_holding (id, agency_id, post_id, officer_id, kind, period)"
            " VALUES (%s, %s, %s, %s, 'holder', tstzrange(%s, NULL))",
            (new_id(), office.agency_id, office.liaison, second, NOW + MONTH),
        )


def test_an_acting_holder_covers_a_gap_and_never_stands_beside_a_holder(offices):
    office, by = offices.nogales, offices.steward
    first, second, _ = office.officers
    holder = Assignment(office.liaison, first, Period(NOW, NOW + MONTH))
    successor = Assignment(office.liaison, first, Period(NOW + 2 * MONTH))
    acting = Assignment(office.liaison, second, Period(NOW + MONTH, NOW + 2 * MONTH), HoldingKind.ACTING)
    assign_holders(by=by, now=NOW, assignments=[holder, successor, acting])
    beside = Assignment(office.liaison, second, Period(NOW, NOW + MONTH), HoldingKind.ACTING)
    with pytest.raises(PostHeldError):
        assign_holders(by=by, now=NOW, assignments=[beside])
    found = get_holder(office.liaison, NOW + MONTH)
    assert found is not None
    assert (found.officer_id, found.kind) == (second, HoldingKind.ACTING)
    assert get_holder(office.liaison, NOW + 2 * MONTH).officer_id == first
    assert get_holder(office.liaison, NOW - MONTH) is None


def test_all_assignments_of_a_call_are_made_or_none(offices):
    office, by = offices.nogales, offices.steward
    first, second, _ = office.officers
    good = Assignment(office.interface, first, Period(NOW))
    twice = [Assignment(office.liaison, first, Period(NOW)), Assignment(office.liaison, second, Period(NOW))]
    with pytest.raises(PostHeldError):
        assign_holders(by=by, now=NOW, assignments=[good, *twice])
    assert list_holders([office.interface, office.liaison], NOW) == {}


def test_handing_over_leaves_no_gap_and_no_overlap(offices):
    office, by = offices.nogales, offices.steward
    first, second, _ = office.officers
    assign_holders(by=by, now=NOW, assignments=[Assignment(office.liaison, first, Period(NOW))])
    hand_over_post(by=by, now=NOW, post_id=office.liaison, officer_id=second, at=NOW + MONTH)
    assert get_holder(office.liaison, NOW + MONTH - timedelta(microseconds=1)).officer_id == first
    assert get_holder(office.liaison, NOW + MONTH).officer_id == second
    assert list_posts_held(second, NOW + MONTH) == [office.liaison]


def test_a_post_that_nobody_holds_cannot_be_ended(offices):
    with pytest.raises(NotHeldError):
        end_holding(by=offices.steward, now=NOW, post_id=offices.nogales.liaison, ends_at=NOW)


def test_an_agency_assigns_its_own_posts_and_not_anothers(offices):
    nogales, tucson = offices.nogales, offices.tucson
    own = Assignment(nogales.liaison, nogales.officers[0], Period(NOW))
    assert assign_holders(by=nogales.actor, now=NOW, assignments=[own])
    with pytest.raises(NotYourAgencyError):
        assign_holders(
            by=nogales.actor, now=NOW, assignments=[Assignment(tucson.liaison, tucson.officers[0], Period(NOW))]
        )


def test_an_officer_of_another_agency_cannot_hold_the_post(offices):
    foreign = Assignment(offices.nogales.liaison, offices.tucson.officers[0], Period(NOW))
    with pytest.raises(DirectoryConflictError, match="own_officer"):
        assign_holders(by=offices.steward, now=NOW, assignments=[foreign])


def test_an_unknown_post_is_named(offices):
    missing = new_id()
    with pytest.raises(DirectoryConflictError, match=str(missing)):
        assign_holders(
            by=offices.steward, now=NOW, assignments=[Assignment(missing, offices.nogales.officers[0], Period(NOW))]
        )


def test_the_gates_short_form_gives_officer_kind_of_agency_and_when(offices):
    office = offices.nogales
    assign_holders(
        by=offices.steward, now=NOW, assignments=[Assignment(office.liaison, office.officers[2], Period(NOW))]
    )
    assert list_officers_ever([office.liaison, office.interface]) == {
        office.liaison: ((office.officers[2], AgencyKind.LOCAL, Period(NOW)),),
        office.interface: (),
    }


spans = st.tuples(st.integers(0, 40), st.integers(1, 15), st.sampled_from(list(HoldingKind)), st.integers(0, 2))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts=st.lists(spans, min_size=2, max_size=8))
def test_whatever_is_tried_no_instant_has_two_holders(offices, attempts):
    office, by = offices.nogales, offices.steward
    post = _fresh_post(office, by)
    taken: list[tuple[int, int]] = []
    for start, length, kind, who in attempts:
        period = Period(NOW + timedelta(days=start), NOW + timedelta(days=start + length))
        free = all(start + length <= lower or upper <= start for lower, upper in taken)
        assignment = Assignment(post, office.officers[who], period, kind)
        if free:
            assign_holders(by=by, now=NOW, assignments=[assignment])
            taken.append((start, start + length))
        else:
            with pytest.raises(PostHeldError):
                assign_holders(by=by, now=NOW, assignments=[assignment])
    for day in range(60):
        held = any(lower <= day < upper for lower, upper in taken)
        assert (get_holder(post, NOW + timedelta(days=day)) is not None) is held


def _fresh_post(office, by):
    new = NewPost(office.agency_id, f"post-{new_id()}", "Analyst", PostFunction.ANALYST)
    return create_posts(by=by, now=NOW, posts=[new])[0]
