"""`comity record file`: lodge records, so that asks naming them are decided at once."""

from collections.abc import Sequence

from comity.coordination.exchange.commands.file import Filed, NotFiled, file_records
from comity.doors.cli.acting import acting_as
from comity.doors.cli.lines import Done, put_lines
from comity.doors.cli.node import Node
from comity.doors.given import RecordBody


def lodge(node: Node, *, content: bytes, acting: str, form: str) -> int:
    """Lodge what `content` holds; return the exit code. Every chunk of 50 is one transaction of the exchange."""
    by = acting_as(acting)

    def put(lines: Sequence[RecordBody]) -> list[Done]:
        records = tuple(line.as_record() for line in lines)
        return [_done(one) for one in file_records(records=records, by=by, now=node.now(), keys=node.open_keys())]

    return put_lines(content, RecordBody, put, title="records lodged", form=form)


def _done(result: Filed | NotFiled) -> Done:
    match result:
        case Filed(record_id=record_id, version=version, subject_handle=handle):
            value = {"record": record_id, "version": version, "subject_handle": handle}
            return Done(f"lodged as version {version}; record {record_id}, subject handle {handle}", value)
        case NotFiled(faults=faults):
            return Done(faults=faults)
