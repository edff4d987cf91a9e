"""What the verbs share: the locked row, the post's right, the act row with its ledger entry."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.ids import new_id
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.tenancy.actor import Actor, Duty
from comity.standing.agreements.models import Agreement, Event, Version
from comity.standing.agreements.selectors import NoSuchAgreementError
from comity.standing.agreements.vocabulary import EventKind
from comity.standing.directory.selectors import get_post
from comity.standing.directory.vocabulary import PostFunction

HEADS: Final = frozenset({PostFunction.AGENCY_HEAD})
RESPONSIBLE: Final = frozenset({PostFunction.AGENCY_HEAD, PostFunction.COUNSEL, PostFunction.PRIVACY_OFFICER})


class WrongPostError(PermissionError):
    """The acting post may not do this to the agreement; the message names who may."""


class NothingOfferedError(ValueError):
    """No version waits to be signed or put in force."""


def lock_agreement(agreement_id: UUID) -> Agreement:
    """Take the row `FOR UPDATE`: waits for every chunk that discloses under it. Raises `NoSuchAgreementError`."""
    try:
        return Agreement.objects.select_for_update().get(id=agreement_id)
    except Agreement.DoesNotExist:
        raise NoSuchAgreementError(f"no agreement `{agreement_id}` that is open to you") from None


def offered_version(agreement: Agreement) -> Version:
    """Return the newest version, not yet in force; raise `NothingOfferedError`."""
    newest = Version.objects.filter(agreement_id=agreement.id).order_by("-number").first()
    if newest is None or newest.id == agreement.current_version_id:
        raise NothingOfferedError(f"no version of `{agreement.code}` waits; offer one first")
    return newest


def require_post(by: Actor, agreement: Agreement, functions: Collection[PostFunction]) -> None:
    """Raise `WrongPostError` unless `by` is a post of a party with one of the functions."""
    words = ", ".join(f"`{function.value}`" for function in sorted(functions))
    if by.agency_id not in agreement.party_ids:
        raise WrongPostError(f"only a party of `{agreement.code}` may do this, by a post with function {words}")
    post = get_post(by.post_id)
    if post.agency_id != by.agency_id or post.function not in functions:
        raise WrongPostError(f"a post with function {words} does this, `{post.code}` has `{post.function.value}`")


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
) -> None:
    """Insert the act row and append its ledger entry `agreement.<event>`."""
    row: dict[str, object] = {
        "id": new_id(),
        "agreement_id": agreement.id,
        "version_id": version_id,
        "event": event.value,
        "reason": reason,
        "digest": digest,
        "at": now,
        "agency_id": by.agency_id,
        "post_id": by.post_id,
    }
    entry = Entry.make(act=f"agreement.{event.value}", at=now, actor=by, rows={f"agreements_event/{row['id']}": row})
    Event.objects.create(**row, entry_id=entry.entry_id)
    append_entries(cursor, [entry])
