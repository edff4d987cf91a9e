"""How a line of a public list becomes a row of the directory. Pure: text in, row or refusal out, nothing guessed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from comity.standing.directory.vocabulary import AgencyKind, ParticipationModel

AGENCY_COLUMNS: Final = ("ori", "pub_agency_name", "state_abbr", "county_name", "agency_type_name")
PARTICIPANT_COLUMNS: Final = ("state", "county", "agency", "ori", "type", "agency_type")

_STATES: Final = {
    "ALABAMA": "AL", "ALASKA": "AK", "ARIZONA": "AZ", "ARKANSAS": "AR", "CALIFORNIA": "CA", "COLORADO": "CO",
    "CONNECTICUT": "CT", "DELAWARE": "DE", "DISTRICT OF COLUMBIA": "DC", "FLORIDA": "FL", "GEORGIA": "GA",
    "GUAM": "GU", "HAWAII": "HI", "IDAHO": "ID", "ILLINOIS": "IL", "INDIANA": "IN", "IOWA": "IA", "KANSAS": "KS",
    "KENTUCKY": "KY", "LOUISIANA": "LA", "MAINE": "ME", "MARYLAND": "MD", "MASSACHUSETTS": "MA", "MICHIGAN": "MI",
    "MINNESOTA": "MN", "MISSISSIPPI": "MS", "MISSOURI": "MO", "MONTANA": "MT", "NEBRASKA": "NE", "NEVADA": "NV",
    "NEW HAMPSHIRE": "NH", "NEW JERSEY": "NJ", "NEW MEXICO": "NM", "NEW YORK": "NY", "NORTH CAROLINA": "NC",
    "NORTH DAKOTA": "ND", "OHIO": "OH", "OKLAHOMA": "OK", "OREGON": "OR", "PENNSYLVANIA": "PA", "PUERTO RICO": "PR",
    "RHODE ISLAND": "RI", "SOUTH CAROLINA": "SC", "SOUTH DAKOTA": "SD", "TENNESSEE": "TN", "TEXAS": "TX", "UTAH": "UT",
    "VERMONT": "VT", "VIRGIN ISLANDS": "VI", "VIRGINIA": "VA", "WASHINGTON": "WA", "WEST VIRGINIA": "WV",
    "WISCONSIN": "WI", "WYOMING": "WY", "AMERICAN SAMOA": "AS", "NORTHERN MARIANA ISLANDS": "MP",
}  # fmt: skip
_POSTAL: Final = frozenset(_STATES.values())
_STATE_WORDS: Final = {postal: frozenset(name.lower().split()) for name, postal in _STATES.items()}
_FEDERAL: Final = "FS"
_OLD_CODES: Final = {"NB": "NE", "GM": "GU"}
"""The FBI's own codes for Nebraska and Guam."""
_ORI: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{7}")
_STATE_TYPES: Final = frozenset({"State Police", "Other State Agency"})
_LOCAL_TYPES: Final = frozenset({"City", "County", "University or College", "Other"})
_NO_VALUE: Final = frozenset({"", "NA", "N/A", "-1"})
NO_COUNTY: Final = "not specified"
_MODELS: Final = {
    "task force model": ParticipationModel.TASK_FORCE,
    "warrant service officer": ParticipationModel.WARRANT_SERVICE,
    "jail enforcement model": ParticipationModel.JAIL,
}
_APOSTROPHES: Final = {ord("'"): None, 0x2019: None}
_SILENT: Final = frozenset({"department", "dept", "office", "division", "bureau", "the", "s"})
_SAME: Final = {"sheriffs": "sheriff", "st": "saint", "co": "county"}
_COMMON: Final = frozenset({"county", "sheriff", "police", "city", "town", "township", "of", "state", "and", "saint"})


