"""Ending an agreement: with the notice its text states, by all, by a court; and what the gate makes of it meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from agreements_given import NOW, SHARE, YEAR, ask, facts_of, live_of, terms_of

from comity.kernel.states import IllegalTransitionError
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import acting, reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.audit import list_contradictions
from comity.standing.agreements.commands.draft import AgreementEndedError
from comity.standing.agreements.commands.record import WrongPostError
from comity.standing.agreements.commands.terminate import (
    AGREED_FOR,
    ConcludedError,
    NoNoticeError,
    NoticeGivenError,
    NotWaivedError,
)
from comity.standing.agreements.live import lock_agreements
from comity.standing.agreements.notice import is_public, notice_days
from comity.standing.agreements.selectors import get_agreement, list_all_due, list_events, list_versions
from comity.standing.agreements.terms import read_terms
from comity.standing.agreements.vocabulary import EventKind, PartyRole, SuspensionReason, TerminationReason

NINETY = {"term": "termination_notice_days", "value": 90, "unit": "days", "section": "VIII", "words": "90-day notice"}
WAIVED = {"term": "exigent_exception", "value": True, "unit": "yes"}
WITHDREW, MUTUAL = TerminationReason.PARTY_WITHDREW, TerminationReason.MUTUAL
NOBODY = ([], [])
"""What starting returns where no version is due and none is kept back."""
OVER = datetime(2026, 6, 1, 7, tzinfo=UTC)
"""Ninety days after 2 March 2026 by Arizona's civil days: the midnight that ends 31 May."""


@pytest.fixture
def with_terms(offices, draft, conclude):
    """Return the id of an agreement in force whose text lays these provisions down."""

    def make(*provisions):
        agreement_id = draft()
        do.revise_draft(
            by=offices.pima.head, now=NOW, agreement_id=agreement_id, title="Memorandum", text="VIII 90-day notice.\n",
            terms={**terms_of(SHARE), "provisions": [dict(one) for one in provisions]}, period=YEAR,
        )  # fmt: skip
        conclude(agreement_id)
        return agreement_id

    return make


def end(offices, agreement_id, reason, *, by=None, at=NOW):
    return do.terminate_agreement(by=by or offices.pima.head, now=at, agreement_id=agreement_id, reason=reason)


def standing(offices, agreement_id, at=NOW):
    with reading(offices.steward):
        return get_agreement(agreement_id).standing(at)


def permitted(offices, at) -> str:
    pair = (offices.pima.agency_id, offices.ice.agency_id)
    with acting(node_actor(Duty.COURIER)) as cursor:
        return ask(facts_of(), *lock_agreements(cursor, [pair])[pair], at=at).headline


