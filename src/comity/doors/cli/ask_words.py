"""What `comity ask` says of each ask: by class, with the authority, what is missing, and the way forward."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from msgspec import structs

from comity.coordination.exchange.ask import Answered, Fault
from comity.coordination.exchange.way_forward import WayForward
from comity.doors.cli.explaining import Why
from comity.doors.cli.say import say, say_table
from comity.kernel.canonical import Json
from comity.spine.policy.decision import DISCLOSED, REFUSED, Decision, Outcome, Refuse
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.explain import Explanation

FAULT: Final = "invalid"
CONFLICT: Final = "conflict"
IN_PART: Final = "disclosed in part: what was permitted and is in the record goes at once, the rest does not"
STATUS_WORDS: Final = {
    "disclosed": "disclosed: what was permitted goes at once",
    "needs_approval": "waits for approval by the holder",
    "held": "held for counsel: a mandate meets a state's bar",
    "refused": "refused",
    "awaiting_answer": "waits for the holder's answer",
    "pending": "answered in a few seconds; run the same ask again",
    "no_record": "the holder has no such record",
    "nothing_to_share": "nothing to share",
    "told_outside": "told outside the gate",
    "stopped": "stopped on its way: an agreement no longer stands",
    CONFLICT: "the same ask_id was used for another ask, which stands",
    FAULT: "could not be used",
}
STYLES: Final = {"disclosed": "green", "refused": "red", FAULT: "bold red", CONFLICT: "bold red"}
WOULD: Final = {
    "disclosed": "would be disclosed",
    "needs_approval": "would wait for approval",
    "held": "would be held for counsel",
    "refused": "would be refused",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one ask. `status` is the exchange's word, or `invalid` or `conflict`; `place` where it stood."""

    place: int
    ask_key: str
    status: str
    ask_id: UUID | None = None
    faults: tuple[Fault, ...] = ()
    why: Why = field(default_factory=Why)
    elements: tuple[tuple[str, tuple[str, ...]], ...] = ()
    entries: tuple[UUID, ...] = ()
    is_repeated: bool = False
    is_preview: bool = False
    in_part: bool = False
    withheld: tuple[tuple[str, tuple[str, ...]], ...] = ()
    not_held: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of_faults(cls, place: int, ask_key: str, faults: tuple[Fault, ...]) -> "Told":
        """Tell of an ask that could not be used."""
        return cls(place, ask_key, FAULT, faults=faults)

    @classmethod
    def of_conflict(cls, place: int, ask_key: str, ask_id: UUID) -> "Told":
        """Tell of a key that stands for another ask."""
        fault = Fault("ask_id", f"`{ask_key}` stands for another ask, `{ask_id}`", "give this ask its own ask_id")
        return cls(place, ask_key, CONFLICT, ask_id=ask_id, faults=(fault,))

    @classmethod
    def of_answer(cls, place: int, answered: Answered, why: Why, entries: Iterable[UUID]) -> "Told":
        """Tell of an ask that is recorded."""
        return cls(
            place,
            answered.ask_key,
            answered.status,
            ask_id=answered.ask_id,
            why=why,
            elements=_codes(answered.classes, "elements"),
            entries=tuple(entries),
            is_repeated=answered.repeated,
            in_part=bool(answered.in_part),
            withheld=_codes(answered.classes, "withheld"),
            not_held=_codes(answered.classes, "not_held"),
        )

    @classmethod
    def of_preview(cls, place: int, ask_key: str, decision: Decision, why: Why) -> "Told":
        """Tell what would become of an ask of this type."""
        elements = tuple((name, _of_outcome(outcome)) for name, outcome in decision.outcomes)
        return cls(place, ask_key, decision.headline, why=why, elements=elements, is_preview=True)

    @property
    def is_fault(self) -> bool:
        """Tell whether the ask was not decided."""
        return self.status in {FAULT, CONFLICT}

    @property
    def words(self) -> str:
        """The status in plain words."""
        words = IN_PART if self.in_part else (WOULD if self.is_preview else STATUS_WORDS).get(self.status, self.status)
        return f"{words} (asked before: the recorded answer)" if self.is_repeated else words

    def as_json(self) -> dict[str, object]:
        """Return it for machines; fields that say nothing are left out."""
        whole: dict[str, object] = {
            "line": self.place,
            "ask_id": self.ask_key,
            "status": self.status,
            "preview": self.is_preview,
            "repeated": self.is_repeated,
            "id": self.ask_id,
            "entries": self.entries,
            "in_part": self.in_part,
            "elements": {name: codes for name, codes in self.elements if codes},
            "withheld": {name: codes for name, codes in self.withheld if codes},
            "not_held": {name: codes for name, codes in self.not_held if codes},
            "reasons": [_reason(line) for line in self.why.lines],
            "ways_forward": [_way(way) for way in self.why.ways],
            "errors": [{"field": f.field, "message": f.message, "remedy": f.remedy} for f in self.faults],
        }
        return {name: value for name, value in whole.items() if value or name in {"line", "status"}}


