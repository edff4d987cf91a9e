"""One signed agreement read: pages, sections, parties, model, terms, differences. Pure and deterministic."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

from comity.standing.agreements.reading.catalogue import load_model
from comity.standing.agreements.reading.compare import (
    compare_provisions,
    compare_sections,
    find_missing,
    missing_sections,
)
from comity.standing.agreements.reading.contents import without_contents
from comity.standing.agreements.reading.document import read_document
from comity.standing.agreements.reading.found import EXACT, Model, Provision, Reading, Unreadable, Why
from comity.standing.agreements.reading.layout import lay_out
from comity.standing.agreements.reading.lines import Body, Line, read_lines
from comity.standing.agreements.reading.model import is_agreement, model_doubt, score_models
from comity.standing.agreements.reading.parties import Named, find_parties
from comity.standing.agreements.reading.privacy import CONTACTS, OFFICE, PERSON, REACHED, SIGNED, shield_lines
from comity.standing.agreements.reading.proposals import propose_clauses
from comity.standing.agreements.reading.provisions import find_provisions, read_parts
from comity.standing.agreements.reading.sections import SIGNING, Part, read_sections, split_lines
from comity.standing.agreements.reading.unplaced import find_unplaced

SECTIONS_AGAIN: Final = 4
"""How many sections of the body come a second time where a file holds two agreements."""
_SAID_FOR: Final = re.compile(r"\bFor\s+(?:the\s+)?(?:LEA|ICE|DHS|OHS|AGENCY)\s*:", re.IGNORECASE)
BLOCK: Final = 10
"""Lines after such a label that may name somebody, wherever it stands."""
NEAR_SIGNED: Final = 2
"""Lines before and after the mark of a signature that may name who signed."""
_LABEL: Final = re.compile(r"^\s*(?:For|On behalf of)\s+(?:the\s+)?(?P<who>[A-Z]{2,6})\b[^:]{0,20}:\s*(?P<rest>.*)$")


def read_agreement(
    content: bytes, *, model: Model | None = None, agencies: Mapping[str, Sequence[str]] | None = None
) -> Reading | Unreadable:
    """Return what a signed agreement says, or why it cannot be read. The same bytes give the same reading.

    `model`: which one it is; found out where none is given. `agencies`: the directory's codes by an agency's name, for
    the parties; without it they stand as placeholders. Names, telephone numbers and addresses of persons are left out.
    """
    document = read_document(content)
    if isinstance(document, Unreadable):
        return document
    body = read_lines(lay_out(document.pages))
    parts, named, lines = _shielded(body, agencies)
    reads = read_parts(parts, aliases=dict.fromkeys(named.aliases, "lea"))
    if not is_agreement(reads):
        return Unreadable(
            Why.NOT_AN_AGREEMENT,
            "this is no 287(g) agreement: too few of its sections are there",
            "give the agreement itself; other agreements are written by hand, see `comity agreement draft`",
        )
    if second := _second(parts):
        return Unreadable(
            Why.TWO_AGREEMENTS,
            f"the file holds two agreements, the second from page {second}",
            "give each by itself",
        )
    scores = score_models(reads)
    chosen = load_model(model or scores[0].model)
    provisions = (*find_provisions(reads), *_contacts(parts))
    sections = tuple(part.section for part in parts if part.section.level)
    return Reading(
        digest=hashlib.sha256(content).hexdigest(),
        form=document.form,
        pages=max(len(document.pages), *(line.page for line in body.lines)),
        revised=body.revised,
        model=chosen.model,
        model_given=model is not None,
        model_doubt=model_doubt(scores, chosen.model, is_given=model is not None),
        scores=scores,
        parties=named.parties,
        sections=sections,
        provisions=provisions,
        clauses=tuple(propose_clauses(provisions, named.parties)),
        differences=(
            *compare_sections(sections, chosen),
            *compare_provisions(provisions, chosen, revised=body.revised),
        ),
        missing=(*missing_sections(sections, chosen), *find_missing(provisions, chosen, revised=body.revised)),
        unplaced=tuple(find_unplaced(reads, provisions)),
        text=_text(lines),
        notes=tuple(_notes(named, provisions)),
    )


def _shielded(
    body: Body, agencies: Mapping[str, Sequence[str]] | None
) -> tuple[tuple[Part, ...], Named, tuple[Line, ...]]:
    """Return sections, parties and lines without persons: read once to know where persons are named, then again."""
    lines = split_lines(without_contents(body.lines))
    parts = read_sections(lines)
    named = find_parties(_opening(parts), furniture=body.furniture, agencies=agencies)
    known = {word for party in named.parties for word in re.findall(r"[A-Za-z]{2,}", party.words + " " + party.name)}
    known |= {word for name in named.aliases for word in re.findall(r"[a-z]+", name)}
    shielded = shield_lines(lines, contacts=_contact_lines(parts), known=known)
    parts = read_sections(shielded.lines)
    named = find_parties(_opening(parts), furniture=body.furniture, agencies=agencies)
    return parts, named, shielded.lines


def _opening(parts: Sequence[Part]) -> str:
    """Return the words that name the parties: before the first section, and the section about them."""
    first = [part.joined.text for part in parts[:1]]
    own = [part.joined.text for part in parts if part.section.heading == "parties"]
    rest = [part.joined.text for part in parts[1:3] if part.section.heading != "parties"]
    return " ".join([*own, *first, *rest])


def _contact_lines(parts: Sequence[Part]) -> set[Line]:
    """Return the lines of contact sections, and of what follows the words of signing in a section."""
    found: set[Line] = set()
    for part in parts:
        section = part.section
        own = [line for _, line in part.joined.marks]
        if section.heading in CONTACTS:
            found |= set(own)
            continue
        for place, line in enumerate(own):
            if _SAID_FOR.search(line.text):
                found |= set(own[place : place + BLOCK])
            if SIGNED.search(line.text):
                found |= set(own[max(place - NEAR_SIGNED, 0) : place + NEAR_SIGNED + 1])
        signing = SIGNING.search(part.joined.text)
        if signing:
            start = part.joined.line_at(signing.start()).number
            found |= {line for line in own if line.number > start}
    return found


def _second(parts: Sequence[Part]) -> int:
    """Return the page on which a second agreement begins, or 0: there the row of sections begins anew."""
    seen: set[str] = set()
    again = []
    for part in parts:
        section = part.section
        if section.level == 1 and section.heading and not part.appendix:
            again += [section.page] if section.heading in seen else []
            seen.add(section.heading)
    return again[0] if len(again) >= SECTIONS_AGAIN else 0


def _contacts(parts: Sequence[Part]) -> tuple[Provision, ...]:
    """Return the offices named as points of contact, never persons, as one provision of a list."""
    offices: list[str] = []
    quotes: list[str] = []
    first: tuple[Part, Line] | None = None
    for part in parts:
        if part.section.heading not in CONTACTS - {"signatures"}:
            continue
        who = ""
        for _, line in part.joined.marks:
            label = _LABEL.match(re.sub(r"\bOHS\b", "DHS", line.text))
            who, text = (label["who"], label["rest"]) if label else (who, line.bare)
            if who and text and PERSON not in text and REACHED not in text and OFFICE.search(text):
                offices.append(f"{who}: {re.sub(r'  +', ' ', text.strip(' ,'))}")
                quotes.append(line.bare)
                first = first or (part, line)
    if first is None:
        return ()
    part, line = first
    return (
        Provision(
            "points_of_contact", tuple(sorted(set(offices))), "list", part.section.path, line.page, line.number,
            " … ".join(re.sub(r"\s+", " ", quote) for quote in quotes), EXACT,
        ),
    )  # fmt: skip


def _text(lines: Sequence[Line]) -> str:
    """Return the text without furniture and persons, one blank line at most between paragraphs."""
    text = "\n".join(re.sub(r"[ \t]+", " ", line.text).strip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _notes(named: Named, provisions: Sequence[Provision]) -> Sequence[str]:
    told = ["nothing here binds anybody: a person confirms each term, a second person each clause that permits"]
    roles = {party.role for party in named.parties}
    if "federal" not in roles:
        told.append("the federal party was not found")
    if not roles - {"federal"}:
        told.append("the local party was not found: the field may be blank")
    if doubtful := sum(bool(one.doubt) for one in provisions):
        told.append(f"{doubtful} doubtful terms stand first")
    return told
