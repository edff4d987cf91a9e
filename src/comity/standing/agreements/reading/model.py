"""Which model an agreement follows: what its title says, the signs of each model, the headings it has."""

import re
from collections.abc import Sequence
from typing import Final

from comity.standing.agreements.reading.catalogue import load_model
from comity.standing.agreements.reading.found import Model, ModelScore
from comity.standing.agreements.reading.provisions import Read

TITLE: Final = 4.0
SIGN: Final = 1.0
HEADING: Final = 0.25
CLOSE: Final = 0.15
"""Below which distance of two scores the model is doubtful."""
_TITLES: Final = {
    Model.TFM: re.compile(r"task force (?:model|officers? program)"),
    Model.WSO: re.compile(r"warrant service officers?(?: program| model)?"),
    Model.JEM: re.compile(r"jail enforcement (?:model|officers?)"),
}
_ONLY: Final = {
    Model.TFM: ("training_assignments", "local_charges", "policy"),
    Model.WSO: ("interpretation", "documentation", "communication"),
    Model.JEM: ("detention", "steering_committee", "outreach", "news_media", "prioritization", "detainers"),
}
"""Headings that one model has more often than the others."""
HEAD_WORDS: Final = 60
KNOWN_SECTIONS: Final = 3


def score_models(reads: Sequence[Read]) -> tuple[ModelScore, ...]:
    """Return how much speaks for each model, the likeliest first; scores add up to 1 where anything speaks."""
    whole = " ".join(read.normal.text for read in reads)
    head = " ".join(" ".join(read.normal.text for read in reads[:2]).split()[:HEAD_WORDS])
    headings = {read.part.section.heading for read in reads}
    found = [(model, *_signs(model, whole, head, headings)) for model in Model]
    total = sum(weight for _, weight, _ in found) or 1.0
    scores = [ModelScore(model, round(weight / total, 3), signs) for model, weight, signs in found]
    return tuple(sorted(scores, key=lambda one: (-one.score, one.model.value)))


def _signs(model: Model, whole: str, head: str, headings: set[str]) -> tuple[float, tuple[str, ...]]:
    weight, told = 0.0, []
    if match := _TITLES[model].search(head):
        weight += TITLE
        told.append(f"its head says `{match[0]}`")
    for sign in load_model(model).signs:
        if match := sign.search(whole):
            weight += SIGN
            told.append(f"it says `{match[0]}`")
    for heading in _ONLY[model]:
        if heading in headings:
            weight += HEADING
            told.append(f"it has a section `{heading}`")
    return weight, tuple(told)


def model_doubt(scores: Sequence[ModelScore], chosen: Model, *, is_given: bool) -> str:
    """Return what is doubtful about the model, or nothing."""
    likeliest = scores[0]
    if is_given and likeliest.model != chosen and likeliest.score > 0:
        return f"the text looks more like `{likeliest.model.value}`"
    if is_given:
        return ""
    if likeliest.score == 0:
        return "nothing in the text tells the model; say which with `--model`"
    if len(scores) > 1 and likeliest.score - scores[1].score < CLOSE:
        return f"it could be `{scores[1].model.value}` as well; say which with `--model`"
    return ""


def is_agreement(reads: Sequence[Read]) -> bool:
    """Tell whether the text is a 287(g) agreement: it names the law or ICE, and has known sections."""
    whole = " ".join(read.normal.text for read in reads)
    names_law = bool(re.search(r"\b(?:287 g|1357 g|immigration and customs enforcement|immigration officer)\b", whole))
    agrees = bool(re.search(r"\b(?:memorandum of (?:agreement|understanding)|moa|mou|agreement)\b", whole))
    known = {read.part.section.heading for read in reads} - {""}
    return names_law and agrees and len(known) >= KNOWN_SECTIONS
