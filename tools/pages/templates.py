"""The templates of agreements and the catalogue of their clauses, as they ship."""

from collections.abc import Iterable

from comity.standing.agreements.template_parts import ClauseText, Template
from comity.standing.agreements.templates import load_templates
from tools.pages.markdown import code, table

_HEAD = """# Templates and clauses

{templates} templates choose from {clauses} clauses, {protective} of them optional and protective. All are in our own
words; **no counsel has approved them**. Where a clause is *contested* the law is open: its text takes the strict side
and says that counsel decides. *Enforced* clauses become rules of the gate. How to use them:
[write an agreement from a template](../how-to/write-from-a-template.md). The files are in
`src/comity/standing/agreements/templates`; keys of sources are explained in [sources](../sources.md), those that begin
with `law-` and `xe-` are rules of our notes on law and exchange.
"""
_TAKEN = {"required": "always", "on": "unless left out", "off": "when asked for"}


def page() -> str:
    """Return the page."""
    known = load_templates()
    protective = sum(clause.protective for clause in known.clauses.values())
    parts = [
        _HEAD.format(templates=len(known.templates), clauses=len(known.clauses), protective=protective),
        "## Templates\n",
        *(_template(one) for one in known.templates.values()),
        "## Clauses\n",
        *(_clause(name, one) for name, one in known.clauses.items()),
        "## Fields\n\nA number lies within its bounds; without a default the field must be given.\n",
        _fields(),
    ]
    return "\n".join(parts)


def _template(one: Template) -> str:
    parties = [
        (
            f"`{place.name}`",
            place.label.en,
            place.role.value,
            getattr(one.sides, place.side),
            _count(place.least, place.most),
        )
        for place in one.parties
    ]
    taken = [f"{word}: {code(*(c.id for c in one.clauses if c.take == key))}" for key, word in _TAKEN.items()]
    return "\n".join(
        [
            f"### `{one.code}`: {one.title.en}",
            "",
            f"{one.about.en} *{one.title.es}: {one.about.es}*",
            "",
            f"Kind `{one.kind.value}`. Sources: {code(*one.sources)}. Reviews it may need: {code(*one.reviews)}.",
            "",
            table(("party", "who", "role", "side", "how many"), parties),
            *_list(taken),
        ]
    )


def _count(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} to {most}"


def _clause(name: str, one: ClauseText) -> str:
    marks = {"protective": one.protective, "contested": one.contested}
    said = "".join(f" *{word}.*" for word, is_so in marks.items() if is_so)
    lines = [f"en: {one.summary.en}", f"es: {one.summary.es}", f"sources: {code(*one.sources)}"]
    lines += [f"enforced: {code(*(term['kind'] for term in one.terms))}"] if one.terms else []
    lines += [f"lays down: {code(*(provision.term for provision in one.provisions))}"] if one.provisions else []
    return "\n".join([f"### `{name}`: {one.title.en}", "", f"{' '.join(one.text.split())}{said}", "", *_list(lines)])


def _list(lines: Iterable[str]) -> list[str]:
    return [*(f"- {line}" for line in lines if not line.endswith(": ")), ""]


def _fields() -> str:
    rows = [
        (
            f"`{name}`",
            one.label.en,
            one.label.es,
            one.type if one.number is None else f"{one.number.unit}, {one.number.least} to {one.number.most}",
            "" if one.number is None else str(one.number.default),
        )
        for name, one in sorted(load_templates().fields.items())
    ]
    return table(("field", "en", "es", "type", "default"), rows)
