"""The templates of agreements and the catalogue of their clauses, read once from `templates/` and checked. Pure.

Whatever does not fit (a word nobody knows, a field nobody uses, a language missing) stops the reading:
`BrokenTemplateError` names file and key.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, TypeVar

import msgspec

from comity.standing.agreements.template_checks import check
from comity.standing.agreements.template_parts import (
    BrokenTemplateError,
    ClauseText,
    Field,
    Some,
    Template,
    Templates,
)

FIELDS: Final = "words/fields.toml"
SOURCES: Final = "words/sources.toml"
CLAUSES: Final = "clauses/"


@cache
def load_templates() -> Templates:
    """Return what ships with the package, read and checked once; raises `BrokenTemplateError`."""
    folder = files("comity.standing.agreements").joinpath("templates")
    found = {
        f"{sub}{item.name}": item.read_text("utf-8")
        for sub in ("", "clauses/", "words/")
        for item in folder.joinpath(sub).iterdir()
        if item.name.endswith(".toml")
    }
    return read_templates(found)


def read_templates(sources: Mapping[str, str]) -> Templates:
    """Read the files of a folder, by path below it; raises `BrokenTemplateError`."""
    rows = {path: _toml(path, text) for path, text in sorted(sources.items())}
    clauses: dict[str, ClauseText] = {}
    for path, row in rows.items():
        if path.startswith(CLAUSES):
            for code, one in row.items():
                if code in clauses:
                    raise BrokenTemplateError(f"`{path}`: `{code}` stands in another file already; rename one")
                clauses[code] = _as(path, code, one, ClauseText)
    fields = {name: _as(FIELDS, name, one, Field) for name, one in rows[FIELDS].items()}
    templates = {
        path.removesuffix(".toml"): _as(path, "", {**row, "code": path.removesuffix(".toml")}, Template)
        for path, row in rows.items()
        if "/" not in path
    }
    known = _as(SOURCES, "", rows[SOURCES], dict[str, Some])
    whole = Templates(
        templates=MappingProxyType(templates),
        clauses=MappingProxyType(clauses),
        fields=MappingProxyType(fields),
        sources=MappingProxyType(known),
    )
    check(whole, files={code: path for path, row in rows.items() if path.startswith(CLAUSES) for code in row})
    return whole


def _toml(path: str, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenTemplateError(f"`{path}` is not TOML: {error}; mend it") from error


T = TypeVar("T")


def _as(path: str, key: str, value: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        inner = place.strip("`").removeprefix("$").removeprefix(".")
        where = ".".join(part for part in (key, inner) if part) or "top"
        raise BrokenTemplateError(f"`{path}`: `{where}`: {what[:1].lower()}{what[1:]}; mend it") from error
