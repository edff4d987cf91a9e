"""Persons left out: names, telephone numbers and addresses of natural persons never leave a reading.

Where contacts stand and where people sign, a line stays only if every word in it is known not to be a person's name:
words of the field, of the parties' names, states, seats of field offices. Anything else gives way to a remark.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
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
_EMAIL: Final = re.compile(r"[\w.+-]++\s?@\s?[\w-]+(?:\s?\.\s?[\w-]+)+")
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
_SIGNED_BY: Final = r"/s/|digitally\s+signed\s+by|\bdocusigned\s+by\b|^\s*(?:e-)?signed\s+by\b"
SIGNED: Final = re.compile(_SIGNED_BY, re.IGNORECASE)
"""What stands where somebody signed by a machine; who it was, stands near."""
_SIGNED_IN_BLOCK: Final = re.compile(rf"{_SIGNED_BY}|\bdigitally\s+signed\b|\be-?signed\b|_{{3,}}", re.IGNORECASE)
"""Where everybody is who signs, `by` may be missing, and a line to sign on is enough."""
_RANK: Final = (
    r"Sheriff|Chief|Director|Commissioner|Superintendent|Colonel|Captain|Lieutenant|Major|Sergeant|Deputy|Warden|Mayor"
    r"|Marshal|Governor|Attorney\s+General|Constable|Administrator|Secretary|Officer|Agent|Counsel"
)
_ADDRESSED: Final = r"Mr|Mrs|Ms|Dr|Honorable|Hon|Capt|Lt|Sgt|Col|Maj|Cpl|Captain|Lieutenant|Colonel|Major|Sergeant"
"""What stands before a person's name only, or nearly so."""
_TITLED: Final = re.compile(
    rf"\b(?:(?P<personal>{_ADDRESSED})|{_RANK})\.?,?\s+(?P<name>(?:[A-Z][\w'’.-]*\s+){{0,2}}[A-Z][\w'’-]+)"
)
_NAME: Final = re.compile(r"\b[A-Z][a-z][\w'’-]*(?:\s+(?:[A-Z]\.?\s+){0,2}[A-Z][\w'’-]*[a-z][\w'’-]*){1,3}")
_CARD: Final = re.compile(r"\b[A-Z'-]+(?:\.[A-Z'-]+){1,3}\.\d{8,}")
"""How the certificate of an official card names its holder."""
_FIRST: Final = re.compile(
    rf"\s*(?:[A-Z][\w'’.-]*\s+){{1,3}}[A-Z][\w'’.-]*,\s*(?=(?:(?:the|duly|elected)\s+)*(?:{_RANK})\b)"
)
_ENDS: Final = re.compile(r"\b(?P<name>[A-Z][a-z][\w'’-]*)\s*$")
_BEGINS: Final = re.compile(r"\s*(?P<name>[A-Z][a-z][\w'’-]*)\b")
_ROAD: Final = re.compile(r"\b(?:Avenue|Street|Road|Drive|Boulevard|Highway|Lane|Parkway|Way|Suite)$")
_AFTER_PLACE: Final = re.compile(
    r"\s*(?:County|Parish|City|Town|Village|Department|Dept|Office|Police|Sheriff|Jail|Center|Regional|Detention|Act|Nation|Tribe"
    r"|Commission|Authority|Division|University|Street|Avenue|Road)\b"
)
"""What makes the capitalized words before it the name of a place, a body or a law."""
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
    for line, whole in zip(lines, _unbroken(lines, words), strict=True):
        text = _contact(whole, words) if line in contacts else _running(whole, words)
        if text != line.text or PERSON in text:
            changed.append(Line(line.number, line.page, text))
        kept.append(Line(line.number, line.page, text))
    return Shielded(tuple(kept), tuple(changed))


def _unbroken(lines: Sequence[Line], words: Collection[str]) -> Iterator[str]:
    """Yield the text of the lines with names left out that a line's end broke in two."""
    held = ""
    for line, after in zip_longest(lines, lines[1:]):
        text, held = (_BEGINS.sub(held, line.text, count=1) if held else line.text), ""
        first, second = _ENDS.search(text), _BEGINS.match(after.text) if after else None
        is_name = first and second and not any(_is_known(one["name"], words) for one in (first, second))
        if first and second and is_name and not _is_of_place(second) and not OFFICE.search(first[0] + second[0]):
            text, held = text[: first.start()] + PERSON, PERSON
        yield text


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
    if _SIGNED_IN_BLOCK.search(bare):
        return indent + PERSON
    unknown = [word for word in re.findall(r"[A-Za-z][\w'’-]*", bare) if not _is_known(word, words)]
    names = [word for word in unknown if word[0].isupper() or not word.isalpha()]
    if names or len(unknown) > 1 or (unknown and len(bare.split()) <= 4) or _is_bare_name(bare):  # noqa: PLR2004 - a short line of unknown words is a name
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
    is_place = all(word.lower() in STATES | SEATS | {"dc"} for word in words)
    is_short = 2 <= len(words) <= 4 and not bare.endswith(":")  # noqa: PLR2004 - words of a name
    return is_short and is_capital and not is_place and not OFFICE.search(bare)


def _running(text: str, words: Collection[str]) -> str:
    """Return a line of the text with persons' telephone numbers, addresses and names after a rank left out."""
    if SIGNED.search(text):
        return PERSON
    text = _CARD.sub(PERSON, text)
    text = _EMAIL.sub(lambda m: m[0] if _OFFICE_MAIL.search(m[0]) else REACHED, text)
    text = _PHONE.sub(REACHED, text)
    text = _TITLED.sub(lambda m: _unnamed(m, words), text)
    return _NAME.sub(lambda m: _without_name(m, words), text)


def _unnamed(match: re.Match[str], words: Collection[str]) -> str:
    """Return a rank without the name behind it, or as it is where that is no name."""
    names = match["name"].split()
    unknown = [name for name in names if not _is_known(name.strip(".,"), words)]
    has_initial = any(re.fullmatch(r"[A-Z]\.?", name) for name in names)
    least = 1 if match["personal"] or has_initial else 2
    if len(unknown) < least or _is_of_place(match):
        return match[0]
    return match[0][: match.start("name") - match.start()] + PERSON


def _without_name(match: re.Match[str], words: Collection[str]) -> str:
    """Return a remark for capitalized words in a row of which two or more are unknown, others as they are."""
    names = [name for name in match[0].split() if not re.fullmatch(r"[A-Z]\.?", name)]
    unknown = [name for name in names if not _is_known(name, words)]
    is_name = len(unknown) > 1  # a given name and a surname
    is_street = _ROAD.search(match[0]) or match.string[: match.start()].rstrip()[-1:].isdigit()
    if not is_name or is_street or OFFICE.search(match[0]) or _is_of_place(match):
        return match[0]
    return PERSON


def _is_of_place(match: re.Match[str]) -> bool:
    return bool(_AFTER_PLACE.match(match.string, match.end()))


def without_person(name: str) -> str:
    """Return the name of a party without the person who heads it: `Sheriff of Cedar County`, `Office of Sheriff`."""
    words = VOCABULARY | STATES | SEATS
    name = _FIRST.sub(lambda m: m[0] if OFFICE.search(m[0].rpartition(",")[0]) else "", name, count=1)
    return _TITLED.sub(lambda m: _unnamed(m, words).replace(PERSON, "").rstrip(), name).strip(" ,")
