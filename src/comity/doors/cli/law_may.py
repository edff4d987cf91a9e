"""`comity law may`: what, to whom, why; the answer by type with its authority, in one screen. Nothing is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec import structs

from comity.coordination.exchange.ask import Ask, Invalid
from comity.coordination.exchange.commands.preview import NotOfTheTwoError, Previewed, preview_may
from comity.coordination.exchange.may import May, may_of, say_counted_on, say_may
from comity.coordination.exchange.way_forward import load_hints
from comity.doors.cli.acting import STEWARD, acting_as, find_agency
from comity.doors.cli.explaining import Explainer, Why
from comity.doors.cli.mistakes import MistakeError, tell
from comity.doors.cli.node import Node
from comity.doors.cli.say import note, say, say_json
from comity.spine.policy.decision import outcome_plain
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.explain import Explanation

STYLES: Final = {May.YES: "green", May.NO: "red"}
OPTIONS: Final = {"holder": "--from", "purpose": "--purpose", "category": "--category", "elements": "--element"}


@dataclass(frozen=True, slots=True)
class Question:
    """Who would share what with whom, and why; `asker` and `acting` as AGENCY/POST, `claims` evidence codes."""

    holder: str
    asker: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    claims: tuple[str, ...]
    acting: str | None


@dataclass(frozen=True, slots=True)
class _Parties:
    holder: AgencyFacts
    asker: AgencyFacts


def may(node: Node, question: Question, *, language: str, form: str) -> None:
    """Print the answer: yes, after whose approval, or no and why, with what would help. A no is an answer too."""
    parties, by = _parties(question)
    now = node.now()
    ask = Ask(
        ask_key="may",
        holder=parties.holder.code,
        purpose=question.purpose,
        category=question.category,
        elements=question.elements,
        reference="may",
        claims=dict.fromkeys(question.claims, True),
    )
    try:
        found = preview_may(ask=ask, asker_id=parties.asker.id, by=by, now=now, keys=node.open_keys())
    except NotOfTheTwoError as error:
        remedy = f"act as a post of `{parties.holder.code}` or `{parties.asker.code}`"
        raise MistakeError("--as", str(error), remedy) from None
    if isinstance(found, Invalid):
        raise _unusable(found)
    with reading(by):
        why = Explainer(by, now, language, parties.asker.id).of_decision(found.decision, ask)
    taken = [load_hints(language)[one] for one in found.counts_on]
    counts_on = [*taken, *say_counted_on(found.evidence, language=language)]
    if form == "json":
        say_json(_as_json(question, parties, found, why, language) | {"counts_on": counts_on})
        return
    _say(parties, found, why, language)
    say(*counts_on)


def _parties(question: Question) -> tuple[_Parties, Actor]:
    """Return the two agencies and who wants to know: a post of one of them, the one that would be told if none."""
    name, _, post = question.asker.partition("/")
    with reading(STEWARD):
        parties = _Parties(find_agency(question.holder, "--from"), find_agency(name, "--to"))
    if parties.holder.id == parties.asker.id:
        raise MistakeError("--to", "is the agency that would share", "name the agency that would be told")
    by = acting_as(question.acting or question.asker)
    if post and question.acting is not None:
        remedy = f"name `{parties.asker.code}` alone: `--as` says whose post asks"
        raise MistakeError("--to", "names a post beside `--as`", remedy)
    return parties, by


def _unusable(found: Invalid) -> MistakeError:
    *others, last = found.faults
    for fault in others:
        tell(MistakeError(OPTIONS.get(fault.field, "--claim"), fault.message, fault.remedy))
    return MistakeError(OPTIONS.get(last.field, "--claim"), last.message, last.remedy)


def _say(parties: _Parties, found: Previewed, why: Why, language: str) -> None:
    words, decision = load_hints(language), found.decision
    pair = {"holder": parties.holder.code, "asker": parties.asker.code}
    sentence = say_may(decision, **pair, language=language, evidence=found.evidence)
    say(sentence, style=STYLES.get(may_of(decision, found.evidence), "yellow"))
    elements = {name: outcome_plain(outcome).get("elements", []) for name, outcome in decision.outcomes}
    for names, lines in _alike(why.lines):
        codes = ", ".join(str(code) for name in names for code in _list(elements.get(name)))
        came_to = words.get(f"class_{lines[0].outcome}", words["besides"])
        say("", f"{_labels(names, language) or came_to}: {came_to}" + (f" ({codes})" if codes else ""), style="bold")
        for line in lines:
            _say_line(line, language)
        said = {text for line in lines for text in (line.words, line.forward)}
        hints = dict.fromkeys(h for way in why.ways if way.sensitivity_class in names for h in way.hints)
        say(*(f"  → {hint}" for hint in hints if hint not in said))
    note(words["may_by_type"])


def _alike(lines: Iterable[Explanation]) -> list[tuple[list[str], tuple[Explanation, ...]]]:
    """Return the classes that came out alike for the same reasons together."""
    by_class: dict[str, list[Explanation]] = {}
    for line in lines:
        by_class.setdefault(line.sensitivity_class, []).append(structs.replace(line, sensitivity_class=""))
    alike: dict[tuple[Explanation, ...], list[str]] = {}
    for name, own in by_class.items():
        alike.setdefault(tuple(own), []).append(name)
    return [(names, own) for own, names in alike.items()]


def _say_line(line: Explanation, language: str) -> None:
    words = load_hints(language)
    say(f"  {line.words}" + (f" [{line.rule_id}: {line.citation}]" if line.rule_id else ""))
    functions = tuple(one.replace("_", " ") for one in line.approvers)
    for key, codes in (("not_shown", line.missing), ("shown_not_so", line.unmet), ("approval_by", functions)):
        if codes:
            say(f"  {words[key]}: {'; '.join(codes)}")
    if line.forward:
        say(f"  → {line.forward}")


def _labels(names: Sequence[str], language: str) -> str:
    classes = load_catalogue().classes
    return "; ".join(classes[name].label(language) if name in classes else name for name in names if name)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _as_json(question: Question, parties: _Parties, found: Previewed, why: Why, language: str) -> dict[str, object]:
    decision = found.decision
    return {
        "may": may_of(decision, found.evidence).value,
        "says": say_may(
            decision,
            holder=parties.holder.code,
            asker=parties.asker.code,
            language=language,
            evidence=found.evidence,
        ),
        "from": parties.holder.code,
        "to": parties.asker.code,
        "purpose": question.purpose,
        "category": question.category,
        "classes": {name: outcome_plain(outcome) for name, outcome in decision.outcomes},
        "reasons": [structs.asdict(line) for line in why.lines],
        "ways_forward": [
            {"class": one.sensitivity_class, "hints": one.hints, "claims": one.claims, "contact": one.contact}
            for one in why.ways
        ],
    }
