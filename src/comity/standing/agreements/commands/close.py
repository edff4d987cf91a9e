"""Closing: an agreement whose notice is over is recorded as ended, by the node's clock."""

from datetime import datetime
from uuid import UUID

from comity.spine.clocks.change import stop_clocks_of
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, reading
from comity.standing.agreements.commands.record import NotStewardError, lock_agreement, record_event
from comity.standing.agreements.commands.terminate import CLOCK
from comity.standing.agreements.models import Agreement, Event
from comity.standing.agreements.states import AGREEMENT, IN_FORCE, SUSPENDED
from comity.standing.agreements.vocabulary import EventKind


def close_ended_agreements(*, by: Actor, now: datetime) -> int:
    """Record as terminated the agreements whose notice is over at `now`; return how many.

    Nothing waits for this: the gate goes by the instant itself. `by`: the node as steward. One transaction each: state,
    clock stopped, event `terminated` with the notice's reason, ledger entry. Raises `NotStewardError`.
    """
    if by.duty is not Duty.STEWARD:
        raise NotStewardError("ended agreements are closed in the steward's duty")
    with reading(by):
        over = Agreement.objects.filter(notice_ends_at__lte=now, state__in=[IN_FORCE, SUSPENDED])
        ids = list(over.order_by("id").values_list("id", flat=True))
    return sum(_close(agreement_id, by=by, now=now) for agreement_id in ids)


def _close(agreement_id: UUID, *, by: Actor, now: datetime) -> int:
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        over_at = agreement.notice_ends_at
        if agreement.state not in {IN_FORCE, SUSPENDED} or over_at is None or over_at > now:
            return 0  # taken back, or taken back and given anew, since it was looked for
        given = Event.objects.filter(agreement_id=agreement.id, event=EventKind.NOTICE_GIVEN.value)
        reason = given.order_by("-at", "-id").values_list("reason", flat=True)[0]
        record_event(
            cursor,
            agreement=agreement,
            event=EventKind.TERMINATED,
            by=by,
            now=now,
            version_id=agreement.current_version_id,
            reason=reason,
        )
        stop_clocks_of(cursor, subject_ids=[agreement.id], kind=CLOCK, now=now)
        Agreement.objects.filter(id=agreement.id).update(state=AGREEMENT.next(agreement.state, "terminate"))
    return 1
