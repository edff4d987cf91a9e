"""`comity law diff`: what changed from one release of the law to another, in one screen or line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.law_release_chosen import chosen_release
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import say, say_json
from comity.spine.tenancy.transaction import reading
from comity.standing.law.approvals import list_releases
from comity.standing.law.difference import Change, Difference, How, Part, difference_of
from comity.standing.law.facts import ReleaseFacts, ReleaseState
from comity.standing.law.selectors import read_release

SIGNS: Final = {How.ADDED: "+", How.REMOVED: "-", How.CHANGED: "~"}
STYLES: Final = {How.ADDED: "green", How.REMOVED: "red", How.CHANGED: "yellow"}
WAITING: Final = {ReleaseState.DRAFT, ReleaseState.APPROVED}


@dataclass(frozen=True, slots=True)
class Compared:
    """Two releases and what changed; `before` None: no law is in force."""

    before: ReleaseFacts | None
    after: ReleaseFacts
    difference: Difference


def show_difference(node: Node, *, release: str | None, against: str | None, form: str) -> None:
    """Print what a release (the waiting one) changes against another (the one in force), part by part."""
    after = chosen_release(node, release, WAITING)
    compared = compare(node, after, against)
    if form == "json":
        say_json(_as_json(compared))
        return
    say_brief(compared)
    for title, changes in _titled(compared.difference):
        for change in changes:
            say("", f"{SIGNS[change.how]} {title} {change.name}: {change.how.value}", style=STYLES[change.how])
            for part in change.parts:
                say(*_lines(part))


def compare(node: Node, after: ReleaseFacts, against: str | None = None) -> Compared:
    """Return what `after` changes against the release named, else the one in force."""
    with reading(STEWARD):
        releases = list_releases(node.now())
    current = next((one for one in releases if one.state is ReleaseState.CURRENT), None)
    before = current if against is None else chosen_release(node, against, set(), field="--against")
    if before is not None and before.id == after.id:
        raise MistakeError("--against", "is the same release", "name another; `comity law show` lists them")
    with reading(STEWARD):
        old = None if before is None else read_release(before.id)
        return Compared(before, after, difference_of(old, read_release(after.id)))


def say_brief(compared: Compared) -> None:
    """Print how many rules changed, and each change in a line."""
    difference, before = compared.difference, compared.before
    name = f"release {before.id} ({before.state.value})" if before else "nothing: no law is in force"
    say(f"release {compared.after.id} against {name}", style="bold")
    if difference.is_empty:
        say("no rule, no word and no authority changed: only form did")
        return
    counts = ", ".join(f"{difference.count(how)} {how.value}" for how in How)
    say(f"rules: {counts}; texts of no rule: {len(difference.texts)}; authorities: {len(difference.authorities)}")
    if before is not None:
        for title, changes in _titled(difference):
            for change in changes:
                parts = f" ({', '.join(change.changed)})" if change.how is How.CHANGED else ""
                say(f"  {SIGNS[change.how]} {title} {change.name}{parts}", style=STYLES[change.how])


def brief_json(difference: Difference) -> dict[str, object]:
    """Return the names of what changed."""
    return {
        "rules": {how.value: [one.name for one in difference.rules if one.how is how] for how in How},
        "texts": [one.name for one in difference.texts],
        "authorities": [one.name for one in difference.authorities],
    }


def _titled(difference: Difference) -> Iterator[tuple[str, Sequence[Change]]]:
    yield "rule", difference.rules
    yield "text", difference.texts
    yield "authority", difference.authorities


def _lines(part: Part) -> Iterator[str]:
    yield f"  {part.name}"
    if part.before:
        yield f"    - {part.before}"
    if part.after:
        yield f"    + {part.after}"


def _as_json(compared: Compared) -> dict[str, object]:
    return {
        "release": compared.after.id,
        "against": compared.before.id if compared.before else None,
        "rules": [_change_json(one) for one in compared.difference.rules],
        "texts": [_change_json(one) for one in compared.difference.texts],
        "authorities": [_change_json(one) for one in compared.difference.authorities],
    }


def _change_json(change: Change) -> dict[str, object]:
    parts = [{"part": part.name, "before": part.before, "after": part.after} for part in change.parts]
    return {"name": change.name, "how": change.how.value, "parts": parts}
