"""Every exception the API may meet, as the problem it is answered with. One table; what is not in it is a 500."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import django.db
import psycopg
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja.errors import ValidationError

from comity.coordination.exchange.commands.account import NoAccountingTaskError, NotPrivacyOfficerError
from comity.coordination.exchange.commands.answer import AnswerFaultError, NotAwaitingError
from comity.coordination.exchange.commands.conclude import UnknownConclusionError
from comity.coordination.exchange.commands.deliver import DeliveryNotVisibleError, PayloadGoneError
from comity.coordination.exchange.commands.retention import SHORT_REASONS, UnknownReasonError
from comity.coordination.exchange.holders import NobodyInPostError
from comity.coordination.exchange.reload import AskNotVisibleError
from comity.coordination.exchange.sampling import NotAuditorError
from comity.doors import log
from comity.doors.api import agreement_faults, publication_faults
from comity.doors.api.problems import (
    INTERNAL,
    MALFORMED,
    NOT_FOUND,
    FieldProblem,
    Problem,
    ProblemError,
    Row,
    answer_with,
    shown,
    unprocessable,
)
from comity.spine.keys.ring import KeyRingError
from comity.spine.ledger.prove import NotYetSequencedError, UnknownEntryError
from comity.spine.tasks.verdict import (
    AlreadyDecidedError,
    AskerMayNotDecideError,
    DigestChangedError,
    NotAssignedError,
    TaskClosedError,
    TaskNotVisibleError,
)
from comity.spine.vault.holds import HoldNotVisibleError
from comity.spine.vault.seal import ItemAlteredError, ItemNotVisibleError
from comity.standing.agreements.redline import TooLongError
from comity.standing.agreements.selectors import NoSuchAgreementError
from comity.standing.agreements.versions import NoSuchVersionError
from comity.standing.directory.selectors import NotInDirectoryError
from comity.standing.law.selectors import DamagedReleaseError, NoLawInForceError, UnknownReleaseError

DISK_FULL: Final = "53100"
_QUOTED: Final = re.compile(r"'([^']*)'")


_GONE: Final = Row(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "database-unavailable",
    "The database does not answer",
    "what was not answered was not recorded; send it again in a moment, the same `ask_id` never asks twice",
    retry_after=5,
)
_FULL: Final = Row(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "disk-full",
    "The database has no room left",
    "nothing was recorded; the node's keeper makes room on the disk of the database, `comity doctor` says how much",
    retry_after=60,
)
_RACE: Final = Row(
    HTTPStatus.CONFLICT,
    "changed-meanwhile",
    "Changed at the same moment",
    "nothing was recorded; somebody changed the same thing at the same moment, send the request again",
)
_UNFIT: Final = Row(
    HTTPStatus.BAD_REQUEST,
    "value-out-of-range",
    "A value cannot be stored",
    "nothing was recorded; send numbers within 64 bits and text without NUL characters",
)
_KEYS: Final = Row(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "keys-unavailable",
    "The node's keys are missing or wrong",
    "nothing was recorded; the node's keeper puts back the `keys.json` that belongs to this database, `comity doctor`"
    " names what is wrong",
    retry_after=60,
)
_DAMAGED: Final = Row(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "record-damaged",
    "A stored record was altered",
    "nothing was recorded; the node's keeper runs `comity ledger verify` and restores what it names",
)
_NO_LAW: Final = Row(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "no-law-in-force",
    "No law is in force",
    "nothing was decided; the node's keeper loads the rules, has counsel approve them and puts them in force"
    " (`comity law`)",
)

TABLE: Final[Mapping[type[Exception], Row]] = {
    AlreadyDecidedError: Row(
        HTTPStatus.CONFLICT, "already-decided", "The task has its verdict", "read the ask; a verdict is given once"
    ),
    TaskClosedError: Row(
        HTTPStatus.CONFLICT, "task-closed", "The task is closed", "read the queue; nobody needs to decide this any more"
    ),
    NotAwaitingError: Row(
        HTTPStatus.CONFLICT, "not-awaiting", "The ask does not wait for an answer", "read the ask; it was answered"
    ),
    DigestChangedError: Row(
        HTTPStatus.CONFLICT,
        "digest-changed",
        "Not what the task shows",
        "read the task again and send the `digest` it shows now: a verdict binds to exactly what was seen",
    ),
    AskerMayNotDecideError: Row(
        HTTPStatus.FORBIDDEN, "asker-may-not-decide", "The asker does not decide", "another agency's post decides this"
    ),
    NotAssignedError: Row(
        HTTPStatus.FORBIDDEN,
        "not-assigned",
        "Another post decides this",
        "use the key of a post with the function the task names",
    ),
    NobodyInPostError: Row(
        HTTPStatus.FORBIDDEN,
        "nobody-in-post",
        "Nobody holds the post",
        "have the directory name a holder or an acting holder of the key's post; then send again",
    ),
    NoAccountingTaskError: Row(
        HTTPStatus.FORBIDDEN,
        "no-accounting-task",
        "No accounting opens from this task",
        "an accounting opens from an open redress, correction or retention task; ask for one with"
        " `POST /accounting-requests`",
    ),
    NotPrivacyOfficerError: Row(
        HTTPStatus.FORBIDDEN,
        "not-privacy-officer",
        "The privacy officer opens an accounting",
        "use the key of your agency's privacy officer",
    ),
    NotAuditorError: Row(
        HTTPStatus.FORBIDDEN, "not-auditor", "An auditor draws a sample", "use the key of a post with that function"
    ),
    NotYetSequencedError: Row(
        HTTPStatus.TOO_EARLY,
        "not-yet-sequenced",
        "The entry waits for the sequencer",
        "ask again in a second; the proof comes with the next checkpoint",
        retry_after=1,
    ),
    PayloadGoneError: Row(
        HTTPStatus.GONE,
        "payload-purged",
        "The payload was purged",
        "its retention ended; the proof of the disclosure stays, ask again for what you still need",
    ),
    NoLawInForceError: _NO_LAW,
    DamagedReleaseError: _DAMAGED,
    ItemAlteredError: _DAMAGED,
    KeyRingError: _KEYS,
    TooLongError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "text-too-long",
        "The text is too long to be compared",
        "compare its parts with `comity agreement redline --files`",
    ),
    UnreadablePostError: Row(
        HTTPStatus.BAD_REQUEST, "body-cut-off", "The body ended too soon", "nothing was recorded; send it again"
    ),
    django.db.OperationalError: _GONE,
    django.db.InterfaceError: _GONE,
    psycopg.OperationalError: _GONE,
    psycopg.InterfaceError: _GONE,
    django.db.IntegrityError: _RACE,
    psycopg.IntegrityError: _RACE,
    django.db.DataError: _UNFIT,
    psycopg.DataError: _UNFIT,
    **agreement_faults.TABLE,
    **publication_faults.TABLE,
}
"""Exception to answer; the nearest ancestor counts."""

ABSENT: Final = (
    Http404,
    AskNotVisibleError,
    DeliveryNotVisibleError,
    HoldNotVisibleError,
    ItemNotVisibleError,
    NoSuchAgreementError,
    NotInDirectoryError,
    TaskNotVisibleError,
    UnknownEntryError,
    UnknownReleaseError,
)
"""What is absent or another agency's: one answer for all."""


