"""`comity record file`: lodge records, so that asks naming them are decided at once."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from comity.coordination.exchange.commands.file import Filed, NewRecord, NotFiled, file_records
from comity.doors.cli.acting import acting_as
from comity.doors.cli.lines import Done, put_lines
from comity.doors.cli.node import Node


class RecordLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One record as it is handed over: the fields of the API's."""

    category: str
    reference: str
    values: dict[str, str]
    marks: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    origin: str = ""
    subject_handle: UUID | None = None

    def as_record(self) -> NewRecord:
        """Return what the exchange lodges."""
        return NewRecord(
            category=self.category,
            reference=self.reference,
            values=self.values,
            marks=self.marks,
            evidence=self.evidence,
            origin=self.origin,
            subject_handle=self.subject_handle,
        )


def lodge(node: Node, *, content: bytes, acting: str, form: str) -> int:
    """Lodge what `content` holds; return the exit code. Every chunk of 50 is one transaction of the exchange."""
    by = acting_as(acting)

    def put(lines: Sequence[RecordLine]) -> list[Done]:
        records = tuple(line.as_record() for line in lines)
        return [_done(one) for one in file_records(records=records, by=by, now=node.now(), keys=node.open_keys())]

    return put_lines(content, RecordLine, put, title="records lodged", form=form)


def _done(result: Filed | NotFiled) -> Done:
    match result:
        case Filed(record_id=record_id, version=version, subject_handle=handle):
            value = {"record": record_id, "version": version, "subject_handle": handle}
            return Done(f"lodged as version {version}; record {record_id}, subject handle {handle}", value)
        case NotFiled(faults=faults):
            return Done(faults=faults)
