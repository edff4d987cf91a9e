"""The rules of the shipped packs in plain words, and the vocabulary they are written in."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from comity.spine.policy.rules import Rule
from comity.standing.law.catalogue import Word, load_catalogue
from comity.standing.law.coverage import Coverage, Where, load_coverage
from comity.standing.law.packs import PACKS, Authority, load_authorities, load_rules, load_texts
from comity.standing.law.settings import load_settings
from tools.pages.markdown import code, table

W = TypeVar("W", bound=Word)
_TITLES: Final = {
    "us": "United States",
    "us-az": "Arizona",
    "us-ca": "California (as a neighboring state)",
    "us-ut": "Utah",
}

_CATALOGUE: Final = """# The catalogue

The closed vocabulary of the gate. A word that is not here is refused, in an ask, a record, a rule and a clause alike.
Names of elements follow NIEM; `comity:` marks one NIEM has no name for."""
_CATEGORIES: Final = """## Categories

A kind of record, and the classes that may be asked for in it. Where records may be hidden, every ask is answered on a
tick, whether or not a record exists."""
_MARKS: Final = """## Marks of a record

A record with a mark that hides must not even be known to exist."""
_EVIDENCE: Final = """## Evidence

Who may show it: `asker` with the ask, `holder` by a recorded act, `record` kept with the record, `system` found by
Comity itself, `setting` switched on by counsel of the node."""


def rules_page() -> str:
    """Return the list of rules, pack by pack, then the authorities."""
    rules = load_rules()
    parts = [
        f"""# Rules of the gate

{len(rules)} rules in {len(PACKS)} packs. **No counsel has approved them**: each stands for a reading of its source that
a lawyer must confirm before live use. What a rule's text holds is in `src/comity/standing/law/packs`; a decision table
for each is in `src/comity/standing/law/decisions`. Clauses of agreements become rules too and are listed by no page:
read them with the agreement.

