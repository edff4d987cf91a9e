"""Persons left out: names, telephone numbers and addresses of natural persons never leave a reading.

Where contacts stand and where people sign, a line stays only if every word in it is known not to be a person's name:
words of the field, of the parties' names, states, seats of field offices. Anything else gives way to a remark.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from comity.standing.agreements.reading.lines import Line
from comity.standing.agreements.reading.recognize import VOCABULARY, misread

PERSON: Final = "[a person is named here]"
REACHED: Final = "[contact details left out]"
STATES: Final = frozenset(
    (
        "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho "
        "illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota "
        "mississippi missouri montana nebraska nevada hampshire jersey mexico york carolina dakota ohio oklahoma "
        "oregon pennsylvania rhode island tennessee texas utah vermont virginia washington wisconsin wyoming "
        "columbia puerto rico guam"
    ).split()
)
SEATS: Final = frozenset(
    (
        "atlanta baltimore boston buffalo chicago dallas denver detroit paso houston angeles miami newark orleans "
        "philadelphia phoenix antonio diego francisco seattle paul salt lake harlingen"
    ).split()
)
"""Where ICE field offices sit."""
_PHONE: Final = re.compile(r"(?<![\d/§])\(?\d{3}\)?[\s.\-–]{1,2}\d{3}[\s.\-–]{1,2}\d{4}\b(?:\s*(?:ext\.?|x)\s*\d+)?")
_EMAIL: Final = re.compile(r"[\w.+-]+\s?@\s?[\w-]+(?:\s?\.\s?[\w-]+)+")
_OFFICE_MAIL: Final = re.compile(r"oprintake|joint\.?intake|crcl|foia|ocr@|info@|records@", re.IGNORECASE)
_STREET: Final = re.compile(
    r"\b\d{1,6}\s+(?:north|south|east|west)\b|\b\d{1,6}\s+(?:[NSEW]\.?\s+)?\w+.*\b(?:street|st|avenue|ave|road|rd|drive|dr|blvd|boulevard|lane|ln|way|highway|hwy"
    r"|suite|ste|parkway|pkwy|court|west|east|north|south)\b|\bP\.?\s?O\.?\s+Box\b|\b\d{5}(?:-\d{4})?\s*$",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    r"^\s*(?:print(?:ed)?\s+)?(?:name|signature|signed|by|date|attest|witness|sheriff|chief|title|phone|telephone|tel"
    r"|fax|cell|e-?mail|address)\s*[:/]",
    re.IGNORECASE,
)
_SIGNED: Final = re.compile(r"/s/|\bdigitally\s+signed\b|\be-?signed\b|_{3,}", re.IGNORECASE)
_RANK: Final = (
    r"Sheriff|Chief|Director|Commissioner|Superintendent|Colonel|Captain|Lieutenant|Major|Sergeant|Deputy|Warden|Mayor"
    r"|Marshal|Mr|Mrs|Ms|Dr|Governor|Attorney\s+General|Honorable|Hon|Constable|Administrator|Secretary"
)
_TITLED: Final = re.compile(rf"\b(?:{_RANK})\.?,?\s+(?P<name>(?:[A-Z][\w'’.-]*\s+){{0,2}}[A-Z][\w'’-]+)")
OFFICE: Final = re.compile(
    r"\b(?:Office|Director|Sheriff|Chief|Department|Division|Bureau|Operations|Enforcement|Counsel|Commander|Officer"
    r"|Superintendent|Commissioner|Unit|Police|Patrol|Affairs|Attorney|Warden|Secretary|Administration|Headquarters"
    r"|County|City|Security|Contact|Appendix|Section|Agreement|Information|Signature|Date|Title|Center|LEA|ICE|DHS)\b",
    re.IGNORECASE,
)
"""Words of offices and of blocks of contacts."""
CONTACTS: Final = frozenset({"contacts", "public_contacts", "signatures"})
"""Headings under which persons are named."""


@dataclass(frozen=True, slots=True)
class Shielded:
    """Lines without persons, and the numbers of the lines that were changed."""

    lines: tuple[Line, ...]
    changed: tuple[Line, ...]


def shield_lines(lines: Sequence[Line], *, contacts: Collection[Line], known: Collection[str]) -> Shielded:
    """Return the lines with persons left out. `contacts`: lines that name them; `known`: words of the parties."""
    words = VOCABULARY | STATES | SEATS | {word.lower() for word in known}
    kept, changed = [], []
    for line in lines:
        text = _contact(line.text, words) if line in contacts else _running(line.text, words)
        if text != line.text:
            changed.append(Line(line.number, line.page, text))
        kept.append(Line(line.number, line.page, text))
    return Shielded(tuple(kept), tuple(changed))


def _contact(text: str, words: Collection[str]) -> str:
    """Return a line of a contact or signature block, or a remark in its place."""
    bare = text.strip()
    if not bare:
        return text
    indent = text[: len(text) - len(text.lstrip())]
    label = re.match(r"\s*(?:for|on behalf of)\b[^:]{0,60}:\s*", text, re.IGNORECASE)
    if label and label.end() < len(text.rstrip()):
        return text[: label.end()] + _contact(text[label.end() :], words)
    if _PHONE.search(bare) or _EMAIL.search(bare) or _STREET.search(bare):
        return indent + REACHED
    if _is_place(bare):
        return indent + REACHED
    if _SIGNED.search(bare):
        return indent + PERSON
    unknown = [word for word in re.findall(r"[A-Za-z][\w'’-]*", bare) if not _is_known(word, words)]
    names = [word for word in unknown if word[0].isupper() or not word.isalpha()]
    if names or (unknown and len(bare.split()) <= 4):  # noqa: PLR2004 - a short line of unknown words is a name
        return indent + PERSON
    if (
        _LABEL.match(bare)
        and bare.partition(":")[2].strip()
        and re.match(r"(?i)(?:print\w*\s+)?(?:name|by|sign|attest|witness)", bare)
    ):
        return indent + PERSON
    return _running(text, words)


def _is_place(bare: str) -> bool:
    """Tell whether a line says a town and a state and nothing else."""
    town, comma, state = bare.rstrip(" .").rpartition(",")
    return bool(comma) and state.strip().lower() in STATES | {"dc", "d.c"} and len(town.split()) <= 3  # noqa: PLR2004 - words of a town


def _is_known(word: str, words: Collection[str]) -> bool:
    """Tell whether a word is one of the field, or one misread by shape; what is only near to one may be a name."""
    low = re.sub(r"['’]s?$", "", word.lower()).replace("’", "'")
    parts = [part for part in re.split(r"['’-]", low) if len(part) > 1]
    return all(part in words or bool(misread(part)) for part in parts)


def _is_bare_name(bare: str) -> bool:
    """Tell whether a short line is all capitalized words and names no office: a person may be called so."""
    words = re.findall(r"[A-Za-z][\w'’.-]*", bare)
    is_capital = all(word[0].isupper() for word in words)
    return 2 <= len(words) <= 4 and is_capital and not OFFICE.search(bare) and not bare.endswith(":")  # noqa: PLR2004


def _running(text: str, words: Collection[str]) -> str:
    """Return a line of the text with persons' telephone numbers, addresses and names after a rank left out."""
    if re.search(r"digitally\s+signed\s+by|/s/", text, re.IGNORECASE):
        return PERSON
    text = _EMAIL.sub(lambda m: m[0] if _OFFICE_MAIL.search(m[0]) else REACHED, text)
    text = _PHONE.sub(REACHED, text)
    return _TITLED.sub(lambda m: _unnamed(m, words), text)


def _unnamed(match: re.Match[str], words: Collection[str]) -> str:
    names = match["name"].split()
    unknown = [name for name in names if not _is_known(name.strip(".,"), words)]
    is_place = bool(re.match(r"\s*(?:County|Parish|City|Town|Department|Office|Police)", match.string[match.end() :]))
    if len(unknown) < 2 or is_place:  # noqa: PLR2004 - a given name and a surname
        return match[0]
    return match[0][: match.start("name") - match.start()] + PERSON