def problem_of(error: Exception) -> Problem:
    """Return the problem to answer an exception with."""
    match error:
        case ProblemError():
            return error.problem
        case ValidationError():
            return _of_parameters(error)
        case AnswerFaultError():
            return unprocessable(tuple(FieldProblem(f.field, shown(f.message), f.remedy) for f in error.faults))
        case UnknownReasonError():
            remedy = f"use one of: {', '.join(SHORT_REASONS)}"
            return unprocessable((FieldProblem("reason", "is no reason to keep a record", remedy),))
        case UnknownConclusionError():
            message, _, remedy = str(error).rpartition("; ")
            return unprocessable((FieldProblem("verdict", shown(message), remedy),))
        case NoSuchVersionError():
            message, _, remedy = str(error).partition("; ")
            return unprocessable((FieldProblem("from, to", shown(message), remedy),))
        case SuspiciousOperation():
            return MALFORMED
        case _:
            return NOT_FOUND if isinstance(error, ABSENT) else _of_table(error)


def _of_table(error: Exception) -> Problem:
    if _sqlstate(error) == DISK_FULL:
        return _FULL.problem(error)
    row = next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), None)
    return row.problem(error) if row is not None else INTERNAL


def fault_response(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer an exception; what is the node's own trouble is logged by class, never by message."""
    problem = problem_of(error)
    note_fault(request, error, problem)
    return answer_with(problem)


def note_fault(request: HttpRequest, error: Exception, problem: Problem) -> None:
    """Log a problem that is the node's own trouble."""
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        match = request.resolver_match
        log.warn(
            "api.failed",
            code=problem.code,
            error=type(error).__name__,
            method=request.method or "",
            route=match.route if match else "",
            sqlstate=_sqlstate(error),
            status=problem.status.value,
        )


def _sqlstate(error: Exception) -> str:
    for source in (error, error.__cause__):
        if isinstance(source, psycopg.Error):
            return source.sqlstate or ""
    return ""


def _of_parameters(error: ValidationError) -> Problem:
    """Return the problem of bad query parameters; an identifier in the path that is none leads nowhere."""
    if any(fault["loc"][:1] == ("path",) for fault in error.errors):
        return NOT_FOUND
    errors = tuple(
        FieldProblem(str(fault["loc"][-1]), _plain(str(fault["msg"])), _remedy(fault)) for fault in error.errors
    )
    return Problem(
        HTTPStatus.BAD_REQUEST,
        "invalid-parameters",
        "Some parameters cannot be used",
        "mend them and send again",
        errors,
    )


def _remedy(fault: Mapping[str, Any]) -> str:
    """Return what to send instead, as far as pydantic says it."""
    context = fault.get("ctx") or {}
    match fault["type"]:
        case "enum":
            return f"use one of: {', '.join(_QUOTED.findall(str(context.get('expected', ''))))}"
        case "uuid_parsing" | "uuid_type":
            return "send an id as an answer gave it, like `0192f0c1-2d3e-7abc-8def-0123456789ab`"
        case "int_parsing" | "int_from_float" | "int_parsing_size" | "greater_than_equal" | "less_than_equal":
            return "send a whole number within the limits the documentation gives"
        case "string_pattern_mismatch":
            return f"send text of the form `{context.get('pattern', '')}`"
        case _:
            return "send a value as the documentation says"


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:]
