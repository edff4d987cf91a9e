"""Reading what a person hands over, a file or standard input: JSON, or lines of it, into frozen structs."""

import re
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from comity.doors.cli.mistakes import MistakeError

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_SMALL: Final = 64 * 1024
STDIN: Final = "-"
_MARK: Final = b"\xef\xbb\xbf"
_WHERE: Final = re.compile(r"^(?P<what>.*?)(?: - at (?:`key` in )?`\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_NAMED: Final = re.compile(r"^Object (?P<how>missing required|contains unknown) field `(?P<name>[^`]*)`$", re.DOTALL)
_TYPES: Final = {
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "nothing",
    "float": "a number",
    "int": "a number",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item:
    """One JSON value of what was handed over; `place` is its line, or its position in an array, from 1."""

    place: int
    raw: bytes


def read_bytes(name: str, field: str) -> bytes:
    """Return the bytes of a file, or of standard input for `-`; raises `MistakeError`."""
    if name == STDIN:
        content = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        try:
            with Path(name).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "not a path"
            raise MistakeError(
                field, f"`{name}` cannot be read: {why}", "give a file, or `-` for standard input"
            ) from None
    if len(content) > MOST_BYTES:
        raise MistakeError(field, f"more than {MOST_BYTES // 2**20} MB", "hand it over in parts")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise MistakeError(field, "is UTF-16", "save it as UTF-8")
    return content.removeprefix(_MARK)


def hash_file(name: str, field: str) -> str:
    """Return the SHA-256 (hex) of a paper, byte for byte; raises `MistakeError`, also for one that is empty."""
    found = sha256()
    try:
        with nullcontext(sys.stdin.buffer) if name == STDIN else Path(name).open("rb") as file:
            while block := file.read(1 << 20):
                found.update(block)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise MistakeError(field, f"`{name}` cannot be read: {why}", "give a file, or `-` for standard input") from None
    if found.digest() == sha256().digest():
        raise MistakeError(field, f"`{name}` is empty", "give the paper itself")
    return found.hexdigest()


def split_json(content: bytes, field: str) -> list[Item]:
    """Return the values of a JSON array, of one JSON value, or of NDJSON, unread but for their ends.

    A line that is no JSON is kept as it is, so that the others still count; raises `MistakeError` when nothing in
    it is JSON.
    """
    if not content.strip():
        raise MistakeError(field, "is empty", "give a JSON object, a JSON array, or one object a line (NDJSON)")
    try:
        whole = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _lines(content, field, error)
    if isinstance(whole, list):
        values = msgspec.json.decode(content, type=list[msgspec.Raw])
        return [Item(place, bytes(value)) for place, value in enumerate(values, start=1)]
    return [Item(1, content.strip())]


def _lines(content: bytes, field: str, error: Exception) -> list[Item]:
    items = [Item(place, line) for place, line in enumerate(content.split(b"\n"), start=1) if line.strip()]
    if len(items) == 1 or not any(_is_object(item.raw) for item in items):
        what = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"is not JSON: {_plain(str(error))}"
        remedy = "give a JSON object, a JSON array, or one object a line (NDJSON), in UTF-8"
        raise MistakeError(field, what, remedy) from None
    return items


def _is_object(raw: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(raw), dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def read_as(raw: bytes, kind: type[T]) -> T:
    """Return one JSON value as `kind`; raises `MistakeError` naming the field and what to do."""
    try:
        value = msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise _misfit(str(error), kind) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"is not JSON: {_plain(str(error))}"
        raise MistakeError("", what, "write one JSON object in UTF-8") from None
    if b"\\u0000" in raw:
        _refuse_nul("", msgspec.json.decode(raw))
    return value


def read_small(content: bytes, kind: type[T], field: str) -> T:
    """Return a short JSON value as `kind`, of at most `MOST_SMALL` bytes; raises `MistakeError`."""
    if len(content) > MOST_SMALL:
        raise MistakeError(field, f"more than {MOST_SMALL // 1024} KB", "hand over the one JSON object that is meant")
    return read_as(content, kind)


def _misfit(text: str, kind: type) -> MistakeError:
    """Return msgspec's complaint as field and remedy."""
    found = _WHERE.match(text)
    what, path = (found["what"], found["path"] or "") if found else (text, "")
    named = _NAMED.match(what)
    if named is None:
        values = _values_of(kind, path)
        remedy = f"use one of: {', '.join(values)}" if values else "write a value of that type"
        return MistakeError(path, _plain(what), remedy)
    name = f"{path}.{named['name']}" if path else named["name"]
    if named["how"] == "missing required":
        return MistakeError(name, "is missing", f"give `{name}`")
    known = ", ".join(getattr(kind, "__struct_encode_fields__", ()))
    return MistakeError(name, "is not a known field", f"leave it out; the fields are: {known}")


def _values_of(kind: type, name: str) -> tuple[str, ...]:
    """Return the values a field of a struct takes, none where it takes any of its type."""
    is_struct = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    for field in msgspec.structs.fields(kind) if is_struct else ():
        if field.encode_name == name and isinstance(field.type, type) and issubclass(field.type, Enum):
            return tuple(str(one.value) for one in field.type)
    return ()


def _plain(message: str) -> str:
    message = message.removeprefix("JSON is malformed: ")
    words = re.sub(r"`(\w+)`", lambda m: _TYPES.get(m[1], f"`{m[1]}`"), message)
    return words[:1].lower() + words[1:]


def _refuse_nul(path: str, value: object) -> None:
    match value:
        case str() if "\0" in value:
            raise MistakeError(path, "holds a NUL character", "remove it")
        case Mapping():
            for key, item in value.items():
                name = f"{path}.{key}" if path else str(key)
                _refuse_nul(name, str(key))
                _refuse_nul(name, item)
        case list() | tuple():
            for place, item in enumerate(value):
                _refuse_nul(f"{path}[{place}]", item)
