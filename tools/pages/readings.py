"""The terms a reading of a signed agreement looks for, with what each model says."""

from typing import Final

from comity.standing.agreements.reading import found
from comity.standing.agreements.reading.catalogue import Term, load_model, load_questions, load_terms
from comity.standing.agreements.reading.compare import told
from comity.standing.agreements.reading.found import Model
from comity.standing.agreements.reading.headings import known_headings
from tools.pages.markdown import code, table

_HEAD: Final = f"""# Terms read from signed agreements

What [`comity agreement import`](../how-to/import-a-signed-agreement.md) looks for in a signed 287(g) agreement, by the
question it answers, and the value in each model. Empty: the model does not state it, or it is not known that it does. A
value of a later revision stands with that revision's date. How each is said, as patterns over words, is in
`src/comity/standing/agreements/reading/provisions.toml`.

## How sure

A rule, not a guess, says how sure a term is; below 0.8 a *doubt* says why, and doubtful terms come first.

| sure | when |
|---|---|
| {found.EXACT} | the words stand in a section where the models have them, read as they are written |
| {found.REPAIRED} | the same, but some word was repaired from a recognition error |
| {found.ELSEWHERE} | the words stand in another section, or the figure counts working days |
| {found.FIGURE_REPAIRED} | a figure was repaired (`9O days`) |
| {found.CONFLICTING} | the document gives two values, or a figure that differs in words and digits; both are told |
"""
_NAMES: Final = {Model.TFM: "task force", Model.WSO: "warrant service", Model.JEM: "jail"}


def page() -> str:
    """Return the terms by question, then the headings that are known."""
    parts = [_HEAD]
    for question, names in load_questions().items():
        terms = [term for term in load_terms().values() if term.question == question]
        rows = [_row(term) for term in terms]
        heads = ("term", "English", "Spanish", "unit", *(_NAMES[model] for model in Model))
        parts.append(f"## {names['en']}\n\n{table(heads, rows)}")
    rows = [(code(one.code), one.names["en"], one.names["es"]) for one in known_headings().values()]
    parts.append(f"## Headings that are known\n\n{table(('code', 'English', 'Spanish'), rows)}")
    return "\n".join(parts)


def _row(term: Term) -> tuple[str, ...]:
    return (
        code(term.code),
        term.names["en"],
        term.names["es"],
        term.unit,
        *(_value(term, model) for model in Model),
    )


def _value(term: Term, model: Model) -> str:
    text = load_model(model)
    if term.code in text.terms:
        return told(text.terms[term.code], term.unit)
    for on, terms in text.since.items():
        if term.code in terms:
            return f"{told(terms[term.code], term.unit)} (since {on})"
    return ""