class Outcome(StrEnum):
    """What became of a line."""

    NEW = "new"
    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the report: line number in the file (the heading is line 1), what it names, and why."""

    line: int
    outcome: Outcome
    names: str
    reason: str


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """A usable line of the FBI's list."""

    line: int
    ori: str
    code: str
    name: str
    kind: AgencyKind
    state: str
    listed_type: str
    listed_county: str


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """A usable line of the 287(g) list. `ori` and `county` may be empty: the list does not always say."""

    line: int
    state: str
    county: str
    name: str
    ori: str
    model: ParticipationModel


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agency of the directory that a participant might be. `names` are its normalized names."""

    key: str
    ori: str
    state: str
    names: frozenset[str]
    counties: frozenset[str]


def read_agency(line: int, row: Mapping[str, str], *, home_states: frozenset[str]) -> AgencyRow | Finding:
    """Return the agency on a line of the FBI's list, or why it is refused.

    State-level agencies outside `home_states` are neighboring states'. Names lose the list's trailing `:` and `,`.
    """
    ori = row["ori"].strip().upper()
    name = " ".join(row["pub_agency_name"].rstrip(" :,").split())
    fault = _text_fault(row) or _ori_fault(ori) or ("the name is missing" if not name else None)
    if fault:
        return Finding(line, Outcome.REFUSED, ori or name, fault)
    state = _OLD_CODES.get(code := row["state_abbr"].strip().upper(), code)
    if state != _FEDERAL and state not in _POSTAL:
        return Finding(line, Outcome.REFUSED, ori, f"unknown state `{state}`")
    listed_type = row["agency_type_name"].strip()
    kind = _kind(listed_type, state, home_states)
    if kind is None:
        return Finding(line, Outcome.REFUSED, ori, f"unknown type of agency `{listed_type}`")
    if state == _FEDERAL and kind is not AgencyKind.FEDERAL:
        return Finding(line, Outcome.REFUSED, ori, f"state `{_FEDERAL}` with type `{listed_type}`")
    return AgencyRow(
        line=line,
        ori=ori,
        code=ori.lower(),
        name=name,
        kind=kind,
        state="" if kind is AgencyKind.FEDERAL else state,
        listed_type=listed_type,
        listed_county=" ".join(row["county_name"].split()),
    )


def read_participant(line: int, row: Mapping[str, str]) -> ParticipantRow | Finding:
    """Return the participant on a line of the 287(g) list, or why it is refused."""
    name = " ".join(row["agency"].split())
    ori = row["ori"].strip().upper()
    ori = "" if ori in _NO_VALUE else ori
    fault = _text_fault(row) or ("the name is missing" if not name else None) or (_ori_fault(ori) if ori else None)
    if fault:
        return Finding(line, Outcome.REFUSED, name or ori, fault)
    state = _STATES.get(row["state"].strip().upper())
    if state is None:
        return Finding(line, Outcome.REFUSED, name, f"unknown state `{row['state'].strip()}`")
    model = _MODELS.get(row["type"].strip().lower())
    if model is None:
        return Finding(line, Outcome.REFUSED, name, f"unknown model `{row['type'].strip()}`")
    county = row["county"].strip()
    return ParticipantRow(line, state, "" if county.upper() in _NO_VALUE else county, name, ori, model)


def match(row: ParticipantRow, by_ori: Candidate | None, others: Sequence[Candidate]) -> Candidate | Finding:
    """Return the agency a participant is, by ORI, else by name, county and state; or why nobody may say.

    `by_ori` is the agency with the line's ORI, `others` the agencies of the same state. A name without its county, an
    ORI against a name and two agencies of one name are ambiguous: a person decides.
    """
    if by_ori is not None:
        return _confirm(row, by_ori)
    name = normalize(row.name)
    same = [agency for agency in others if agency.state == row.state and name in agency.names]
    county = normalize_county(row.county)
    here = [agency for agency in same if (county in agency.counties if county else not agency.counties)]
    if len(here) == 1 and not row.ori:
        return here[0]
    if here or same:
        return _unclear(row, here or same)
    known_by = f"no agency with ORI `{row.ori}`" if row.ori else "no ORI stated"
    return Finding(row.line, Outcome.REFUSED, row.name, f"{known_by}, and no agency of this name in {row.state}")


def normalize(name: str) -> str:
    """Return the name in lower case without punctuation and without words the lists leave out."""
    words = re.sub(r"[^a-z0-9]+", " ", name.lower().replace("&", " and ").translate(_APOSTROPHES)).split()
    return " ".join(_SAME.get(word, word) for word in words if word not in _SILENT)


def normalize_county(county: str) -> str:
    """Return the county without `County` or `Parish`, or an empty text when none is stated."""
    words = normalize(county).removesuffix(" county").removesuffix(" parish")
    return "" if words == NO_COUNTY else words


def names_of(name: str, listed_name: str, listed_type: str) -> frozenset[str]:
    """Return the normalized names of an agency: its own, the listed one, and the usual one of its type."""
    known = {normalize(name), normalize(listed_name)} - {""}
    usual = {"City": "police", "County": "county sheriff", "University or College": "police"}.get(listed_type)
    if usual and listed_name:
        known.add(f"{normalize(listed_name)} {usual}")
    return frozenset(known)


def _confirm(row: ParticipantRow, agency: Candidate) -> Candidate | Finding:
    if agency.state not in {"", row.state}:
        return Finding(row.line, Outcome.AMBIGUOUS, row.name, f"ORI `{row.ori}` is of an agency in {agency.state}")
    if not _share_a_word(row, agency):
        named = min(agency.names)
        return Finding(row.line, Outcome.AMBIGUOUS, row.name, f"ORI `{row.ori}` is of `{named}`, another name")
    return agency


def _share_a_word(row: ParticipantRow, agency: Candidate) -> bool:
    """Tell whether the names share a telling word, also where one list writes `desoto` and the other `de soto`."""
    listed = [word for word in normalize(row.name).split() if word not in _COMMON | _STATE_WORDS[row.state]]
    known = [name.split() for name in agency.names | agency.counties]
    telling = {word for words in known for word in words if word not in _COMMON}
    if not listed or set(listed) & telling:
        return True
    return any("".join(listed) in "".join(words) for words in known)


def _unclear(row: ParticipantRow, agencies: Sequence[Candidate]) -> Finding:
    oris = ", ".join(sorted(f"`{agency.ori or agency.key}`" for agency in agencies))
    if row.ori:
        reason = f"the list says ORI `{row.ori}`, the directory knows the name as {oris}"
    elif not row.county:
        reason = f"no ORI and no county stated; of this name in {row.state}: {oris}"
    else:
        reason = f"no ORI stated; of this name in {row.state}: {oris}"
    return Finding(row.line, Outcome.AMBIGUOUS, row.name, reason)


def _kind(listed_type: str, state: str, home_states: frozenset[str]) -> AgencyKind | None:
    if listed_type == "Federal":
        return AgencyKind.FEDERAL
    if listed_type == "Tribal":
        return AgencyKind.TRIBAL
    if listed_type in _STATE_TYPES:
        return AgencyKind.STATE if state in home_states else AgencyKind.NEIGHBORING_STATE
    return AgencyKind.LOCAL if listed_type in _LOCAL_TYPES else None


def _ori_fault(ori: str) -> str | None:
    return None if _ORI.fullmatch(ori) else f"`{ori}` is not an ORI (two letters, seven letters or digits)"


def _text_fault(row: Mapping[str, str]) -> str | None:
    return "a NUL byte in the line" if any("\x00" in value for value in row.values()) else None