Kinds: *permit* lets go; *forbid* keeps back and beats every permit; *mandate* says that sharing is a duty (against a
state's forbid it is held for counsel); *require* adds a duty; *warn* adds a warning. Nothing matched is a refusal.
"""
    ]
    for jurisdiction in PACKS:
        own = [rule for rule in rules if rule.jurisdiction == jurisdiction]
        parts.append(f"## {_TITLES.get(jurisdiction, jurisdiction)}: `{jurisdiction}`\n\n" + "\n".join(map(_rule, own)))
    parts.append(_authorities())
    return "\n".join(parts)


def _rule(rule: Rule) -> str:
    texts = load_texts()
    words = {language: texts[language][rule.says] for language in ("en", "es")}
    lines = [
        f"### `{rule.id}`",
        "",
        f"*{rule.kind}*, {rule.cite}. Source: {', '.join(f'[{key}](../sources.md)' for key in rule.source.split())}.",
        "",
        f"- en: {words['en'].says} *{words['en'].forward}*",
        f"- es: {words['es'].says} *{words['es'].forward}*",
    ]
    if rule.classes is not None:
        lines.append(f"- only the class {code(*sorted(rule.classes))}")
    if rule.needs:
        lines.append(f"- satisfied by {' or '.join(' with '.join(f'`{c}`' for c in group) for group in rule.needs)}")
    if rule.obligations:
        lines.append(f"- obliges to {code(*rule.obligations)}")
    if rule.starts_on or rule.ends_on:
        lines.append(f"- applies from {rule.starts_on or 'ever'}{f' until {rule.ends_on}' if rule.ends_on else ''}")
    return "\n".join([*lines, ""])


def _from_to(one: Authority) -> str:
    return f"{one.starts_on or ''} to {one.ends_on}" if one.ends_on else str(one.starts_on or "")


def _authorities() -> str:
    rows = [
        (f"`{one.code}`", one.citation, one.effect, _from_to(one), code(*one.tags), f"{one.mark}-{one.confidence}")
        for one in sorted(load_authorities().values(), key=lambda one: one.code)
    ]
    return (
        "## Authorities\n\nEverything the law of coordination rests on here, also what no rule cites yet: it bears on"
        " acts that have no rules so far. Mark: S, the text was read in a public copy; K, general knowledge to be"
        " checked. Confidence: H, M, L. A day is given where it is known.\n\n"
        + table(("key", "citation", "effect in our words", "since", "bears on", "mark"), rows)
    )


def coverage_page() -> str:
    """Return what keeps each rule of the notes on sharing and privacy."""
    coverage = load_coverage()
    counted = Counter(one.where for one in coverage.values())
    rows = [(f"`{one.code}`", one.where.value, _kept_by(one), one.says) for one in coverage.values()]
    return f"""# What keeps each rule

The gate's rules follow two sets of notes ([sources](../sources.md)): `law-NN` is a rule of the law notes on sharing and
privacy, `xe-NN` one of the notes on exchange.

- {counted[Where.GATE]} are kept by [rules](rules.md) of the gate
- {counted[Where.CODE]} are kept by code, whatever the rules say
- {counted[Where.LATER]} wait for the act they are about: nothing keeps those yet

{table(("rule", "kept by", "where", "what"), rows)}"""


def _kept_by(one: Coverage) -> str:
    match one.where:
        case Where.GATE:
            return ", ".join(f"[`{rule}`](rules.md#{rule})" for rule in one.rules)
        case Where.CODE:
            return f"`{one.path}`"
        case Where.LATER:
            return f"waits for {one.waits_for}"


def settings_page() -> str:
    """Return what is not settled: what counsel of a node may switch, and what nobody does."""
    settings = load_settings().values()
    switched = [
        (f"`{one.id}`", one.en, one.es, one.governs_en, code(*one.bears_on) or "no rule yet", code(*one.sources))
        for one in settings
        if not one.is_note
    ]
    notes = [(f"`{one.id}`", one.en, one.es, one.governs_en, code(*one.sources)) for one in settings if one.is_note]
    return f"""# What is not settled

Where courts disagree, or the law changes faster than a release of it, nothing is built in. A *setting* is off until
counsel of the node switches it on, and off is the strict reading: a rule reads it as evidence (`setting_…`) that no
asker, holder or record can show. Switching one on lifts a bar; it permits nothing by itself. A *note* has nothing to
switch.

## Settings

{table(("setting", "on, it says", "en español", "what it governs", "rules that read it", "sources"), switched)}
## Notes

{table(("note", "what is kept to", "en español", "why", "sources"), notes)}"""


def catalogue_page() -> str:
    """Return every word an ask, a record, a rule or a clause may use."""
    known = load_catalogue()
    elements = [
        (f"`{one.code}`", one.en, one.es, f"`{one.sensitivity_class}`", f"`{one.niem}`")
        for one in sorted(known.elements.values(), key=lambda one: (one.sensitivity_class, one.code))
    ]
    categories = [
        (f"`{one.code}`", one.en, one.es, code(*one.classes), "yes" if one.may_hide else "")
        for one in _sorted(known.categories)
    ]
    evidence = [(f"`{one.code}`", one.en, one.es, one.source.value) for one in _sorted(known.evidence)]
    duties = [(f"`{one.code}`", one.en, one.es, one.argument.value) for one in _sorted(known.obligations)]
    marks = [(f"`{one.code}`", one.en, one.es, "yes" if one.hides else "") for one in _sorted(known.marks)]
    sections = {
        _CATALOGUE: "",
        "## Sensitivity classes\n\nThe gate decides one class at a time.": _words(known.classes),
        "## Elements": table(("code", "en", "es", "class", "NIEM name"), elements),
        _CATEGORIES: table(("code", "en", "es", "classes", "may hide"), categories),
        "## Purposes": _words(known.purposes),
        _MARKS: table(("code", "en", "es", "hides"), marks),
        _EVIDENCE: table(("code", "en", "es", "shown by"), evidence),
        "## Obligations\n\nWritten `verb` or `verb:argument`.": table(("code", "en", "es", "argument"), duties),
    }
    return "\n".join(f"{heading}\n\n{body}" if body else f"{heading}\n" for heading, body in sections.items())


def _sorted(words: Mapping[str, W]) -> Iterable[W]:
    return [word for _, word in sorted(words.items())]


def _words(words: Mapping[str, Word]) -> str:
    return table(("code", "en", "es"), [(f"`{one.code}`", one.en, one.es) for one in _sorted(words)])
