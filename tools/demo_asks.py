"""Writes the shipped files of the demonstration: 500 asks and the records lodged for them. Run again, same bytes.

No person is invented: a value says which element of which demonstration record it stands for.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

TARGET: Final = Path(__file__).parents[1] / "src/comity/host/demonstration"
CASE: Final = ("person_name", "birth_date", "case_number", "warrant", "vehicle_description", "incident_report")
CUSTODY: Final = ("person_name", "birth_date", "custody_status", "custody_facility", "booking_date", "charge")
HISTORY: Final = ("person_name", "birth_date", "criminal_history_record", "state_id_number")
INTELLIGENCE: Final = ("person_name", "case_number", "intelligence_report", "intelligence_subject")
PLATES: Final = ("plate_read", "plate_read_location", "vehicle_description")
GROUNDS: Final = ("criminal_predicate", "crime_nexus", "lawful_collection", "labels_complete")


@dataclass(frozen=True)
class Group:
    """Asks that are alike. `lodged` None: the holder has lodged no record and must answer."""

    count: int
    asker: str
    holder: str
    purpose: str
    category: str
    elements: Sequence[str]
    claims: Mapping[str, bool] = field(default_factory=dict)
    lodged: Sequence[str] | None = ()
    marks: Sequence[str] = ()
    evidence: Sequence[str] = ()
    origin: str = ""


KNOW: Final = {"need_to_know": True, "right_to_know": True}
CJI: Final = {"cji_purpose_code": True}
CJI_OF_ARIZONA: Final = {**CJI, "repository_access": True}
CJI_OF_UTAH: Final = {**CJI, "purpose_statement": True}
ASSURED: Final = {
    "assurance_necessary": True,
    "assurance_similar_purpose": True,
    "assurance_public_benefit": True,
    "purpose_statement": True,
}

GROUPS: Final = (
    Group(60, "hsi-arizona", "az-dps", "criminal_investigation", "case", CASE),
    Group(40, "cbp-bp-tucson", "santa-cruz-so", "customs", "case", CASE),
    Group(40, "hsi-arizona", "pima-so", "criminal_investigation", "case", (*CASE, "home_address")),
    Group(40, "ice-ero-phoenix", "pima-so", "civil_immigration", "custody", CUSTODY),
    Group(20, "hsi-arizona", "yuma-so", "criminal_investigation", "custody", ("release_date", "release_place")),
    Group(20, "ice-ero-phoenix", "cochise-so", "civil_immigration", "custody", ("release_date",), {}, (),
          ("onward_free",), origin="ca-cdcr"),
    Group(40, "hsi-arizona", "az-dps", "criminal_investigation", "criminal_history", HISTORY, claims=CJI_OF_ARIZONA),
    Group(10, "hsi-arizona", "az-dps", "criminal_investigation", "criminal_history", HISTORY),
    Group(30, "hsi-arizona", "az-dps", "criminal_investigation", "intelligence", INTELLIGENCE, KNOW, (), (), GROUNDS),
    Group(15, "hsi-arizona", "az-dps", "criminal_investigation", "intelligence", INTELLIGENCE, {}, (), (), GROUNDS),
    Group(
        10, "hsi-arizona", "az-dps", "criminal_investigation", "intelligence", INTELLIGENCE, KNOW, (),
        ("political_association",), ("criminal_predicate", "lawful_collection", "labels_complete"),
    ),
    Group(20, "hsi-arizona", "az-dps", "criminal_investigation", "alpr", PLATES),
    Group(25, "hsi-salt-lake", "ut-dps-sbi", "criminal_investigation", "case", CASE[:5], ASSURED, (),
          ("ut_protected",)),
    Group(20, "ice-ero-salt-lake", "ut-corrections", "civil_immigration", "custody", CUSTODY, {}, (), ("ut_private",)),
    Group(15, "ut-dps-bci", "az-dps", "criminal_investigation", "criminal_history", HISTORY, claims=CJI_OF_ARIZONA),
    Group(15, "az-dps", "ut-dps-bci", "criminal_investigation", "criminal_history", HISTORY, claims=CJI_OF_UTAH),
    Group(15, "hsi-arizona", "tohono-oodham-pd", "criminal_investigation", "tribal", ("tribal_record",)),
    Group(10, "cbp-ofo-tucson", "mesa-pd", "border_security_grant", "case", CASE[:3]),
    Group(10, "az-ag", "pima-so", "public_records", "detainee_for_ice", ("custody_status",),
          marks=("detainee_for_ice",)),
    Group(20, "hsi-arizona", "tucson-pd", "criminal_investigation", "case", CASE[:4], lodged=None),
    Group(10, "ice-ero-phoenix", "pima-so", "civil_immigration", "victim_protected", ("immigration_status",),
          marks=("protected_1367",)),
    Group(10, "ice-ero-phoenix", "santa-cruz-so", "civil_immigration", "status", ("immigration_status", "citizenship")),
    Group(5, "hsi-salt-lake", "ut-jjys", "criminal_investigation", "juvenile", ("juvenile_social_file",),
          marks=("juvenile_social",)),
)  # fmt: skip


def reference_of(group: Group, number: int) -> str:
    """Return the reference of a demonstration record: what it is of, and a number."""
    return f"DEMO-{group.category.upper()}-{number:04d}"


def asks() -> Iterator[dict[str, object]]:
    """Yield the asks, the groups dealt out in turn so that no stretch of the file is all alike."""
    numbered = [
        (index / group.count, position, group, index)
        for position, group in enumerate(GROUPS)
        for index in range(group.count)
    ]
    for serial, (_, position, group, index) in enumerate(sorted(numbered, key=lambda item: item[:2]), start=1):
        yield {
            "asker": group.asker,
            "ask_id": f"demo-{serial:04d}",
            "holder": group.holder,
            "purpose": group.purpose,
            "category": group.category,
            "elements": list(group.elements),
            "reference": reference_of(group, position * 100 + index),
            "claims": dict(group.claims),
            "justification": "demonstration",
        }


def records() -> Iterator[dict[str, object]]:
    """Yield the records the holders lodge before the asks arrive."""
    for position, group in enumerate(GROUPS):
        if group.lodged is None:
            continue
        for index in range(group.count):
            reference = reference_of(group, position * 100 + index)
            yield {
                "holder": group.holder,
                "category": group.category,
                "reference": reference,
                "values": {name: f"{name} of {reference}" for name in group.elements},
                "marks": list(group.marks),
                "evidence": list(group.evidence),
                "origin": group.origin,
            }


def write(name: str, lines: Iterator[dict[str, object]]) -> None:
    """Write one NDJSON file."""
    (TARGET / name).write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))


if __name__ == "__main__":
    write("asks.ndjson", asks())
    write("records.ndjson", records())
