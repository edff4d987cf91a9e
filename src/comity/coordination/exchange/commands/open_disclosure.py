"""What left is shown to the holder that let it go; that it was opened is recorded first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.coordination.exchange.batch import Act, Batch
from comity.coordination.exchange.commands.account import reading_row
from comity.coordination.exchange.commands.deliver import DeliveryNotVisibleError, PayloadGoneError
from comity.coordination.exchange.open_records import texts
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.spine.vault.seal import ItemNotVisibleError, open_item
from comity.standing.directory import selectors as directory
from comity.standing.directory.vocabulary import PostFunction

OPENERS: Final = frozenset({PostFunction.PRIVACY_OFFICER, PostFunction.RECORDS_SUPERVISOR})
"""Who looks again at what its agency disclosed: whoever answers for its records, and for privacy."""


class NotAnOpenerError(PermissionError):
    """What was disclosed is opened by the holder's privacy officer or records supervisor, and by no other post."""


def open_disclosure(*, disclosure_id: UUID, by: Actor, now: datetime, keys: KeyRing) -> Mapping[str, str]:
    """Return what a disclosure of the acting agency gave, by element.

    One durable transaction: an `exchange_reading` row and a ledger entry, before anything is returned. Raises
    `NotAnOpenerError`, `DeliveryNotVisibleError` for another agency's disclosure or one made outside the gate, whose
    values were never recorded, `PayloadGoneError` once its retention ended, and the vault's errors.
    """
    with acting(by) as cursor:
        post = directory.get_post(by.post_id)
        if post.function not in OPENERS:
            raise NotAnOpenerError(f"what was disclosed is not opened by `{post.code}`")
        cursor.execute(
            "SELECT ask_id, payload_item FROM exchange_disclosure"
            " WHERE id = %s AND holder_id = %s AND payload_item IS NOT NULL",
            (disclosure_id, by.agency_id),
        )
        row = cursor.fetchone()
        if row is None:
            raise DeliveryNotVisibleError(f"no disclosure `{disclosure_id}` of your agency")
        ask_id, item = row
        batch = Batch(now)
        scope: dict[str, object] = {"ask": str(ask_id), "disclosure": str(disclosure_id)}
        batch.acts.append(Act("disclosure.opened", by, (reading_row(by, "disclosure_opened", None, now, scope),)))
        batch.write(cursor, keys)
        try:
            return texts(open_item(cursor, keys, item))
        except ItemNotVisibleError:
            # Inside the transaction: nothing is recorded of what nobody saw.
            raise PayloadGoneError(f"the payload of disclosure `{disclosure_id}` was purged") from None
