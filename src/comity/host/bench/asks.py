"""Asks for the exchange's benchmark: distinct facts, six elements, two in five permitted, nothing to hide."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

import msgspec

from comity.host.bench.node import Say
from comity.host.bench.samples import seeded
from comity.kernel.time import Clock
from comity.spine.keys.ring import KeyRing
from comity.standing.law.catalogue import Source, load_catalogue

if TYPE_CHECKING:
    from comity.coordination.exchange.commands.file import NewRecord

PERMITTED: Final = 0.4
ELEMENTS: Final = 6
CATEGORY: Final = "case"
ASKERS: Final = ("hsi-arizona", "cbp-bp-tucson")
HOLDERS: Final = ("az-dps", "pima-so", "cochise-so", "santa-cruz-so", "yuma-so")
_CHUNK: Final = 200
# What the clause `cases` of the demonstration's memorandum lets go at once, and what no clause lists.
_LISTED: Final = (
    "person_name", "birth_date", "physical_description", "case_number", "incident_report", "warrant",
    "vehicle_description",
)  # fmt: skip
_OTHERS: Final = ("sex", "language", "work_address", "email")
_REFUSED: Final = ("civil_immigration", "statistics", "public_records", "border_security_grant")


@dataclass(frozen=True, slots=True)
class Lodged:
    """The records lodged: how many each holder has; the reference of number n is `reference_of(holder, n)`."""

    each: int


def reference_of(holder: str, number: int) -> str:
    """Return the reference of a lodged record."""
    return f"BENCH-{holder}-{number:07d}"


def lodge(*, each: int, clock: Clock, keys: KeyRing, say: Say) -> Lodged:
    """Lodge `each` records at every holder, through the ordinary command."""
    from comity.coordination.exchange.commands.file import file_records
    from comity.host.demonstration.exchange import chunks, interface_of

    for holder in HOLDERS:
        say(f"lodging {each:,} records of {holder}")
        by = interface_of(holder)
        for numbers in chunks(range(each), _CHUNK):
            file_records(records=tuple(_record(holder, number) for number in numbers), by=by, now=clock(), keys=keys)
    return Lodged(each)


def _record(holder: str, number: int) -> "NewRecord":
    from comity.coordination.exchange.commands.file import NewRecord

    reference = reference_of(holder, number)
    return NewRecord(CATEGORY, reference, {code: f"{code} of {reference}" for code in (*_LISTED, *_OTHERS)})


def make_bodies(*, lodged: Lodged, count: int, prefix: str, seed: int) -> Iterator[bytes]:
    """Yield the JSON of `count` asks; no two are the same ask, the facts vary in claims, elements and parties."""
    luck = seeded(seed)
    for number in range(count):
        yield msgspec.json.encode(make_body(luck, lodged, f"{prefix}-{number}", is_permitted=luck.random() < PERMITTED))


def make_body(luck: Random, lodged: Lodged, ask_id: str, *, is_permitted: bool) -> dict[str, object]:
    """Return one ask as the API takes it."""
    holder = luck.choice(HOLDERS)
    claimable = sorted(load_catalogue().evidence_from(Source.ASKER) - {"imminent_danger"})
    claims = {code: luck.random() < 0.5 for code in luck.sample(claimable, luck.randint(0, len(claimable)))}  # noqa: PLR2004 - shown or denied alike
    elements = luck.sample(_LISTED, ELEMENTS)
    if is_permitted and luck.random() < 0.3:  # noqa: PLR2004 - some are permitted in part
        elements[-1] = luck.choice(_OTHERS[:2])
    return {
        "ask_id": ask_id,
        "holder": holder,
        "purpose": "criminal_investigation" if is_permitted else luck.choice(_REFUSED),
        "category": CATEGORY,
        "elements": elements if is_permitted else [*elements[:4], *luck.sample(_OTHERS, 2)],
        "reference": reference_of(holder, luck.randrange(lodged.each)),
        "claims": claims,
        "justification": f"benchmark {ask_id}",
        "case_number": f"BENCH-{ask_id}",
    }