def test_a_withdrawal_takes_effect_when_the_notice_of_the_text_is_over(offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    assert end(offices, agreement_id, WITHDREW) == OVER
    instant = timedelta(microseconds=1)
    assert [permitted(offices, at) for at in (NOW, OVER - instant, OVER)] == ["disclosed", "disclosed", "refused"]
    assert standing(offices, agreement_id, OVER - instant) == "in_force"
    assert standing(offices, agreement_id, OVER) == "terminated"
    with reading(offices.steward):
        last = list_events(agreement_id)[-1]
        assert list_contradictions() == []
    assert (last.event, last.effective_at) == (EventKind.NOTICE_GIVEN, OVER)


def test_once_the_notice_is_over_nothing_can_be_done_with_the_agreement(offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    end(offices, agreement_id, WITHDREW)
    given = {"now": OVER, "agreement_id": agreement_id}
    with pytest.raises(AgreementEndedError, match="terminated"):
        do.revise_draft(by=offices.pima.head, title="x", text="x", terms=terms_of(SHARE), period=YEAR, **given)
    with pytest.raises(IllegalTransitionError):
        do.suspend_agreement(by=offices.pima.head, reason=SuspensionReason.LEGAL_REVIEW, **given)
    with pytest.raises(IllegalTransitionError):
        do.terminate_agreement(by=offices.pima.head, reason=WITHDREW, **given)
    with pytest.raises(NoNoticeError):
        do.withdraw_notice(by=offices.pima.head, **given)


def test_an_agreement_without_a_stated_notice_ends_at_once(offices, with_terms) -> None:
    agreement_id = with_terms()
    assert end(offices, agreement_id, WITHDREW) == NOW
    assert permitted(offices, NOW) == "refused"


def test_notice_is_given_once_and_taken_back_by_whom_it_was_given(offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    with pytest.raises(NoNoticeError):
        do.withdraw_notice(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    end(offices, agreement_id, WITHDREW)
    with pytest.raises(NoticeGivenError):
        end(offices, agreement_id, WITHDREW, by=offices.ice.head)
    with pytest.raises(NoNoticeError):
        do.withdraw_notice(by=offices.ice.head, now=NOW, agreement_id=agreement_id)
    with pytest.raises(WrongPostError):
        do.withdraw_notice(by=offices.pima.counsel, now=NOW, agreement_id=agreement_id)
    do.withdraw_notice(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    assert permitted(offices, OVER) == "disclosed"
    assert end(offices, agreement_id, WITHDREW, by=offices.ice.head) == OVER


def test_by_agreement_of_all_it_ends_when_the_last_has_said_so(offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    assert end(offices, agreement_id, MUTUAL) is None
    assert end(offices, agreement_id, MUTUAL) is None
    assert permitted(offices, NOW) == "disclosed"
    assert end(offices, agreement_id, MUTUAL, by=offices.ice.head) == NOW
    assert permitted(offices, NOW) == "refused"


def test_public_safety_ends_it_at_once_only_where_the_text_waives_the_notice(offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    with pytest.raises(NotWaivedError, match="90 days"):
        end(offices, agreement_id, TerminationReason.PUBLIC_SAFETY)
    assert end(offices, agreement_id, TerminationReason.COURT_ORDER) == NOW


def test_where_the_text_waives_it_public_safety_ends_it_at_once(offices, with_terms) -> None:
    assert end(offices, with_terms(NINETY, WAIVED), TerminationReason.PUBLIC_SAFETY) == NOW


def test_suspension_stops_the_gate_at_once_whatever_notice_the_text_wants(offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    do.suspend_agreement(
        by=offices.pima.head, now=NOW, agreement_id=agreement_id, reason=SuspensionReason.PARTY_REQUEST
    )
    assert permitted(offices, NOW) == "refused"


def next_version(offices, agreement_id, conclude, *, period=YEAR):
    do.revise_draft(
        by=offices.ice.head, now=NOW, agreement_id=agreement_id, title="Next", text="x", terms=terms_of(SHARE),
        period=period,
    )  # fmt: skip
    conclude(agreement_id)


def test_a_new_version_leaves_a_notice_running_until_its_giver_takes_it_back(offices, with_terms, conclude) -> None:
    agreement_id = with_terms(NINETY)
    end(offices, agreement_id, WITHDREW)
    next_version(offices, agreement_id, conclude)
    assert [permitted(offices, at) for at in (NOW, OVER)] == ["disclosed", "refused"]
    with pytest.raises(NoNoticeError):
        do.withdraw_notice(by=offices.ice.head, now=NOW, agreement_id=agreement_id)
    do.withdraw_notice(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    assert permitted(offices, OVER) == "disclosed"
    with reading(offices.steward):
        assert list_contradictions() == []


def test_a_version_that_begins_later_leaves_the_present_one_until_then(offices, with_terms, conclude) -> None:
    agreement_id = with_terms(NINETY)
    later = Period(NOW + timedelta(days=60), YEAR.ends_at + timedelta(days=365))
    next_version(offices, agreement_id, conclude, period=later)
    steward = node_actor(Duty.STEWARD)

    def in_force() -> int:
        with reading(offices.steward):
            current = get_agreement(agreement_id).current_version_id
            return next(one.number for one in list_versions(agreement_id) if one.id == current)

    with reading(offices.steward):
        last = list_events(agreement_id)[-1]
    assert (last.event, last.effective_at, in_force()) == (EventKind.SCHEDULED, later.starts_at, 1)
    assert permitted(offices, NOW) == "disclosed"
    before = later.starts_at - timedelta(seconds=1)
    assert do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=agreement_id) == do.Scheduled(2, later.starts_at)
    assert do.start_scheduled(by=steward, now=before) == NOBODY
    assert do.start_scheduled(by=steward, now=later.starts_at) == ([do.Entered(2, later.starts_at)], [])
    assert do.start_scheduled(by=steward, now=later.starts_at) == NOBODY
    assert (in_force(), permitted(offices, later.starts_at)) == (2, "disclosed")
    with reading(offices.steward):
        assert list_contradictions() == []
        assert [one.event for one in list_events(agreement_id)].count(EventKind.SCHEDULED) == 1
    with pytest.raises(PermissionError):
        do.start_scheduled(by=node_actor(Duty.COURIER), now=later.starts_at)


def test_what_is_scheduled_waits_while_the_agreement_rests_and_never_follows_one_that_ended(
    offices, with_terms, conclude
) -> None:
    agreement_id = with_terms(NINETY)
    later = Period(NOW + timedelta(days=60), YEAR.ends_at)
    next_version(offices, agreement_id, conclude, period=later)
    given = {"now": NOW, "agreement_id": agreement_id}
    do.suspend_agreement(by=offices.pima.head, reason=SuspensionReason.LEGAL_REVIEW, **given)
    steward = node_actor(Duty.STEWARD)
    assert do.start_scheduled(by=steward, now=later.starts_at) == NOBODY
    do.resume_agreement(by=offices.pima.head, **given)
    do.terminate_agreement(by=offices.pima.head, reason=TerminationReason.COURT_ORDER, **given)
    assert do.start_scheduled(by=steward, now=later.starts_at) == NOBODY
    assert permitted(offices, later.starts_at) == "refused"


def test_what_keeps_one_scheduled_version_back_is_told_and_keeps_back_no_other(
    offices, with_terms, agreed, conclude
) -> None:
    later = Period(NOW + timedelta(days=60), YEAR.ends_at)
    first, second = with_terms(NINETY), agreed(code="other")
    for agreement_id in (first, second):
        next_version(offices, agreement_id, conclude, period=later)
    same = "kind, document_sha256, reason, agency_id, post_id, entry_id, agreement_id, for_agency_id, version_id"
    with acting(offices.pima.privacy) as cursor:
        cursor.execute(
            f"INSERT INTO agreements_review (id, finding, at, {same})"
            f" SELECT gen_random_uuid(), 'not_satisfied', at + interval '1 day', {same} FROM agreements_review"
            " WHERE agreement_id = %s ORDER BY at DESC, id DESC LIMIT 1",
            [first],
        )
    started, held = do.start_scheduled(by=node_actor(Duty.STEWARD), now=later.starts_at)
    assert started == [do.Entered(2, later.starts_at)]
    assert held == [do.Held("mou", 2, "UnreviewedError")]
    with reading(offices.steward):
        assert list_events(second)[-1].event is EventKind.PUT_IN_FORCE


def test_where_the_present_version_is_over_the_next_is_in_force_and_counts_from_its_first_instant(
    offices, with_terms, conclude
) -> None:
    agreement_id = with_terms(NINETY)
    later = Period(YEAR.ends_at + timedelta(days=30), None)
    next_version(offices, agreement_id, conclude, period=later)
    over = YEAR.ends_at + timedelta(days=1)
    done = do.put_in_force(by=offices.pima.head, now=over, agreement_id=agreement_id)
    assert done == do.Entered(2, later.starts_at)
    assert [permitted(offices, at) for at in (over, later.starts_at)] == ["refused", "disclosed"]


@pytest.mark.parametrize("post", ["liaison", "privacy"])
def test_only_head_or_counsel_of_a_party_puts_in_force(offices, draft, conclude, post) -> None:
    agreement_id = draft()
    with pytest.raises(WrongPostError):
        do.put_in_force(by=getattr(offices.ice, post), now=NOW, agreement_id=agreement_id)


def test_what_is_in_force_did_not_fail_to_be_concluded(offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    with pytest.raises(ConcludedError):
        end(offices, agreement_id, TerminationReason.NOT_CONCLUDED)
    assert permitted(offices, NOW) == "disclosed"


def test_agreeing_to_an_end_lapses(offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    assert end(offices, agreement_id, MUTUAL) is None
    late = NOW + AGREED_FOR
    assert end(offices, agreement_id, MUTUAL, by=offices.ice.head, at=late) is None
    assert standing(offices, agreement_id, late) == "in_force"
    assert end(offices, agreement_id, MUTUAL, at=late) == late
    assert standing(offices, agreement_id, late) == "terminated"


def test_the_notice_of_an_agreement_that_has_ended_cannot_be_taken_back(offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    end(offices, agreement_id, WITHDREW)
    end(offices, agreement_id, TerminationReason.COURT_ORDER, by=offices.ice.head)
    with pytest.raises(NoNoticeError, match="has ended"):
        do.withdraw_notice(by=offices.pima.head, now=NOW, agreement_id=agreement_id)


def test_the_clock_of_a_notice_stops_when_another_agreement_takes_the_place(node, offices, with_terms, agreed) -> None:
    agreement_id, successor_id = with_terms(NINETY), agreed(code="other")
    end(offices, agreement_id, WITHDREW)
    do.supersede_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id, successor_id=successor_id)
    with acting(offices.pima.head) as cursor:
        cursor.execute("SELECT state FROM clocks_clock WHERE subject_id = %s", [agreement_id])
        assert cursor.fetchall() == [("stopped",)]


def test_a_notice_rubbed_out_of_the_row_is_found(node, offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    end(offices, agreement_id, WITHDREW)
    with acting(offices.ice.head) as cursor:
        cursor.execute("UPDATE agreements_agreement SET notice_ends_at = NULL WHERE id = %s", [agreement_id])
    with reading(offices.steward):
        [found] = list_contradictions()
    assert (found.row[2], found.acts[2]) == (None, OVER)


def test_of_several_notices_the_longest_counts_and_public_notice_is_told() -> None:
    thirty = {**NINETY, "value": 30}
    public = {"term": "termination_public_notice", "value": True, "unit": "yes"}
    terms = read_terms({**terms_of(SHARE), "provisions": [thirty, NINETY, public]})
    assert (notice_days(terms, PartyRole.LOCAL), is_public(terms)) == (90, True)
    bare = read_terms(terms_of(SHARE))
    assert (notice_days(bare, PartyRole.LOCAL), is_public(bare)) == (0, False)


@pytest.mark.parametrize(
    ("by", "owed"),
    [
        ((), (90, 90)),
        (("either",), (90, 90)),
        (("federal",), (90, 0)),
        (("local",), (0, 90)),
        (("federal", "local"), (90, 90)),
        (("nobody knows",), (90, 90)),
    ],
)
def test_who_owes_notice_is_whom_the_text_names_and_everybody_in_doubt(by, owed) -> None:
    named = [{"term": "termination_notice_by", "value": one, "unit": "word"} for one in by]
    terms = read_terms({**terms_of(SHARE), "provisions": [NINETY, *named]})
    assert (notice_days(terms, PartyRole.FEDERAL), notice_days(terms, PartyRole.LOCAL)) == owed


def test_the_end_of_a_notice_binds_like_the_end_of_the_period() -> None:
    from dataclasses import replace

    live = replace(live_of(SHARE), notice_ends_at=OVER)
    assert [ask(facts_of(), live, at=at).headline for at in (NOW, OVER)] == ["disclosed", "refused"]


def test_once_the_notice_is_over_the_node_records_the_end(offices, with_terms) -> None:
    agreement_id = with_terms(NINETY)
    end(offices, agreement_id, WITHDREW)
    steward = node_actor(Duty.STEWARD)
    assert do.close_ended_agreements(by=steward, now=OVER - timedelta(seconds=1)) == 0
    assert do.close_ended_agreements(by=steward, now=OVER) == 1
    assert do.close_ended_agreements(by=steward, now=OVER) == 0
    with reading(offices.steward):
        facts, last = get_agreement(agreement_id), list_events(agreement_id)[-1]
        assert list_contradictions() == []
    assert (facts.state, last.event, last.reason) == ("terminated", EventKind.TERMINATED, "party_withdrew")
    with pytest.raises(PermissionError):
        do.close_ended_agreements(by=node_actor(Duty.COURIER), now=OVER)


def test_what_falls_due_is_told_in_order_and_nothing_after_the_end(offices, with_terms) -> None:
    months = [
        {"term": "first_review_months", "value": 12, "unit": "months"},
        {"term": "meeting_interval_months", "value": 1, "unit": "months"},
    ]
    agreement_id = with_terms(NINETY, *months)
    with reading(offices.pima.liaison):
        found = [(one.kind.value, one.at) for one in list_all_due(NOW)]
    assert [kind for kind, _ in found] == ["meeting", "end"]
    assert found[0][1] > NOW
    assert found[1][1] == YEAR.ends_at
    end(offices, agreement_id, WITHDREW)
    with reading(offices.pima.liaison):
        assert [one.kind.value for one in list_all_due(NOW)] == ["meeting", "notice_over"]
    with reading(offices.bystander.head):
        assert list_all_due(NOW) == ()
