"""`comity asks`: what an agency asked for and how it stands, or what it was told outside the gate."""

from typing import Final

from comity.coordination.exchange.selectors import AskView, list_asks
from comity.doors.cli.acting import acting_as
from comity.doors.cli.ask_words import IN_PART, STATUS_WORDS
from comity.doors.cli.say import moment, say, say_json, say_table
from comity.doors.cli.tasks import parse_id
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import list_agencies

OUTSIDE: Final = "outside"


def list_own(*, acting: str, path: str, before: str | None, limit: int, form: str) -> None:
    """Print a page of the asks an agency made on `path` (`live` or `outside`), newest first; no reference."""
    by = acting_as(acting)
    since = None if before is None else parse_id(before, "--before")
    with reading(by) as cursor:
        found = list_asks(cursor, by.agency_id, path=path, before=since, limit=limit)
        holders = {key: one.code for key, one in list_agencies({one.holder_id for one in found}).items()}
    if form == "json":
        for one in found:
            say_json(_as_json(one, holders[one.holder_id]))
        return
    rows = [
        (
            one.answered.ask_id,
            moment(one.asked_at),
            _key(one),
            holders[one.holder_id],
            f"{one.purpose}, {one.category}: {', '.join(one.elements)}",
            IN_PART if one.answered.in_part else STATUS_WORDS[one.answered.status],
        )
        for one in found
    ]
    say_table(("ask", "at", "ask_id", "holder", "about", "stands"), rows)
    if not found and before is None:
        say("nothing was told outside the gate" if path == OUTSIDE else "nothing was asked yet: `comity ask FILE`")
    if len(found) == limit:
        say(f"older ones: --before {found[-1].answered.ask_id}")


def _key(view: AskView) -> str:
    """Return the asker's own id; what was told outside has one of its holder's, which is not shown."""
    return "" if view.path == OUTSIDE else view.answered.ask_key


def _as_json(view: AskView, holder: str) -> dict[str, object]:
    whole: dict[str, object] = {
        "id": view.answered.ask_id,
        "ask_id": _key(view),
        "status": view.answered.status,
        "holder": holder,
        "purpose": view.purpose,
        "category": view.category,
        "elements": view.elements,
        "asked_at": view.asked_at,
    }
    return {name: value for name, value in whole.items() if value}
