"""Reading what a request carries: one JSON value or lines of them, bounded, parsed into frozen structs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec
from django.http import HttpRequest

from comity.doors.api.problems import FieldProblem, Problem, ProblemError, shown

MOST_BYTES: Final = 64 * 1024
"""The longest single body, and the longest line of many: what can be sent alone can be sent in bulk."""
MOST_BULK_BYTES: Final = 32 * 1024 * 1024
MOST_LINES: Final = 10_000
JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"
_NDJSON_NAMES: Final = (NDJSON, "application/ndjson", "application/jsonl")

_WHERE: Final = re.compile(r"^(?P<what>.*?)(?: - at (?P<key>`key` in )?`\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_NAMED: Final = re.compile(r"^Object (?P<how>missing required|contains unknown) field `(?P<name>[^`]*)`$", re.DOTALL)
_TYPES: Final = {
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "int": "a number",
    "null": "null",
    "object": "an object",
    "str": "text",
    "uuid": "an id",
    "datetime": "a time such as `2026-07-01T07:00:00Z`",
}
_TYPE: Final = re.compile(r"`(\w+)`")

T = TypeVar("T", bound=msgspec.Struct)


def read_json(request: HttpRequest, kind: type[T], most: int = MOST_BYTES) -> T:
    """Return the body, of at most so many bytes, as `kind`.

    Raises `ProblemError` (400, 411, 413, 415) naming field and remedy.
    """
    _require_type(request, (JSON,))
    return parse(_read(request, most), kind, most)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a body and its number, from 1."""

    number: int
    raw: bytes


def read_lines(request: HttpRequest) -> list[Line]:
    """Return the non-blank lines of an NDJSON body, unparsed; raises `ProblemError` (400, 411, 413, 415)."""
    _require_type(request, _NDJSON_NAMES)
    body = _read(request, MOST_BULK_BYTES)
    lines = [Line(number, raw) for number, raw in enumerate(body.split(b"\n"), start=1) if raw.strip()]
    if len(lines) > MOST_LINES:
        raise ProblemError(_too_large(f"{MOST_LINES} lines", "send the rest in another request"))
    if not lines:
        raise ProblemError(_malformed("", "holds no line", "send one JSON object a line"))
    return lines


def parse(raw: bytes, kind: type[T], most: int = MOST_BYTES) -> T:
    """Return `raw` as `kind`; raises `ProblemError` (400, 413)."""
    if len(raw) > most:
        raise ProblemError(_too_large(f"{most} bytes", "shorten it"))
    try:
        value = msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise ProblemError(_misfit(str(error), kind)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "is not JSON"
        raise ProblemError(_malformed("", what, "send one JSON object in UTF-8")) from None
    for path in _nul_paths("", msgspec.to_builtins(value)) if b"\\u0000" in raw else ():
        raise ProblemError(_malformed(path, "holds a NUL character", "remove it"))
    return value


def _read(request: HttpRequest, most: int) -> bytes:
    if "chunked" in request.headers.get("Transfer-Encoding", ""):
        raise ProblemError(_bad_header(HTTPStatus.LENGTH_REQUIRED, "Content-Length", "is missing", "send it"))
    if _declared(request) > most:
        raise ProblemError(_too_large(f"{most} bytes", "send less, or more requests"))
    body: bytes = request.read(most + 1)
    if len(body) > most:
        raise ProblemError(_too_large(f"{most} bytes", "send less, or more requests"))
    return body


def _declared(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


def _require_type(request: HttpRequest, names: tuple[str, ...]) -> None:
    if request.content_type not in names:
        sent = f"is `{shown(request.content_type or '')}`"
        remedy = f"send `Content-Type: {names[0]}`"
        raise ProblemError(_bad_header(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Type", sent, remedy))


def _bad_header(status: HTTPStatus, name: str, message: str, remedy: str) -> Problem:
    error = FieldProblem(name, message, remedy)
    code = status.name.lower().replace("_", "-")
    return Problem(status, code, status.phrase, "nothing was recorded; mend the header and send again", (error,))


def _misfit(text: str, kind: type[msgspec.Struct]) -> Problem:
    """Return the problem of JSON that does not fit `kind`, from msgspec's words."""
    found = _WHERE.match(text)
    what, path = (found["what"], found["path"] or "") if found else (text, "")
    named = _NAMED.match(what)
    if named is None:
        message = _TYPE.sub(lambda m: _TYPES.get(m[1], m[1]), what[:1].lower() + what[1:])
        values = _values_of(kind, path)
        remedy = f"use one of: {', '.join(values)}" if values else "send a value of the type the documentation gives"
        return _malformed(path, message, remedy)
    name = f"{path}.{named['name']}" if path else named["name"]
    if named["how"] == "missing required":
        return _malformed(name, "is missing", f"give `{shown(name)}`")
    known = ", ".join(kind.__struct_encode_fields__)
    return _malformed(name, "is not a field of this request", f"leave it out; the fields are: {known}")


def _values_of(kind: type[msgspec.Struct], name: str) -> tuple[str, ...]:
    """Return the values a field takes, none where it takes any of its type."""
    for field in msgspec.structs.fields(kind):
        if field.encode_name == name and isinstance(field.type, type) and issubclass(field.type, Enum):
            return tuple(str(one.value) for one in field.type)
    return ()


def _malformed(name: str, message: str, remedy: str) -> Problem:
    return Problem(
        HTTPStatus.BAD_REQUEST,
        "malformed-request",
        "Malformed request",
        "nothing was recorded; mend the field as its remedy says and send again",
        (FieldProblem(shown(name), shown(message), remedy),),
    )


def _too_large(limit: str, remedy: str) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-large",
        "Too large",
        "nothing of it was recorded",
        (FieldProblem("", f"is more than {limit}", remedy),),
    )


def _nul_paths(path: str, value: object) -> Iterator[str]:
    if isinstance(value, str):
        if "\0" in value:
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            if "\0" in str(key):
                yield path
            yield from _nul_paths(f"{path}.{key}" if path else str(key), item)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _nul_paths(f"{path}[{number}]", item)
