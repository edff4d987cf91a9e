"""`comity ask`: each line goes its own way through the gate; one that cannot be used stops no other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import msgspec

from comity.coordination.exchange.ask import Answered, Ask, Conflict, Fault, Invalid
from comity.coordination.exchange.commands.preview import Previewed, preview_disclosures
from comity.coordination.exchange.commands.request import request_disclosures
from comity.coordination.exchange.selectors import list_entries
from comity.doors.cli.acting import acting_as
from comity.doors.cli.ask_words import Told, say_summary, say_told
from comity.doors.cli.explaining import Explainer
from comity.doors.cli.input import Item, read_as, split_json
from comity.doors.cli.mistakes import NOT_WELL, UNUSABLE, MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import progress, say_json
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading

CHUNK: Final = 50
"""Asks put through at once: small enough that progress shows."""


class AskLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ask as it is handed over: the fields of the API's."""

    holder: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    ask_id: str = ""
    reference: str = ""
    post: str = ""
    agreement: str = ""
    claims: dict[str, bool] = {}
    justification: str = ""
    case_number: str = ""

    def as_ask(self) -> Ask:
        """Return what the exchange decides; what is missing or too long, the exchange says."""
        return Ask(
            ask_key=self.ask_id,
            holder=self.holder,
            purpose=self.purpose,
            category=self.category,
            elements=self.elements,
            reference=self.reference,
            post=self.post,
            agreement=self.agreement,
            claims=self.claims,
            justification=self.justification,
            case_number=self.case_number,
        )


@dataclass(frozen=True, slots=True)
class Placed:
    """An ask and where it stood."""

    place: int
    ask: Ask


def ask(node: Node, *, content: bytes, acting: str, preview: str, form: str, language: str) -> int:
    """Put what `content` holds through the gate, or preview it; return the exit code.

    `preview`: `by_type` or `live`; `form`: `json`, `brief` or `full`. Every chunk of 50 is one transaction of the
    exchange; what was answered before a fault is recorded, and a second run returns the recorded answers.
    """
    by = acting_as(acting)
    items = split_json(content, "FILE")
    found: list[Told] = []
    explainer = Explainer(by, node.now(), language)
    with progress("asks through the gate", total=len(items)) as bar:
        for chunk in _chunks(items):
            told = _chunk(node, chunk, preview, explainer)
            if form == "json":
                for one in told:
                    say_json(one.as_json())
            found += told
            bar(len(found), len(items))
    if form != "json":
        say_told(found, form)
        say_summary(found, preview)
    bad = sum(one.is_fault for one in found)
    return 0 if not bad else UNUSABLE if bad == len(found) else NOT_WELL


def _chunk(node: Node, items: Sequence[Item], preview: str, explainer: Explainer) -> list[Told]:
    by = explainer.by
    told: dict[int, Told] = {}
    placed: list[Placed] = []
    for item in items:
        try:
            placed.append(Placed(item.place, read_as(item.raw, AskLine).as_ask()))
        except MistakeError as mistake:
            fault = Fault(mistake.field, mistake.message, mistake.remedy, code="malformed")
            told[item.place] = Told.of_faults(item.place, "", (fault,))
    results = _previewed(node, placed, by) if preview == "by_type" else _asked(node, placed, by)
    with reading(by) as cursor:
        for one, result in zip(placed, results, strict=True):
            match result:
                case Invalid(faults=faults):
                    told[one.place] = Told.of_faults(one.place, one.ask.ask_key, faults)
                case Conflict(ask_id=ask_id):
                    told[one.place] = Told.of_conflict(one.place, one.ask.ask_key, ask_id)
                case Answered():
                    entries = list_entries(cursor, result.ask_id)
                    told[one.place] = Told.of_answer(one.place, result, explainer.of_answer(result, one.ask), entries)
                case Previewed(decision=decision):
                    why = explainer.of_decision(decision, one.ask)
                    told[one.place] = Told.of_preview(one.place, one.ask.ask_key, decision, why)
    return [told[place] for place in sorted(told)]


def _asked(node: Node, placed: Sequence[Placed], by: Actor) -> Sequence[Answered | Invalid | Conflict]:
    if not placed:
        return ()
    return request_disclosures(asks=[one.ask for one in placed], by=by, now=node.now(), keys=node.open_keys())


def _previewed(node: Node, placed: Sequence[Placed], by: Actor) -> Sequence[Previewed | Invalid]:
    if not placed:
        return ()
    return preview_disclosures(asks=[one.ask for one in placed], by=by, now=node.now(), keys=node.open_keys())


def _chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