def _reason(line: Explanation) -> dict[str, object]:
    whole: dict[str, object] = {
        "class": line.sensitivity_class,
        "outcome": line.outcome,
        "rule": line.rule_id,
        "citation": line.citation,
        "says": line.words,
        "missing": line.missing,
        "unmet": line.unmet,
        "approvers": line.approvers,
        "forward": line.forward,
    }
    return {name: value for name, value in whole.items() if value}


def _way(way: WayForward) -> dict[str, object]:
    whole = {"class": way.sensitivity_class, "hints": way.hints, "claims": way.claims, "contact": way.contact}
    return {name: value for name, value in whole.items() if value}


def _codes(classes: Json, field: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(classes, dict):
        return ()
    found = []
    for name, shown in sorted(classes.items()):
        elements = shown.get(field) if isinstance(shown, dict) else None
        found.append((name, tuple(str(code) for code in elements) if isinstance(elements, list) else ()))
    return tuple(found)


def _of_outcome(outcome: Outcome) -> tuple[str, ...]:
    return () if isinstance(outcome, Refuse) else outcome.elements


def say_told(found: Sequence[Told], form: str) -> None:
    """Print each ask, in a line (`brief`) or with its reasons (`full`)."""
    for one in found:
        name = one.ask_key or f"line {one.place}"
        say(f"{name}: {one.words}", style=STYLES.get(one.status, "yellow"))
        for fault in one.faults:
            field = f", {fault.field}" if fault.field else ""
            say(f"  line {one.place}{field}: {fault.message}")
            say(f"    → {fault.remedy}")
        if form == "full":
            _say_reasons(one)
            _say_rest(one)
            if one.entries:
                say(f"  recorded in ledger entry {one.entries[-1]}")


def _say_reasons(told: Told) -> None:
    """Print the reasons, classes that came out alike for the same reasons together."""
    alike: dict[tuple[str, tuple[Explanation, ...]], list[str]] = {}
    why = told.why.lines
    for name in dict.fromkeys(line.sensitivity_class for line in why):
        lines = tuple(structs.replace(line, sensitivity_class="") for line in why if line.sensitivity_class == name)
        alike.setdefault((lines[0].outcome, lines), []).append(name)
    elements = dict(told.elements)
    for (outcome, lines), names in alike.items():
        codes = ", ".join(code for name in names for code in elements.get(name, ()))
        words = WOULD.get(outcome, outcome) if told.is_preview else outcome.replace("_", " ")
        say(f"  {_classes(names)}: {words}" + (f" ({codes})" if codes else ""))
        for line in lines:
            _say_line(line)
        _say_ways([way for way in told.why.ways if way.sensitivity_class in names], lines)


def _say_rest(told: Told) -> None:
    """Print what did not leave of an ask answered in part or not at all, apart from why."""
    for words, found in (("withheld", told.withheld), ("not in the record", told.not_held)):
        codes = [code for _, elements in found for code in elements]
        if codes:
            say(f"  {words}: {', '.join(codes)}")


def _say_ways(ways: Iterable[WayForward], lines: Iterable[Explanation]) -> None:
    """Print what would help, but for what the reasons said already."""
    said = {text for line in lines for text in (line.words, line.forward)}
    for hint in dict.fromkeys(hint for way in ways for hint in way.hints):
        if hint not in said:
            say(f"    → {hint}")


def _classes(names: Sequence[str]) -> str:
    classes = load_catalogue().classes
    return "; ".join(classes[name].en if name in classes else name or "besides" for name in names)


def _say_line(line: Explanation) -> None:
    say(f"    {line.words}" + (f" [{line.rule_id}: {line.citation}]" if line.rule_id else ""))
    for words, codes in (
        ("not shown", line.missing),
        ("shown not to be so", line.unmet),
        ("approval by", tuple(one.replace("_", " ") for one in line.approvers)),
    ):
        if codes:
            say(f"    {words}: {'; '.join(codes)}")
    if line.forward and line.outcome != DISCLOSED:
        say(f"    → {line.forward}")


def say_summary(found: Sequence[Told], preview: str) -> None:
    """Print how many asks came out how, and what refused."""
    statuses = Counter(one.status for one in found)
    words = WOULD if preview == "by_type" else STATUS_WORDS
    rows = [
        (count, STATUS_WORDS[s] if s in {FAULT, CONFLICT} else words.get(s, s)) for s, count in statuses.most_common()
    ]
    say("")
    say_table(("asks", "outcome"), rows)
    refusals = Counter(
        (line.rule_id or "none", line.citation, line.words)
        for one in found
        for line in one.why.lines
        if line.outcome == REFUSED
    )
    if refusals:
        say("")
        say_table(
            ("classes", "refused by", "authority", "in plain words"),
            [(count, *line) for line, count in refusals.most_common()],
        )
