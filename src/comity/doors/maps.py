"""Maps of counties as pages draw them: an outline of a state, what is marked in it, and the same as a list.

Outlines are made when the static files are gathered (`tools.counties`); a node without them shows the list alone.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "01": ("AL", "Alabama"), "02": ("AK", "Alaska"), "04": ("AZ", "Arizona"), "05": ("AR", "Arkansas"),
    "06": ("CA", "California"), "08": ("CO", "Colorado"), "09": ("CT", "Connecticut"), "10": ("DE", "Delaware"),
    "11": ("DC", "District of Columbia"), "12": ("FL", "Florida"), "13": ("GA", "Georgia"), "15": ("HI", "Hawaii"),
    "16": ("ID", "Idaho"), "17": ("IL", "Illinois"), "18": ("IN", "Indiana"), "19": ("IA", "Iowa"),
    "20": ("KS", "Kansas"), "21": ("KY", "Kentucky"), "22": ("LA", "Louisiana"), "23": ("ME", "Maine"),
    "24": ("MD", "Maryland"), "25": ("MA", "Massachusetts"), "26": ("MI", "Michigan"), "27": ("MN", "Minnesota"),
    "28": ("MS", "Mississippi"), "29": ("MO", "Missouri"), "30": ("MT", "Montana"), "31": ("NE", "Nebraska"),
    "32": ("NV", "Nevada"), "33": ("NH", "New Hampshire"), "34": ("NJ", "New Jersey"), "35": ("NM", "New Mexico"),
    "36": ("NY", "New York"), "37": ("NC", "North Carolina"), "38": ("ND", "North Dakota"), "39": ("OH", "Ohio"),
    "40": ("OK", "Oklahoma"), "41": ("OR", "Oregon"), "42": ("PA", "Pennsylvania"), "44": ("RI", "Rhode Island"),
    "45": ("SC", "South Carolina"), "46": ("SD", "South Dakota"), "47": ("TN", "Tennessee"), "48": ("TX", "Texas"),
    "49": ("UT", "Utah"), "50": ("VT", "Vermont"), "51": ("VA", "Virginia"), "53": ("WA", "Washington"),
    "54": ("WV", "West Virginia"), "55": ("WI", "Wisconsin"), "56": ("WY", "Wyoming"), "60": ("AS", "American Samoa"),
    "66": ("GU", "Guam"), "69": ("MP", "Northern Mariana Islands"), "72": ("PR", "Puerto Rico"),
    "78": ("VI", "Virgin Islands"),
}  # fmt: skip
"""State FIPS code to postal code and name."""
FIPS: Final[Mapping[str, str]] = {postal: fips for fips, (postal, _) in STATES.items()}
_STEPS: Final = (1, 2, 4)
"""From how many on a county is drawn a step darker."""


@dataclass(frozen=True, slots=True)
class County:
    """A county of a map. `path`: SVG; `x`, `y`: the middle of its land; `number`: what is counted in it, if anything.

    `tone`: 0 to 3, how dark; `address`: where it leads, "" for nowhere.
    """

    code: str
    name: str
    path: str
    x: int
    y: int
    is_marked: bool = False
    number: int | None = None
    tone: int = 0
    address: str = ""


@dataclass(frozen=True, slots=True)
class StateMap:
    """A state and its counties, by name. `width` and `height` are of the drawing, in units of the outlines."""

    fips: str
    name: str
    width: int
    height: int
    counties: tuple[County, ...]

    @property
    def marked(self) -> tuple[County, ...]:
        """The counties that are marked."""
        return tuple(one for one in self.counties if one.is_marked)


def maps_of(codes: Collection[str], *, address: Callable[[str], str] = lambda _code: "") -> tuple[StateMap, ...]:
    """Return a map of each state that holds one of these counties (FIPS codes), those marked; by the state's name.

    A county no outline is known of is left out. `address`: where a county leads.
    """
    wanted = set(codes)
    maps = [
        _map(fips, lambda code, raw: County(**raw, code=code, is_marked=code in wanted, address=address(code)))
        for fips in {code[:2] for code in wanted}
    ]
    return tuple(sorted((one for one in maps if one is not None and one.marked), key=lambda one: one.name))


def map_of_state(postal: str) -> StateMap | None:
    """Return the map of a whole state, every county marked; None where no outline is known."""
    fips = FIPS.get(postal, "")
    return _map(fips, lambda code, raw: County(**raw, code=code, is_marked=True)) if fips else None


def map_of_numbers(
    fips: str, numbers: Mapping[str, int], *, address: Callable[[str], str] = lambda _code: ""
) -> StateMap | None:
    """Return the map of a state with a number in each county; a county without one leads nowhere."""

    def county(code: str, raw: Mapping[str, Any]) -> County:
        number = numbers.get(code, 0)
        tone = sum(number >= step for step in _STEPS)
        return County(**raw, code=code, number=number, tone=tone, address=address(code) if number else "")

    return _map(fips, county)


def name_of_county(code: str) -> str:
    """Return what a county is called, with its state (`Pima, AZ`); its code where no outline is known."""
    known = _outlines(code[:2])["counties"].get(code)
    return f"{known['name']}, {STATES[code[:2]][0]}" if known else code


def list_names(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return counties by name: code and what each is called."""
    return sorted(((code, name_of_county(code)) for code in codes), key=lambda one: (one[1][-2:], one[1]))


def _map(fips: str, county: Callable[[str, Mapping[str, Any]], County]) -> StateMap | None:
    found = _outlines(fips)
    if not found["counties"]:
        return None
    counties = sorted((county(code, raw) for code, raw in found["counties"].items()), key=lambda one: one.name)
    return StateMap(fips, STATES[fips][1], found["width"], found["height"], tuple(counties))


@cache
def _outlines(fips: str) -> Mapping[str, Any]:
    """Return what is known of a state's counties; nothing of a state that does not exist or was not drawn."""
    path = settings.STATIC_ROOT / "counties" / f"{fips}.json"
    if fips not in STATES or not path.is_file():
        return {"counties": {}}
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    return found
