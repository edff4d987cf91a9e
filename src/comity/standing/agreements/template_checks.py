"""Do the templates fit together? Every word known, every field used, everything enforceable enforceable. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.template_parts import (
    BUILT_IN,
    PLACE,
    BrokenTemplateError,
    ClauseText,
    Field,
    Template,
    Templates,
    one_line,
    placeholders,
)
from comity.standing.agreements.terms import SCHEMA, UnknownTermError, check_terms, read_terms
from comity.standing.agreements.writing import enforced

_NUMBERS: Final = frozenset({"days", "count"})


def check(templates: Templates, *, files: Mapping[str, str]) -> None:
    """Raise `BrokenTemplateError` for the first thing that does not fit. `files`: the file each clause stands in."""
    for name, field in templates.fields.items():
        _check_field(name, field)
    for code, clause in templates.clauses.items():
        for key, problem in _clause_problems(clause, templates):
            raise BrokenTemplateError(f"`{files[code]}`: `{code}.{key}`: {problem}")
    for code, template in templates.templates.items():
        for key, problem in _template_problems(template, templates):
            raise BrokenTemplateError(f"`{code}.toml`: `{key}`: {problem}")
    _check_used(templates, files)


def _check_field(name: str, field: Field) -> None:
    number = field.number
    if (field.type in _NUMBERS) != (number is not None):
        raise BrokenTemplateError(f"`words/fields.toml`: `{name}.number`: `days` and `count` have one, others do not")
    if number is not None and not number.least <= number.default <= number.most:
        raise BrokenTemplateError(f"`words/fields.toml`: `{name}.number`: the default lies outside its bounds")


def _clause_problems(clause: ClauseText, templates: Templates) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong with it) of a clause by itself."""
    for name in placeholders(clause):
        if name not in BUILT_IN and name not in templates.fields:
            yield "text", f"`{{{name}}}` is no field; declare it in `words/fields.toml`"
    for key, text in (("text", clause.text), ("summary.en", clause.summary.en), ("summary.es", clause.summary.es)):
        if {"{", "}"} & set(PLACE.sub("", text)):
            yield key, "a brace stands alone; write `{field}`"
    yield from _unknown_sources(clause.sources, templates)
    said = one_line(clause.text)
    for place, provision in enumerate(clause.provisions):
        if one_line(provision.words) not in said:
            yield f"provisions[{place}].words", "the text does not say so; take the words from the text"


def _template_problems(template: Template, templates: Templates) -> Iterator[tuple[str, str]]:
    taken = [one.id for one in template.clauses]
    for place, code in enumerate(taken):
        if code not in templates.clauses:
            yield f"clauses[{place}].id", f"`{code}` is no clause; the catalogue is in `clauses/`"
        if code in taken[:place]:
            yield f"clauses[{place}].id", f"`{code}` stands twice; leave one out"
    names = [one.name for one in template.parties]
    if len(set(names)) < len(names) or {one.side for one in template.parties} != {"first", "second"}:
        yield "parties", "a name stands twice, or a side has no place; give each side its own names"
    for place, term in enumerate(template.terms):
        if term.get("clause") not in taken:
            yield f"terms[{place}].clause", f"`{term.get('clause')}` is no clause of this template; name one"
            return
    if set(taken) <= set(templates.clauses):
        yield from _default_problems(template, templates)
        yield from _term_problems(template, templates)
    yield from _unknown_sources(template.sources, templates)


def _default_problems(template: Template, templates: Templates) -> Iterator[tuple[str, str]]:
    own = templates.fields_of(template)
    for name, value in template.defaults.items():
        number = own[name].number if name in own else None
        if name not in own:
            yield f"defaults.{name}", "no clause of this template has this field; leave it out"
        elif number is not None and not (isinstance(value, int) and number.least <= value <= number.most):
            yield f"defaults.{name}", f"`{value}` lies outside {number.least} to {number.most}; choose within"


def _term_problems(template: Template, templates: Templates) -> Iterator[tuple[str, str]]:
    """Check what would be enforced with every clause chosen, one agency at each place and every default."""
    agencies = {one.name: (one.name,) for one in template.parties}
    fields = templates.fields_of(template)
    values = {name: templates.default_of(template, name) or "x" for name in fields}
    raw: list[dict[str, Any]] = []
    for taken in template.clauses:
        raw += enforced(template, taken.id, templates=templates, agencies=agencies, values=values)
    try:
        read = read_terms({"schema": SCHEMA, "clauses": raw})
        check_terms(read, vocabulary=current_vocabulary(), parties=agencies)
    except UnknownTermError as error:
        yield "terms", str(error)


def _unknown_sources(keys: tuple[str, ...], templates: Templates) -> Iterator[tuple[str, str]]:
    for place, key in enumerate(keys):
        if key not in templates.sources:
            yield f"sources[{place}]", f"`{key}` is no source; add it to `words/sources.toml`"


def _check_used(templates: Templates, files: Mapping[str, str]) -> None:
    """Raise `BrokenTemplateError` for a clause no template has, or a field no clause."""
    taken = {one.id for template in templates.templates.values() for one in template.clauses}
    for code in templates.clauses:
        if code not in taken:
            raise BrokenTemplateError(f"`{files[code]}`: `{code}`: no template has this clause; add it to one")
    used = {name for clause in templates.clauses.values() for name in placeholders(clause)}
    used |= {name for template in templates.templates.values() for name in templates.fields_of(template)}
    for name in templates.fields:
        if name not in used:
            raise BrokenTemplateError(f"`words/fields.toml`: `{name}`: no clause uses this field; leave it out")
