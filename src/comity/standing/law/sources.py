"""A release as the files counsel edits: `packs/*.cedar`, `texts/*.toml`, `authorities.toml`. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from comity.standing.law.catalogue import LANGUAGES
from comity.standing.law.lint import LintError
from comity.standing.law.rules import Release

AUTHORITIES: Final = "authorities.toml"
MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one file."""
MOST_FILES: Final = 200
HOLDS: Final = "a folder of the law holds `packs/*.cedar`, `texts/*.toml` and `authorities.toml`, nothing else"
_PACK: Final = re.compile(r"packs/([a-z]{2}(?:-[a-z]{2})?)\.cedar")
_TEXTS: Final = re.compile(r"texts/([a-z]{2})\.toml")


def read_files(files: Mapping[str, bytes]) -> Release:
    """Return the release that files (path below the folder to content) make; what is in them is not looked at yet.

    Raises `LintError` with every file that is unknown, missing, empty, too large or no text.
    """
    problems = [*_missing(files), *(problem for name in sorted(files) for problem in _unusable(name, files[name]))]
    if problems:
        raise LintError(problems)
    texts = {name: content.decode("utf-8") for name, content in files.items()}
    return Release(_named(_PACK, texts), _named(_TEXTS, texts), texts[AUTHORITIES])


def files_of(release: Release) -> Mapping[str, bytes]:
    """Return the files of a release; `read_files` makes the same release of them."""
    named = {f"packs/{name}.cedar": text for name, text in release.packs.items()}
    named |= {f"texts/{name}.toml": text for name, text in release.text_sources.items()}
    return {name: text.encode() for name, text in (named | {AUTHORITIES: release.authority_source}).items()}


def _missing(files: Mapping[str, bytes]) -> Iterator[str]:
    if not any(_PACK.fullmatch(name) for name in files):
        yield "packs: there is no pack"
    for name in (*(f"texts/{language}.toml" for language in LANGUAGES), AUTHORITIES):
        if name not in files:
            yield f"{name}: is missing"


def _unusable(name: str, content: bytes) -> Iterator[str]:
    if name != AUTHORITIES and not _PACK.fullmatch(name) and not _TEXTS.fullmatch(name):
        yield f"{name}: is not a file of the law; {HOLDS}"
    elif len(content) > MOST_BYTES:
        yield f"{name}: has more than {MOST_BYTES // 2**20} MB"
    elif not content.strip():
        yield f"{name}: is empty"
    elif not _is_text(content):
        yield f"{name}: is not text in UTF-8"


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _named(pattern: re.Pattern[str], texts: Mapping[str, str]) -> dict[str, str]:
    matched = ((pattern.fullmatch(name), text) for name, text in sorted(texts.items()))
    return {found[1]: text for found, text in matched if found}
