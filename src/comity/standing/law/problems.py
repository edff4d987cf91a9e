"""Every reason why the sources of a release may not be loaded, each named by file and rule. Pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from comity.standing.law.catalogue import LANGUAGES, Catalogue
from comity.standing.law.lint import lint_packs
from comity.standing.law.packs import CLAUSE, ERROR, NOTHING, Authority, Words, read_authorities

DEEPEST: Final = 60
"""Brackets within brackets in a rule: the engine's parser ends the process on some hundreds."""
LONGEST_RULE: Final = 16_000
"""Characters of a rule, for the same reason."""
SPECIAL: Final = frozenset({CLAUSE, NOTHING, ERROR})
"""Texts that no rule says and the explanation of a decision needs."""
_TOKEN: Final = re.compile(r'"(?:\\.|[^"\\])*+(?:"|\\?\Z)|//[^\n]*|[()\[\]{};]', re.DOTALL)
"""A string without an end goes on to the end of the text: none of its quotes is tried again as the start of another."""
_COLUMNS: Final = ("citation", "effect", "starts_on", "ends_on", "mark", "confidence")
_CLOSED: Final[Mapping[str, str]] = {"mark": "SK", "confidence": "HML"}


def list_problems(
    *, packs: Mapping[str, str], text_sources: Mapping[str, str], authority_source: str, catalogue: Catalogue
) -> tuple[str, ...]:
    """Return the problems of packs (by jurisdiction), texts (by language) and authorities; none: they may be loaded."""
    texts, found = _texts(text_sources)
    authorities, more = _authorities(authority_source)
    found += more
    unsafe = {name: tuple(_unsafe(text)) for name, text in packs.items()}
    found += [f"packs/{name}.cedar: {problem}" for name, problems in unsafe.items() for problem in problems]
    safe = {name: text for name, text in packs.items() if not unsafe[name]}
    return (*found, *lint_packs(safe, catalogue=catalogue, texts=texts, authorities=authorities))


def _unsafe(text: str) -> Iterator[str]:
    """Say what the engine must not be handed: its parser would not come back."""
    depth = start = 0
    for token in _TOKEN.finditer(text):
        match token.group():
            case "(" | "[" | "{":
                depth += 1
            case ")" | "]" | "}":
                depth -= 1
            case ";":
                if token.start() - start > LONGEST_RULE:
                    yield f"a rule has more than {LONGEST_RULE} characters, before line {_line(text, token.start())}"
                start = token.end()
        if depth > DEEPEST:
            yield f"brackets lie more than {DEEPEST} deep, in line {_line(text, token.start())}; write several rules"
            return
    if len(text) - start > LONGEST_RULE and text[start:].strip():
        yield f"a rule has more than {LONGEST_RULE} characters, after the last `;`"


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _texts(sources: Mapping[str, str]) -> tuple[dict[str, dict[str, Words]], list[str]]:
    """Return the texts that can be read, and what is wrong with the rest."""
    read: dict[str, dict[str, Words]] = {}
    problems: list[str] = []
    for language, source in sources.items():
        raw, broken = _table(f"texts/{language}.toml", source)
        problems += broken
        read[language] = {key: row for key, row in ((key, _words(row)) for key, row in raw.items()) if row}
        problems += [
            f"texts/{language}.toml: text `{key}` is not exactly `says` and `forward`, both with words"
            for key in raw.keys() - read[language].keys()
        ]
    problems += [f"texts/{name}.toml: is in no language of the law" for name in sources if name not in LANGUAGES]
    every = SPECIAL.union(*(words.keys() for words in read.values()))
    for language in LANGUAGES:
        if language not in sources:
            problems.append(f"texts/{language}.toml: is missing")
            continue
        missing = sorted(every - read[language].keys())
        problems += [f"texts/{language}.toml: no text `{key}`" for key in missing]
    return read, problems


def _words(row: object) -> Words | None:
    match row:
        case {"says": str(says), "forward": str(forward), **rest} if says.strip() and forward.strip() and not rest:
            return Words(says, forward)
        case _:
            return None


def _table(name: str, source: str) -> tuple[dict[str, object], list[str]]:
    try:
        return tomllib.loads(source), []
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return {}, [f"{name}: is not TOML: {what[:1].lower()}{what[1:]}"]


def _authorities(source: str) -> tuple[Mapping[str, Authority], list[str]]:
    name = "authorities.toml"
    raw, problems = _table(name, source)
    for code, row in raw.items():
        problems += [f"{name}: authority `{code}`: {problem}" for problem in _authority(row)]
    if problems:
        return dict.fromkeys(raw, _UNREAD), problems
    try:
        return read_authorities(source), problems
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return dict.fromkeys(raw, _UNREAD), [f"{name}: cannot be read: {error}"]


_UNREAD: Final = Authority("", "", "", None, None, "K", "L")
"""Stands for an authority that is named but cannot be read, so that rules resting on it are not blamed."""


def _authority(row: object) -> Iterator[str]:
    if not isinstance(row, dict):
        yield "is no table"
        return
    for column in _COLUMNS:
        value = row.get(column)
        if not isinstance(value, str):
            yield f"`{column}` is missing, or no text"
        elif column in _CLOSED and value not in tuple(_CLOSED[column]):
            yield f"`{column}` is `{value}`, not one of {', '.join(_CLOSED[column])}"
        elif column in {"starts_on", "ends_on"} and not _is_day(value):
            yield f"`{column}` is `{value}`, no day such as `2026-07-01` and not empty"
    for column in ("citation", "effect"):
        if row.get(column) == "":
            yield f"`{column}` is empty"


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False
