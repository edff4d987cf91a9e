"""`comity shadow`: past requests through the gate with nothing released, and what would have been, for the holder."""

from collections.abc import Sequence
from typing import Any, Final

from comity.coordination.exchange.ask import Invalid
from comity.coordination.exchange.commands.shadow import shadow_requests
from comity.coordination.exchange.selectors import list_shadow_decisions
from comity.doors.cli.acting import acting_as
from comity.doors.cli.ask_words import WOULD
from comity.doors.cli.asks import AskLine
from comity.doors.cli.lines import Done, put_lines
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, say, say_json, say_table
from comity.doors.cli.tasks import parse_id
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import list_agencies

MOST: Final = 500


def put_past(node: Node, *, content: bytes, acting: str, form: str) -> int:
    """Put past requests through the gate; return the exit code. The asker is told `accepted` and nothing else."""
    by, keys = acting_as(acting), node.open_keys()

    def put(lines: Sequence[AskLine]) -> list[Done]:
        asks = [line.as_ask() for line in lines]
        results = shadow_requests(asks=asks, by=by, now=node.now(), keys=keys)
        return [_done(ask.ask_key, one) for ask, one in zip(asks, results, strict=True)]

    return put_lines(content, AskLine, put, title="past requests through the gate", form=form)


def _done(key: str, result: str | Invalid) -> Done:
    if isinstance(result, Invalid):
        return Done(value={"ask_id": key}, faults=result.faults)
    return Done(f"{key}: {result}", {"ask_id": key, "status": result})


def list_decisions(*, acting: str, before: str | None, form: str) -> None:
    """Print what would have happened to past requests made to an agency, newest first."""
    by = acting_as(acting)
    since = None if before is None else parse_id(before, "--before")
    with reading(by) as cursor:
        found = list_shadow_decisions(cursor, by.agency_id, before=since, limit=MOST)
        askers = list_agencies({one.asker_id for one in found})
    if form == "json":
        for one in found:
            say_json(
                {
                    "decision": one.decision_id,
                    "asker": askers[one.asker_id].code,
                    "purpose": one.purpose,
                    "category": one.category,
                    "headline": one.headline,
                    "classes": one.classes,
                    "decided_at": one.decided_at,
                }
            )
        return
    rows = [
        (
            one.decision_id,
            moment(one.decided_at),
            askers[one.asker_id].code,
            f"{one.purpose}, {one.category}",
            WOULD.get(one.headline, one.headline),
            _by_class(one.classes),
        )
        for one in found
    ]
    say_table(("decision", "put through", "asker", "about", "headline", "by class"), rows)
    if not found:
        say("no past request was put through the gate yet: `comity shadow FILE --as AGENCY/POST`")
    if len(found) == MOST:
        say(f"older ones: --before {found[-1].decision_id}")


def _by_class(classes: Any) -> str:  # noqa: ANN401 - JSON values
    return "; ".join(f"{name}: {shown['outcome']}".replace("_", " ") for name, shown in sorted(classes.items()))
