"""`comity told`: what was already told by radio or telephone, recorded afterwards and judged as of then."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from comity.coordination.exchange.ask import Invalid
from comity.coordination.exchange.commands.outside import Means, RecordedOutside, ToldOutside, record_outside
from comity.doors.cli.acting import acting_as
from comity.doors.cli.law import parse_moment
from comity.doors.cli.lines import Done, put_lines
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.kernel.time import utc_text


class ToldLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One disclosure as it is handed over: the fields of the API's."""

    key: str
    recipient: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    reference: str
    told_at: Annotated[datetime, msgspec.Meta(tz=True)]
    means: Means
    claims: dict[str, bool] = {}
    justification: str = ""
    subject_handle: UUID | None = None
    recipient_post: str = ""

    def as_told(self) -> ToldOutside:
        """Return what the exchange records."""
        return ToldOutside(
            key=self.key,
            recipient=self.recipient,
            purpose=self.purpose,
            category=self.category,
            elements=self.elements,
            reference=self.reference,
            told_at=self.told_at,
            means=self.means,
            claims=self.claims,
            justification=self.justification,
            subject_handle=self.subject_handle,
            recipient_post=self.recipient_post,
        )


def record_told(node: Node, *, content: bytes, acting: str, form: str) -> int:
    """Record what `content` holds; return the exit code. One transaction each; a key recorded before is told again."""
    by, keys = acting_as(acting), node.open_keys()

    def put(lines: Sequence[ToldLine]) -> list[Done]:
        return [_done(record_outside(told=line.as_told(), by=by, now=node.now(), keys=keys)) for line in lines]

    return put_lines(content, ToldLine, put, title="disclosures recorded", form=form)


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
