"""`comity told`: what was already told by radio or telephone, recorded afterwards and judged as of then."""

from collections.abc import Mapping, Sequence

import msgspec

from comity.coordination.exchange.ask import Invalid
from comity.coordination.exchange.commands.outside import RecordedOutside, record_outside
from comity.doors.cli.acting import acting_as
from comity.doors.cli.lines import Done, put_lines
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.when import parse_moment
from comity.doors.given import OutsideBody
from comity.kernel.time import utc_text


def record_told(node: Node, *, content: bytes, acting: str, form: str) -> int:
    """Record what `content` holds; return the exit code. One transaction each; a key recorded before is told again."""
    by, keys = acting_as(acting), node.open_keys()

    def put(lines: Sequence[OutsideBody]) -> list[Done]:
        return [_done(record_outside(told=line.as_told(), by=by, now=node.now(), keys=keys)) for line in lines]

    return put_lines(content, OutsideBody, put, title="disclosures recorded", form=form)


def line_of(options: Mapping[str, object]) -> bytes:
    """Return the line that options amount to; raises `MistakeError` for one that is missing or no time."""
    for name in ("key", "recipient", "purpose", "category", "elements", "reference", "told_at", "means"):
        if not options.get(name):
            option = "--" + {"elements": "element"}.get(name, name).replace("_", "-")
            raise MistakeError(option, "is missing", f"give `{option}`, or a FILE with everything")
    told_at = utc_text(parse_moment(str(options["told_at"]), "--told-at"))
    return msgspec.json.encode({name: value for name, value in {**options, "told_at": told_at}.items() if value})


def _done(result: RecordedOutside | Invalid) -> Done:
    match result:
        case Invalid(faults=faults):
            return Done(faults=faults)
        case RecordedOutside(disclosure_id=disclosure_id, subject_handle=handle, breach=breach):
            judged = f"a breach: {', '.join(breach)}" if breach else "as the gate would have"
            words = (
                f"recorded, {judged}; disclosure {disclosure_id}, subject handle {handle}; the privacy officer reviews"
            )
            return Done(words, {"disclosure": disclosure_id, "subject_handle": handle, "breach": breach})
