"""`comity retention`: keep another term with a reason, hold, release."""

import re
from typing import Final
from uuid import UUID

from comity.coordination.exchange.commands.retention import hold_item, release_item, validate_kept
from comity.coordination.exchange.selectors import get_kept_item
from comity.doors.cli.acting import acting_as
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, note, say
from comity.doors.cli.tasks import parse_id
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading

_CODE: Final = re.compile(r"[a-z][a-z0-9_.-]{0,63}")


def validate(node: Node, *, item: str, reason: str, acting: str) -> None:
    """Keep an item another term."""
    by = acting_as(acting)
    until = validate_kept(item_id=_item(item, by), reason=reason, by=by, now=node.now(), keys=node.open_keys())
    say(f"kept until {moment(until)}")


def hold(node: Node, *, item: str, reason: str, acting: str) -> None:
    """Hold an item; the reason is not printed again."""
    if not _CODE.fullmatch(reason):
        raise MistakeError("--reason", "is no code", "write a code such as `lawsuit`: small letters, digits, `_.-`")
    by = acting_as(acting)
    item_id = _item(item, by)
    hold_id = hold_item(item_id=item_id, reason=reason, by=by, now=node.now(), keys=node.open_keys())
    say(f"held: hold {hold_id}")
    note(f"to release it: `comity retention release {item_id} {hold_id} --as {acting}`")


def release(node: Node, *, item: str, hold_id: str, acting: str) -> None:
    """Release a hold of the acting post."""
    by = acting_as(acting)
    release_item(
        hold_id=parse_id(hold_id, "HOLD"), item_id=_item(item, by), by=by, now=node.now(), keys=node.open_keys()
    )
    say("released; another hold on the same item still holds it")


def _item(text: str, by: Actor) -> UUID:
    kept_id = parse_id(text, "ITEM")
    with reading(by) as cursor:
        return get_kept_item(cursor, kept_id)
