"""What an ask or a disclosure told outside names: the choices of its form, and what was filled in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import QueryDict

from comity.standing.agreements.selectors import list_agreements
from comity.standing.agreements.states import IN_FORCE
from comity.standing.directory.facts import AgencyFacts
from comity.standing.law.catalogue import Source, Word, load_catalogue

LISTED: Final = ("element", "claim")
"""The fields that hold several values."""
_LINKED: Final = frozenset({"holder", "purpose", "category", "agreement"})
"""The other fields that an address may fill in."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says, field by field; `several` are those of `LISTED`."""

    single: Mapping[str, str]
    several: Mapping[str, tuple[str, ...]]

    def __getitem__(self, name: str) -> str:
        """Return what a field says, stripped; "" where it says nothing."""
        return self.single.get(name, "").replace("\0", "").strip()

    def all(self, name: str) -> tuple[str, ...]:
        """Return what a field of several values says, each value once."""
        return tuple(dict.fromkeys(value for value in self.several.get(name, ()) if value))

    def __bool__(self) -> bool:
        """Tell whether anything was filled in."""
        return any(self.single.values()) or any(self.several.values())


def filled_of(given: QueryDict | Mapping[str, list[str]]) -> Filled:
    """Return what came with a request, or was kept of a form."""
    lists = dict(given.lists()) if isinstance(given, QueryDict) else dict(given)
    return Filled(
        {name: str(values[0]) for name, values in lists.items() if values and name not in LISTED},
        {name: tuple(map(str, lists.get(name, ()))) for name in LISTED},
    )


def linked(given: QueryDict) -> Filled:
    """Return what an address says of a question, by type: no record's number and no key of an ask come by a link."""
    filled = filled_of(given)
    return Filled({name: value for name, value in filled.single.items() if name in _LINKED}, filled.several)


def choices(filled: Filled, language: str) -> dict[str, object]:
    """Return purposes, kinds of record, what the chosen kind holds, and what may be stated."""
    known = load_catalogue()
    category = known.categories.get(filled["category"])
    claims = [one for one in known.evidence.values() if one.source is Source.ASKER]
    elements = [
        one for one in known.elements.values() if category is not None and one.sensitivity_class in category.classes
    ]
    return {
        "purposes": _options(known.purposes.values(), {filled["purpose"]}, language),
        "categories": _options(known.categories.values(), {filled["category"]}, language),
        "elements": _options(elements, filled.all("element"), language),
        "claims": _options(claims, filled.all("claim"), language),
        "has_claims": bool(filled.all("claim")),
    }


def agencies(found: Iterable[AgencyFacts], chosen: str) -> list[Option]:
    """Return agencies to choose from, by name."""
    return _sorted(Option(one.code, one.name, one.code == chosen) for one in found)


def in_force_between(own: AgencyFacts, other: AgencyFacts | None, now: datetime) -> list[str]:
    """Return the codes of agreements in force that bind both, sorted; read in the caller's transaction."""
    if other is None:
        return []
    both = {own.id, other.id}
    return sorted(
        one.code
        for one in list_agreements()
        if one.standing(now) == IN_FORCE and both <= {party.agency_id for party in one.parties}
    )


def partners_in_force(own: AgencyFacts, now: datetime) -> set[str]:
    """Return the codes of the agencies one has an agreement in force with; read in the caller's transaction."""
    bound = [one for one in list_agreements() if one.standing(now) == IN_FORCE]
    return {party.agency_code for one in bound for party in one.parties} - {own.code}


def _options(words: Iterable[Word], chosen: Collection[str], language: str) -> list[Option]:
    return _sorted(Option(one.code, one.label(language), one.code in chosen) for one in words)


def _sorted(options: Iterable[Option]) -> list[Option]:
    return sorted(options, key=lambda one: one.label.casefold())
