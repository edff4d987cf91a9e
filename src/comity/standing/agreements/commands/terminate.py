"""Terminating: the agreement is over, at once or when the notice its text states is. What was shared stays bound."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.ids import new_id
from comity.spine.clocks.calendars import ARIZONA, UTAH
from comity.spine.clocks.change import stop_clocks_of
from comity.spine.clocks.rules import Landing, Term, Unit
from comity.spine.clocks.start import Start, start_clocks
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    HEADS,
    lock_agreement,
    record_event,
    require_post,
    state_at,
)
from comity.standing.agreements.models import Agreement, Event, Party, Version
from comity.standing.agreements.notice import notice_days, waives_notice
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.terms import Terms, read_terms
from comity.standing.agreements.vocabulary import EventKind, PartyRole, TerminationReason
from comity.standing.directory.selectors import list_agencies_by_code

CLOCK: Final = "termination_notice"
_WITH_NOTICE: Final = frozenset({TerminationReason.PARTY_WITHDREW, TerminationReason.LAW_CHANGED})


class NotWaivedError(ValueError):
    """The text does not let exigent circumstances waive its notice."""


class NoticeGivenError(ValueError):
    """Notice was given already; it runs."""


class NoNoticeError(ValueError):
    """No notice of this party runs that it could withdraw."""


def terminate_agreement(*, by: Actor, now: datetime, agreement_id: UUID, reason: TerminationReason) -> datetime | None:
    """End an agreement; return when it ends, None while other parties have to agree. Limits on passing on stay.

    A party that withdraws, or whose law changed, gives the notice the text in force states (`notice.notice_days`): a
    clock runs, and until it is over the agreement stays in force. By `mutual` it ends once the head of every party has
    said so; by `public_safety` at once where the text waives the notice; by court order at once. One transaction: state
    or end of notice, clock, event `terminated`, `notice_given` or `end_agreed`, ledger entry. Raises `WrongPostError`
    unless `by` is the head of a party, `NotWaivedError`, `NoticeGivenError`, `NoSuchAgreementError`,
    `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_post(by, agreement, HEADS)
        state = AGREEMENT.next(state_at(agreement, now), "terminate")
        terms = _terms_in_force(agreement)
        role = Party.objects.values_list("role", flat=True).get(agreement_id=agreement.id, agency_id=by.agency_id)
        days = notice_days(terms, PartyRole(role)) if terms else 0
        if days and reason in _WITH_NOTICE:
            return _give_notice(cursor, agreement, days, reason=reason, by=by, now=now)
        if days and reason is TerminationReason.PUBLIC_SAFETY and not (terms and waives_notice(terms)):
            raise NotWaivedError(
                f"the text of `{agreement.code}` does not waive its {days} days of notice; give notice"
            )
        if terms and reason is TerminationReason.MUTUAL and not _is_last_to_agree(agreement, by):
            _record(cursor, agreement, EventKind.END_AGREED, reason, by=by, now=now)
            return None
        _record(cursor, agreement, EventKind.TERMINATED, reason, by=by, now=now)
        stop_clocks_of(cursor, subject_ids=[agreement.id], kind=CLOCK, now=now)
        Agreement.objects.filter(id=agreement_id).update(state=state)
    return now


def withdraw_notice(*, by: Actor, now: datetime, agreement_id: UUID) -> None:
    """Take back a notice before it is over, as head of the party that gave it: the agreement goes on.

    One transaction: end of notice, clock stopped, event `notice_withdrawn`, ledger entry. Raises `NoNoticeError`,
    `WrongPostError`, `NoSuchAgreementError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_post(by, agreement, HEADS)
        given = Event.objects.filter(agreement_id=agreement_id, event=EventKind.NOTICE_GIVEN.value).order_by("at", "id")
        last = given.last()
        if agreement.notice_ends_at is None or last is None or last.agency_id != by.agency_id:
            raise NoNoticeError(f"no notice of your agency runs for `{agreement.code}`")
        if agreement.notice_ends_at <= now:
            raise NoNoticeError(f"the notice for `{agreement.code}` was over at `{agreement.notice_ends_at}`")
        record_event(
            cursor,
            agreement=agreement,
            event=EventKind.NOTICE_WITHDRAWN,
            by=by,
            now=now,
            version_id=agreement.current_version_id,
        )
        stop_clocks_of(cursor, subject_ids=[agreement.id], kind=CLOCK, now=now)
        Agreement.objects.filter(id=agreement_id).update(notice_ends_at=None)


def _terms_in_force(agreement: Agreement) -> Terms | None:
    if agreement.current_version_id is None:
        return None
    return read_terms(Version.objects.get(id=agreement.current_version_id).terms)


def _give_notice(
    cursor: CursorWrapper, agreement: Agreement, days: int, *, reason: TerminationReason, by: Actor, now: datetime
) -> datetime:
    if agreement.notice_ends_at is not None:
        raise NoticeGivenError(f"notice for `{agreement.code}` was given; it is over at `{agreement.notice_ends_at}`")
    clock = Start(
        id=new_id(),
        kind=CLOCK,
        subject_id=agreement.id,
        agency_id=by.agency_id,
        term=Term(days, Unit.DAYS, Landing.AS_IT_FALLS),
        calendar=_calendar(agreement, by),
        started_at=now,
    )
    ends_at = start_clocks(cursor, [clock])[clock.id].at
    _record(cursor, agreement, EventKind.NOTICE_GIVEN, reason, by=by, now=now, effective_at=ends_at)
    Agreement.objects.filter(id=agreement.id).update(notice_ends_at=ends_at)
    return ends_at


def _calendar(agreement: Agreement, by: Actor) -> str:
    """Return whose days count: the giver's state, else the first other party's that has a calendar, else Arizona's."""
    parties = Party.objects.filter(agreement_id=agreement.id).values_list("agency_code", flat=True)
    agencies = sorted(list_agencies_by_code(parties).values(), key=lambda one: (one.id != by.agency_id, one.code))
    known = {calendar.code for calendar in (ARIZONA, UTAH)}
    return next((one.state.lower() for one in agencies if one.state.lower() in known), ARIZONA.code)


def _is_last_to_agree(agreement: Agreement, by: Actor) -> bool:
    """Tell whether every other party has agreed to end the version in force."""
    agreed = Event.objects.filter(agreement_id=agreement.id, event=EventKind.END_AGREED.value)
    rows = agreed.values_list("agency_id", "version_id")
    told = {agency_id for agency_id, version_id in rows if version_id == agreement.current_version_id}
    return set(agreement.party_ids) <= {by.agency_id, *told}


def _record(
    cursor: CursorWrapper,
    agreement: Agreement,
    event: EventKind,
    reason: TerminationReason,
    *,
    by: Actor,
    now: datetime,
    effective_at: datetime | None = None,
) -> None:
    record_event(
        cursor,
        agreement=agreement,
        event=event,
        by=by,
        now=now,
        version_id=agreement.current_version_id,
        reason=TerminationReason(reason).value,
        effective_at=effective_at,
    )
