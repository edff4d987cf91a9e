"""Who agrees: the federal party and the local one, from the sentence that names them, checked against running heads."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from comity.standing.agreements.reading.found import ELSEWHERE, EXACT, FIGURE_REPAIRED, REPAIRED, Party
from comity.standing.agreements.reading.lines import Line
from comity.standing.agreements.reading.privacy import STATES, without_person
from comity.standing.agreements.reading.recognize import VOCABULARY, normalize, repair

FEDERAL: Final = "U.S. Immigration and Customs Enforcement"
LEA: Final = "LEA"
ICE: Final = "ICE"
"""Placeholders for codes: in capitals, which no code of the directory has, so that offering refuses them."""
_ICE: Final = re.compile(r"[Il1]mm[il1]gration\s+and\s+Customs\s+Enforcement\s*(?:\(\W*[Il1]CE\W*\))?", re.IGNORECASE)
_OPENING: Final = re.compile(
    r"(?:Home[l1I]and\s*Security\s*(?:\(\W*[DO][HN]S\W*\))?|Enforcement\s*\(\W*[Il1]CE\W*\))\s*[,;]?\s*,?\s*and\s+(?:the\s+|with\s+)?"
    r"(?P<name>[^;]{0,260}?)"
    r"\s*(?=,?\s*\(?\s*(?:hereinafter|hereafter|herein\b|referred\s+t[o0]|pursuant\s*t[o0]|under\s+the\s+jurisdiction|by\s+and\s+through|acting|known\s+as|which\b|as\s+the\s+law)"
    r"|\s*,?\s*\(\s*[\"“']?[A-Z&/ -]{2,20}[\"”']?\s*\)|(?<!\bSt)(?<!\bSte)(?<!\bFt)(?<!\bMt)(?<!\bDept)(?<!\bNo)\.\s)",
    re.IGNORECASE | re.DOTALL,
)
_SPOKEN: Final = re.compile(
    r"\bhomeland security (?:dhs )?and (?:the )?(?P<name>(?:(?!\. )\S+ ){1,16}?)"
    r"(?=hereinafter|hereafter|pursuant|under the jurisdiction|referred to|by and through|which )"
)
_ACRONYM: Final = re.compile(r"\(\s*[\"“']?(?P<short>[A-Z][A-Z&/-]{1,14})[\"”']?\s*\)")
_BLANK: Final = re.compile(
    r"^[\s_.\-–—]*$|_{3,}|\[\s*(?:insert|name|agency)[^\]]*\]|<[^>]*>|\(\s*insert[^)]*\)", re.IGNORECASE
)
_APOSTROPHE: Final = re.compile(
    r"\b([Ss]her[il1]f?f?)\s?(?:['’‘`´]?\s?s|trs|frs)\b\s*(?=Office|Department|Dept)", re.IGNORECASE
)
_BROKEN: Final = re.compile(r"\bSher[il1i]{1,2}(?:t|f|ff|ft|tf)?r?['’]?s\b")
_TRIBAL: Final = re.compile(r"\b(?:Nation|Tribe|Tribal|Pueblo|Indian\s+Community|Rancheria|Band\s+of)\b", re.IGNORECASE)
_LOCAL: Final = re.compile(
    r"\b(?:County|Parish|City|Town|Village|Borough|Township|Constable|Municipal|Police\s+Department|Sheriff\S*|Campus|University"
    r"|College|School|District)\b",
    re.IGNORECASE,
)
_SEVERAL: Final = re.compile(r"\s*(?:,\s*and|;\s*and|\band\b)\s+the\s+(?=[A-Z])")
_BODY: Final = re.compile(
    r"\b(?:Office|Department|Police|Bureau|Patrol|Agency|Commission|Authority|Guard|Corrections|Jail|Center|Marshal|Constable"
    r"|Attorney|Services|Safety|County|City|Nation|Tribe|Division|Sheriff\S*|Investigation|Board|Trustees|University|Town)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """The parties, and what the document calls the local one (small letters)."""

    parties: tuple[Party, ...]
    aliases: tuple[str, ...]


def find_parties(opening: str, *, furniture: Sequence[Line], agencies: Mapping[str, Sequence[str]] | None) -> Named:
    """Return the parties the opening names. `agencies`: codes of the directory by the agency's name."""
    parties, aliases = [], []
    federal = _ICE.search(opening)
    if words := federal[0] if federal else _misread_ice(opening):
        parties.append(_party(FEDERAL, "federal", words, ICE, EXACT if federal else REPAIRED, "", agencies))
    local = _OPENING.search(opening, federal.end() - 8 if federal else 0) or _OPENING.search(opening)
    head = _running_name(furniture)
    written, at = (local["name"], local.end("name")) if local else _by_words(opening)
    written = re.sub(r"\s+", " ", written).strip(" ,:_")
    if _BLANK.search(written) or not re.search(r"[A-Za-z]{3}", written):
        if head:
            parties.append(
                _party(_tidy(head), _role(head), head, LEA, ELSEWHERE, "named at the edge of pages only", agencies)
            )
    else:
        names = _split(written)
        parties.extend(_local(name, head if len(names) == 1 else "", agencies) for name in names)
        after = opening[at : at + 160]
        aliases = [
            m["short"].lower()
            for m in _ACRONYM.finditer(written + after)
            if m["short"] not in ("LEA", "MOA", "ICE", "DHS", "MOU")
        ]
    return Named(_distinct(parties), tuple(dict.fromkeys(aliases)))


