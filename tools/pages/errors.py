"""Every problem the API answers with, found where it is made."""

import ast
from collections.abc import Iterable, Iterator
from http import HTTPStatus

from comity.doors.api.scopes import _REASONS
from tools.pages.markdown import modules, table

_HEAD = """# Error codes

The API says every error as problem details (RFC 9457): `type` ends in the code, `title` names it, `detail` holds the
remedy, and `errors` names field, message and remedy of each fault. Nothing of a request that was answered with a
problem was recorded, unless the remedy says otherwise. In NDJSON each line has its own `status` and `problem`.
"""
_MAKERS = {"Problem", "Row"}


def page() -> str:
    """Return the page."""
    found = {code: (status, title) for status, code, title in [*_made(), *_refused_keys()]}
    rows = sorted((str(status.value), status.phrase, f"`{code}`", title) for code, (status, title) in found.items())
    return _HEAD + "\n" + table(("status", "", "code", "title"), rows)


def _made() -> Iterator[tuple[HTTPStatus, str, str]]:
    for _, tree in modules("doors/api/*.py"):
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            words = _words(call.args)
            if call.func.id in _MAKERS and len(words) == len(("status", "code", "title")):
                yield HTTPStatus[words[0]], words[1], words[2]
            elif call.func.id == "_bad_header" and words:
                status = HTTPStatus[words[0]]
                yield status, status.name.lower().replace("_", "-"), status.phrase
            elif call.func.id == "_unauthorized" and words:
                yield HTTPStatus.UNAUTHORIZED, words[0], words[1]


def _words(arguments: Iterable[ast.expr]) -> list[str]:
    """Return the leading arguments that are a status or a constant text, at most three."""
    words: list[str] = []
    for given in arguments:
        match given:
            case ast.Attribute(value=ast.Name(id="HTTPStatus"), attr=name):
                words.append(name)
            case ast.Constant(value=str(text)):
                words.append(text)
            case _:
                break
    return words[:3]


def _refused_keys() -> Iterator[tuple[HTTPStatus, str, str]]:
    for code, title, _ in _REASONS.values():
        yield HTTPStatus.UNAUTHORIZED, code, title
