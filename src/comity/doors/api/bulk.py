"""Many at once, as lines: each line is answered in its place, whatever becomes of the others."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeVar

import msgspec
from django.http import HttpRequest, StreamingHttpResponse

from comity.coordination.exchange.ask import CHUNK
from comity.doors.api.faults import note_fault, problem_of
from comity.doors.api.problems import Problem, ProblemError
from comity.doors.api.reading import NDJSON, Line, parse

T = TypeVar("T", bound=msgspec.Struct)
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Told:
    """What one line is answered with, under the status it would have alone."""

    status: HTTPStatus
    answer: msgspec.Struct


Put = Callable[[Sequence[T]], Sequence[Told | Problem]]
"""Records up to 200 bodies in one transaction and says what became of each, in order."""
Say = Callable[[int, Told | Problem], msgspec.Struct]
"""Makes the answering line of a line number and what became of it."""


def stream_lines(
    request: HttpRequest, lines: Sequence[Line], *, kind: type[T], put: Put[T], say: Say
) -> StreamingHttpResponse:
    """Answer lines in chunks of 200, one transaction each; what was answered is recorded, even when the rest fails.

    A line that is wrong is answered with its problem. A chunk that fails is put again line by line; when the node
    itself cannot go on (503, or every line of a chunk failing with 500), every later line is answered so, untried.
    """
    chunks = _chunks(request, lines, kind, put)
    body = (_joined(chunk, say) for chunk in chunks)
    return StreamingHttpResponse(body, status=HTTPStatus.OK.value, content_type=NDJSON)


def _joined(chunk: Sequence[tuple[Line, Told | Problem]], say: Say) -> bytes:
    return b"".join(_encode(say(line.number, told)) + b"\n" for line, told in chunk)


def _chunks(
    request: HttpRequest, lines: Sequence[Line], kind: type[T], put: Put[T]
) -> Iterator[list[tuple[Line, Told | Problem]]]:
    stopped: Problem | None = None
    for start in range(0, len(lines), CHUNK):
        chunk = lines[start : start + CHUNK]
        told = [stopped] * len(chunk) if stopped else _tell(request, chunk, kind, put)
        stopped = stopped or _stop(told)
        yield list(zip(chunk, told, strict=True))


def _tell(request: HttpRequest, chunk: Sequence[Line], kind: type[T], put: Put[T]) -> list[Told | Problem]:
    parsed = [_parsed(line, kind) for line in chunk]
    bodies = [body for body in parsed if not isinstance(body, Problem)]
    answers = iter(_put(request, bodies, put))
    return [body if isinstance(body, Problem) else next(answers) for body in parsed]


def _parsed(line: Line, kind: type[T]) -> T | Problem:
    try:
        return parse(line.raw, kind)
    except ProblemError as error:
        return error.problem


def _put(request: HttpRequest, bodies: Sequence[T], put: Put[T]) -> Sequence[Told | Problem]:
    if not bodies:
        return []
    try:
        return put(bodies)
    except Exception as error:  # noqa: BLE001 - a door: one chunk must not take the others with it
        problem = problem_of(error)
        note_fault(request, error, problem)
        if len(bodies) == 1 or _is_over(problem):
            return [problem] * len(bodies)
    return _one_by_one(request, bodies, put)


def _one_by_one(request: HttpRequest, bodies: Sequence[T], put: Put[T]) -> list[Told | Problem]:
    told: list[Told | Problem] = []
    for number, body in enumerate(bodies):
        told += _put(request, [body], put)
        last = told[-1]
        if isinstance(last, Problem) and _is_over(last):
            return told + [last] * (len(bodies) - number - 1)
    return told


def _stop(told: Sequence[Told | Problem]) -> Problem | None:
    """Return the problem after which nothing more is tried."""
    problems = [one for one in told if isinstance(one, Problem)]
    every = len(problems) == len(told) and all(p.status is HTTPStatus.INTERNAL_SERVER_ERROR for p in problems)
    return next((p for p in problems if _is_over(p) or every), None)


def _is_over(problem: Problem) -> bool:
    return problem.status is HTTPStatus.SERVICE_UNAVAILABLE


def spoken(kind: Any) -> Say:  # noqa: ANN401 - a struct of `line`, `status`, `answer`, `problem`
    """Return what makes an answering line of `kind`."""

    def say(number: int, told: Told | Problem) -> msgspec.Struct:
        if isinstance(told, Problem):
            line: msgspec.Struct = kind(number, told.status.value, None, told.details())
        else:
            line = kind(number, told.status.value, told.answer, None)
        return line

    return say
