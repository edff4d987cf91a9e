"""Terminating: the agreement is over, at once or when the notice its text states is. What was shared stays bound."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from comity.standing.agreements.commands.letter import Letter, acting_party, by_letter
from comity.standing.agreements.commands.record import HEADS, lock_agreement, record_event, state_at
from comity.standing.agreements.models import Agreement, Event, Party, Version
from comity.standing.agreements.notice import notice_days, waives_notice
from comity.standing.agreements.states import AGREEMENT, IN_FORCE, SUSPENDED
from comity.standing.agreements.terms import Terms, read_terms
from comity.standing.agreements.vocabulary import EventKind, PartyRole, TerminationReason
from comity.standing.directory.selectors import list_agencies_by_code

CLOCK: Final = "termination_notice"
AGREED_FOR: Final = timedelta(days=90)
"""How long a party's word that it agrees to an end holds; after that it is given again."""
_WITH_NOTICE: Final = frozenset({TerminationReason.PARTY_WITHDREW, TerminationReason.LAW_CHANGED})


class NotWaivedError(ValueError):
    """The text does not let exigent circumstances waive its notice."""


class ConcludedError(ValueError):
    """The agreement was in force: it did not fail to be concluded."""


class NoticeGivenError(ValueError):
    """Notice was given already; it runs."""


class NoNoticeError(ValueError):
    """No notice of this party runs that it could withdraw."""


def terminate_agreement(
    *, by: Actor, now: datetime, agreement_id: UUID, reason: TerminationReason, letter: Letter | None = None
) -> datetime | None:
    """End an agreement; return when it ends, None while other parties have to agree. Limits on passing on stay.

    A party that withdraws, or whose law changed, gives the notice the text in force states (`notice.notice_days`): a
    clock runs, and until it is over the agreement stays in force. By `mutual` it ends once the head of every party has
    said so within `AGREED_FOR`; by `public_safety` at once where the text waives the notice; by court order at once;
    as `not_concluded` only before it was in force. `letter`: of a party elsewhere, entered by the steward. One
    transaction: state or end of notice, clock, event `terminated`, `notice_given` or `end_agreed`, ledger entry. Raises
    `WrongPostError` unless `by` is the head of a party, `NotByLetterError`, `NotWaivedError`, `NoticeGivenError`,
    `ConcludedError`, `NoSuchAgreementError`, `IllegalTransitionError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        party_id = acting_party(by, agreement, HEADS, letter)
        act = _Act(cursor, agreement, by, now, party_id, letter)
        state = AGREEMENT.next(state_at(agreement, now), "terminate")
        terms = _terms_in_force(agreement)
        if terms and reason is TerminationReason.NOT_CONCLUDED:
            raise ConcludedError(f"`{agreement.code}` was concluded; end it by another reason")
        role = Party.objects.values_list("role", flat=True).get(agreement_id=agreement.id, agency_id=party_id)
        days = notice_days(terms, PartyRole(role)) if terms else 0
        if days and reason in _WITH_NOTICE:
            return _give_notice(act, days, reason)
        if days and reason is TerminationReason.PUBLIC_SAFETY and not (terms and waives_notice(terms)):
            raise NotWaivedError(
                f"the text of `{agreement.code}` does not waive its {days} days of notice; give notice"
            )
        if terms and reason is TerminationReason.MUTUAL and not _is_last_to_agree(act):
            act.record(EventKind.END_AGREED, reason.value)
            return None
        act.record(EventKind.TERMINATED, reason.value)
        stop_clocks_of(cursor, subject_ids=[agreement.id], kind=CLOCK, now=now)
        Agreement.objects.filter(id=agreement_id).update(state=state)
    return now


def withdraw_notice(*, by: Actor, now: datetime, agreement_id: UUID, letter: Letter | None = None) -> None:
    """Take back a notice before it is over, as head of the party that gave it: the agreement goes on.

    `letter`: of a party elsewhere, entered by the steward. One transaction: end of notice, clock stopped, event
    `notice_withdrawn`, ledger entry. Raises `NoNoticeError`, `WrongPostError`, `NotByLetterError`,
    `NoSuchAgreementError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        party_id = acting_party(by, agreement, HEADS, letter)
        given = Event.objects.filter(agreement_id=agreement_id, event=EventKind.NOTICE_GIVEN.value).order_by("at", "id")
        last = given.last()
        if agreement.notice_ends_at is None or last is None or last.party_id != party_id:
            raise NoNoticeError(f"no notice of your agency runs for `{agreement.code}`")
        if state_at(agreement, now) not in {IN_FORCE, SUSPENDED}:
            raise NoNoticeError(f"`{agreement.code}` has ended; its notice cannot be taken back")
        _Act(cursor, agreement, by, now, party_id, letter).record(EventKind.NOTICE_WITHDRAWN)
        stop_clocks_of(cursor, subject_ids=[agreement.id], kind=CLOCK, now=now)
        Agreement.objects.filter(id=agreement_id).update(notice_ends_at=None)


@dataclass(frozen=True, slots=True)
class _Act:
    """An act on a locked agreement: whose it is, and by which letter."""

    cursor: CursorWrapper
    agreement: Agreement
    by: Actor
    now: datetime
    party_id: UUID
    letter: Letter | None

    def record(self, event: EventKind, reason: str = "", *, effective_at: datetime | None = None) -> None:
        record_event(
            self.cursor,
            agreement=self.agreement,
            event=event,
            by=self.by,
            now=self.now,
            version_id=self.agreement.current_version_id,
            reason=reason,
            effective_at=effective_at,
            **by_letter(self.letter),
        )


def _terms_in_force(agreement: Agreement) -> Terms | None:
    if agreement.current_version_id is None:
        return None
    return read_terms(Version.objects.get(id=agreement.current_version_id).terms)


def _give_notice(act: _Act, days: int, reason: TerminationReason) -> datetime:
    agreement = act.agreement
    if agreement.notice_ends_at is not None:
        over = f"{agreement.notice_ends_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        raise NoticeGivenError(f"notice for `{agreement.code}` was given and is over at {over}; its giver withdraws it")
    clock = Start(
        id=new_id(),
        kind=CLOCK,
        subject_id=agreement.id,
        agency_id=act.party_id,
        term=Term(days, Unit.DAYS, Landing.AS_IT_FALLS),
        calendar=_calendar(agreement, act.party_id),
        started_at=act.now,
    )
    ends_at = start_clocks(act.cursor, [clock])[clock.id].at
    act.record(EventKind.NOTICE_GIVEN, reason.value, effective_at=ends_at)
    Agreement.objects.filter(id=agreement.id).update(notice_ends_at=ends_at)
    return ends_at


def _calendar(agreement: Agreement, party_id: UUID) -> str:
    """Return whose days count: the giver's state, else the first other party's that has a calendar, else Arizona's."""
    parties = Party.objects.filter(agreement_id=agreement.id).values_list("agency_code", flat=True)
    agencies = sorted(list_agencies_by_code(parties).values(), key=lambda one: (one.id != party_id, one.code))
    known = {calendar.code for calendar in (ARIZONA, UTAH)}
    return next((one.state.lower() for one in agencies if one.state.lower() in known), ARIZONA.code)


def _is_last_to_agree(act: _Act) -> bool:
    """Tell whether every other party has agreed, not too long ago, to end the version in force."""
    since = act.now - AGREED_FOR
    agreed = Event.objects.filter(agreement_id=act.agreement.id, event=EventKind.END_AGREED.value, at__gt=since)
    told = {one.party_id for one in agreed if one.version_id == act.agreement.current_version_id}
    return set(act.agreement.party_ids) <= {act.party_id, *told}