def _misread_ice(opening: str) -> str:
    normal = normalize(opening)
    match = re.search(r"\bimmigration and customs enforcement\b", normal.text)
    words = normal.between(match.start(), match.end()) if match else ()
    return opening[words[0].start : words[-1].end] if words else ""


def _by_words(opening: str) -> tuple[str, int]:
    """Return the local party's name and where it ends, found through words repaired from recognition errors."""
    normal = normalize(opening)
    match = _SPOKEN.search(normal.text)
    if match is None:
        return "", 0
    words = normal.between(match.start("name"), match.end("name") - 1)
    start, end = words[0].start, words[-1].end
    return re.sub(r"\s*[(,].*$", "", opening[start:end]), end


def _split(written: str) -> list[str]:
    """Return the names of several parties, where each is a body of its own."""
    parts = _SEVERAL.split(written)
    return parts if len(parts) > 1 and all(_BODY.search(part) for part in parts) else [written]


def _local(written: str, head: str, agencies: Mapping[str, Sequence[str]] | None) -> Party:
    written = without_person(written)
    name = _tidy(re.sub(r"\s*\([^)]*\)?\s*$", "", written))
    confidence, doubt = EXACT, ""
    if name != written:
        confidence = REPAIRED
    if head and fuzz.ratio(_tidy(head).lower(), name.lower()) >= 80:  # noqa: PLR2004 - of 100
        is_whole = len(_tidy(head).split()) == len(name.split())
        name, confidence = (_tidy(head) if is_whole else name), EXACT
    elif any(_strange(word) for word in name.split()):
        confidence, doubt = FIGURE_REPAIRED, "the name may hold recognition errors"
    if not _BODY.search(name):
        confidence, doubt = FIGURE_REPAIRED, "this does not look like the name of an agency"
    return _party(name, _role(name), written, LEA, confidence, doubt, agencies)


def _strange(word: str) -> bool:
    """Tell whether a word of a name looks misread: figures or odd characters among letters."""
    bare = re.sub(r"['’.,&-]", "", word)
    return bool(re.search(r"[A-Za-z][\d|~_^*]|[\d|~_^*][A-Za-z]", bare))


def _tidy(name: str) -> str:
    """Return a name with the recognition errors of the words of offices undone."""
    name = re.sub(r"\s+", " ", name).strip(" ,.:;_-")
    name = _APOSTROPHE.sub("Sheriff's ", name)
    name = _BROKEN.sub("Sheriff's", name)
    name = re.sub(r"['’‘`´]", "'", name).replace("Sheriff's  ", "Sheriff's ")
    words = []
    for word in name.split(" "):
        low = word.lower().strip(".,")
        fixed = repair(word) if low.isalnum() and len(low) > 4 and low not in VOCABULARY | STATES else ()  # noqa: PLR2004
        is_office = len(fixed) == 1 and _BODY.fullmatch(fixed[0])
        words.append(fixed[0].capitalize() if is_office else word)
    return " ".join(words)


def _role(name: str) -> str:
    if _TRIBAL.search(name):
        return "tribal"
    if _LOCAL.search(name):
        return "local"
    return "state"


def _running_name(furniture: Sequence[Line]) -> str:
    """Return the agency's name that stands at the edge of most pages, as most of them have it."""
    found = Counter(
        _tidy(name)
        for line in furniture
        if (name := re.split(r"\s{3,}", line.text.strip())[0].strip()) and _BODY.search(name) and len(name.split()) > 1
        and not re.search(r"appendix|memorandum|agreement|revised", name, re.IGNORECASE)
    )  # fmt: skip
    return max(found, key=lambda name: (found[name], name), default="")


def _party(
    name: str, role: str, words: str, placeholder: str, confidence: float, doubt: str,
    agencies: Mapping[str, Sequence[str]] | None,
) -> Party:  # fmt: skip
    words = re.sub(r"\s+", " ", words).strip()
    codes = (
        []
        if agencies is None
        else sorted({code for known, all_ in agencies.items() if _same(known, name) for code in all_})
    )
    if len(codes) == 1:
        return Party(name, role, codes[0], words, confidence, doubt)
    if len(codes) > 1:
        doubt = f"{len(codes)} agencies of the directory have this name: {', '.join(codes)}"
    elif agencies is not None and not doubt:
        doubt = "no agency of the directory has this name"
    return Party(name, role, placeholder, words, confidence, doubt)


def _same(one: str, other: str) -> bool:
    return _key(one) == _key(other)


def _key(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower().replace("united states", "us").replace("’", "'"))


def _distinct(parties: Sequence[Party]) -> tuple[Party, ...]:
    """Return the parties, those of the same name marked: which of them is meant, a person must say."""
    counts = Counter(_key(party.name) for party in parties)
    return tuple(
        Party(p.name, p.role, p.code, p.words, min(p.confidence, FIGURE_REPAIRED), "two parties have the same name")
        if counts[_key(p.name)] > 1
        else p
        for p in parties
    )
