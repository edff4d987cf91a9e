"""What the verbs share: the locked row, the post's right, the act row with its ledger entry."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from comity.kernel.ids import new_id
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.outbox.enqueue import Message, enqueuing
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import insert_rows
from comity.standing.agreements.models import Agreement, Event, Version
from comity.standing.agreements.selectors import NoSuchAgreementError
from comity.standing.agreements.states import IN_FORCE, SUSPENDED, TERMINATED
from comity.standing.agreements.vocabulary import EventKind
from comity.standing.directory.selectors import get_post, list_holders
from comity.standing.directory.vocabulary import PostFunction

HEADS: Final = frozenset({PostFunction.AGENCY_HEAD})
CONCLUDERS: Final = frozenset({PostFunction.AGENCY_HEAD, PostFunction.COUNSEL})
"""Who puts in force what nothing is missing of."""
RESPONSIBLE: Final = frozenset({PostFunction.AGENCY_HEAD, PostFunction.COUNSEL, PostFunction.PRIVACY_OFFICER})
AGREEMENT_CHANGED: Final = "agreement.changed"
"""Topic of the message that something happened to an agreement that others act on; its body names the agreement."""
PUBLIC: Final = "public"
"""Where such messages go: to whoever tells the public."""
_TOLD: Final = frozenset(EventKind) - {
    EventKind.DRAFTED,
    EventKind.OFFERED,
    EventKind.SIGNED,
    EventKind.SCHEDULED,
    EventKind.END_AGREED,
}

Row = dict[str, object]


class WrongPostError(PermissionError):
    """The acting post may not do this to the agreement; the message names who may."""


class NotStewardError(PermissionError):
    """What the clock brings about is recorded by the node itself, in the steward's duty."""


class AnotherTextError(ValueError):
    """The digest that was read is not that of the version on offer."""


class NobodyThereError(PermissionError):
    """The post has no holder: nobody could be asked later who did it."""


class SamePersonError(PermissionError):
    """The person in this post has done the same in another post; a second person is needed."""


class NothingOfferedError(ValueError):
    """No version waits to be signed or put in force."""


def lock_agreement(agreement_id: UUID) -> Agreement:
    """Take the row `FOR UPDATE`: waits for every chunk that discloses under it. Raises `NoSuchAgreementError`."""
    try:
        return Agreement.objects.select_for_update().get(id=agreement_id)
    except Agreement.DoesNotExist:
        raise NoSuchAgreementError(f"no agreement `{agreement_id}` that is open to you") from None


def state_at(agreement: Agreement, now: datetime) -> str:
    """Return the state at the instant: terminated where a notice is over that nobody has closed yet."""
    is_over = agreement.notice_ends_at is not None and agreement.notice_ends_at <= now
    return TERMINATED if is_over and agreement.state in {IN_FORCE, SUSPENDED} else agreement.state


def offered_version(agreement: Agreement) -> Version:
    """Return the newest version, not yet in force; raise `NothingOfferedError`."""
    newest = Version.objects.filter(agreement_id=agreement.id).order_by("-number").first()
    if newest is None or newest.id == agreement.current_version_id:
        raise NothingOfferedError(f"no version of `{agreement.code}` waits; offer one first")
    return newest


def version_read(agreement: Agreement, digest: str) -> Version:
    """Return the version on offer, whose digest was read; raise `NothingOfferedError`, `AnotherTextError`."""
    version = offered_version(agreement)
    if version.digest != digest:
        raise AnotherTextError(f"`{digest}` is not version {version.number} of `{agreement.code}`; read it again")
    return version


def require_second_person(by: Actor, now: datetime, others: Iterable[tuple[UUID, datetime]]) -> None:
    """Raise unless a person holds the acting post who did not act before in one of `others` (post, instant).

    Raises `NobodyThereError`, `SamePersonError`. Who held a post when is asked of the directory and kept nowhere else.
    """
    holder = list_holders([by.post_id], now).get(by.post_id)
    if holder is None:
        raise NobodyThereError("nobody holds your post now; name its holder in the directory first")
    for post_id, at in others:
        held = list_holders([post_id], at).get(post_id)
        if post_id != by.post_id and held is not None and held.officer_id == holder.officer_id:
            raise SamePersonError("the person in your post has done this in another post; a second person does it")


def require_post(by: Actor, agreement: Agreement, functions: Collection[PostFunction]) -> None:
    """Raise `WrongPostError` unless `by` is a post of a party with one of the functions."""
    words = ", ".join(f"`{function.value}`" for function in sorted(functions))
    if by.agency_id not in agreement.party_ids:
        raise WrongPostError(f"only a party of `{agreement.code}` may do this, by a post with function {words}")
    post = get_post(by.post_id)
    if post.agency_id != by.agency_id or post.function not in functions:
        raise WrongPostError(f"a post with function {words} does this, `{post.code}` has `{post.function.value}`")


def require_post_or_steward(by: Actor, agreement: Agreement, functions: Collection[PostFunction]) -> None:
    """Raise `WrongPostError` unless `by` is a post of a party with one of the functions, or the node's steward."""
    if by.duty is not Duty.STEWARD:
        require_post(by, agreement, functions)


def require_party_or_steward(by: Actor, agreement: Agreement) -> None:
    """Raise `WrongPostError` unless `by` acts for a party or as the node's steward."""
    if by.agency_id not in agreement.party_ids and by.duty is not Duty.STEWARD:
        raise WrongPostError(f"only a party of `{agreement.code}` or the steward may do this")


def record_event(
    cursor: CursorWrapper,
    *,
    agreement: Agreement,
    event: EventKind,
    by: Actor,
    now: datetime,
    version_id: UUID | None,
    reason: str = "",
    digest: str = "",
    effective_at: datetime | None = None,
    for_agency_id: UUID | None = None,
) -> None:
    """Insert the act row, append its ledger entry `agreement.<event>`, enqueue `AGREEMENT_CHANGED` where it is told."""
    row: Row = {
        "agreement_id": agreement.id,
        "version_id": version_id,
        "event": event.value,
        "reason": reason,
        "digest": digest,
        "effective_at": effective_at,
        "for_agency_id": for_agency_id,
    }
    record_act(cursor, Event, act=f"agreement.{event.value}", by=by, now=now, row=row)
    if event in _TOLD:
        told = Message(id=new_id(), topic=AGREEMENT_CHANGED, destination=PUBLIC, body={"agreement": agreement.id})
        insert_rows(cursor, enqueuing([told], now=now))


def record_act(cursor: CursorWrapper, table: type[Model], *, act: str, by: Actor, now: datetime, row: Row) -> UUID:
    """Insert an act row, completed by id, time and who acts, and append its ledger entry; return the row's id."""
    row_id, name = new_id(), table._meta.db_table  # noqa: SLF001 - what Django calls its public model API
    whole = {**row, "id": row_id, "at": now, "agency_id": by.agency_id, "post_id": by.post_id}
    entry = Entry.make(act=act, at=now, actor=by, rows={f"{name}/{row_id}": whole})
    table(**whole, entry_id=entry.entry_id).save(force_insert=True)
    append_entries(cursor, [entry])
    return row_id
