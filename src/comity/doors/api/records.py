"""Lodging records."""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Router

from comity.coordination.exchange.commands.file import Filed, NotFiled, file_records
from comity.doors.api.answers import field_problems
from comity.doors.api.bulk import Told, spoken, stream_lines
from comity.doors.api.problems import Problem, ProblemDetails, answer_with, unprocessable
from comity.doors.api.reading import read_json, read_lines
from comity.doors.api.routes import Lines, declared, reply
from comity.doors.api.scopes import caller_of
from comity.doors.given import RecordBody
from comity.doors.ring import key_ring
from comity.spine.tenancy.clock import database_now
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["records"])


class FiledRecord(msgspec.Struct, frozen=True):
    """A lodged record. `version` counts what was lodged under the reference; keep `subject_handle` for corrections."""

    id: UUID
    version: int
    subject_handle: UUID


class RecordLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to one line, in the order sent: `answer` or `problem`."""

    line: int
    status: int
    answer: FiledRecord | None = None
    problem: ProblemDetails | None = None


@router.post("/records", **declared(Scope.EXCHANGE_FILE, takes=RecordBody, gives={201: FiledRecord}))
def post_record(request: HttpRequest) -> HttpResponse:
    """Lodge one record of your agency; a reference lodged before gets its next version."""
    caller = caller_of(request)
    record = read_json(request, RecordBody).as_record()
    [result] = file_records(records=(record,), by=caller.actor, now=caller.now, keys=key_ring())
    told = _told(result)
    return answer_with(told) if isinstance(told, Problem) else reply(told.status, told.answer)


@router.post("/records/bulk", **declared(Scope.EXCHANGE_FILE, takes=Lines(RecordBody), gives={200: Lines(RecordLine)}))
def post_records(request: HttpRequest) -> StreamingHttpResponse:
    """Lodge up to 10,000 records in one request (NDJSON, 32 MiB, 64 KiB a line); each line is answered in its place.

    Sending lines again lodges them again, as next versions: send again only what was not answered.
    """
    caller, keys = caller_of(request), key_ring()

    def put(bodies: Sequence[RecordBody]) -> list[Told | Problem]:
        records = tuple(body.as_record() for body in bodies)
        return [_told(r) for r in file_records(records=records, by=caller.actor, now=database_now(), keys=keys)]

    return stream_lines(request, read_lines(request), kind=RecordBody, put=put, say=spoken(RecordLine))


def _told(result: Filed | NotFiled) -> Told | Problem:
    match result:
        case Filed(record_id, version, handle):
            return Told(HTTPStatus.CREATED, FiledRecord(record_id, version, handle))
        case NotFiled(faults):
            return unprocessable(field_problems(faults))
