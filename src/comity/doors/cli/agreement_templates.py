"""`comity agreement templates`, `template`, `clauses`, `write`: an agreement from a template. No node is needed."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

import msgspec

from comity.doors.cli.input import STDIN
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.new_file import write_new
from comity.doors.cli.say import note, say, say_facts, say_json, say_table
from comity.doors.cli.when import parse_moment
from comity.kernel.time import EmptyPeriodError, Period
from comity.standing.agreements.filling import FillingError
from comity.standing.agreements.template_parts import Template, Templates
from comity.standing.agreements.template_said import ClauseSaid, FieldSaid, clauses_said, template_said
from comity.standing.agreements.templates import load_templates
from comity.standing.agreements.writing import as_usual, filled_in, usual_choice, write_from_template

_TAKEN: Final = {"required": "always", "on": "unless left out", "off": "when asked for"}
_OPTIONS: Final = {"party": "--party", "field": "--field", "clause": "--with", "period": "--to", "code": "--code"}


def show_templates(*, language: str, form: str) -> None:
    """Print the templates there are."""
    known = load_templates()
    found = [template_said(one, templates=known, language=language) for one in known.templates.values()]
    if form == "json":
        for one in found:
            parties = {place.name: place.label for place in one.parties}
            said = {"code": one.code, "title": one.title, "about": one.about, "kind": one.kind}
            say_json({**said, "parties": parties, "reviews": one.reviews})
        return
    rows = [(one.code, one.title, ", ".join(place.name for place in one.parties), one.about) for one in found]
    say_table(("template", "title", "parties", "what for"), rows)


def show_template(*, code: str, language: str, form: str) -> None:
    """Print one template: parties, clauses with their summaries, fields with their help."""
    known = load_templates()
    template = _template(known, code)
    one = template_said(template, templates=known, language=language)
    if form == "json":
        say_json(msgspec.to_builtins(one))
        return
    say(one.title, style="bold")
    say_facts(
        {
            "template": one.code,
            "what for": one.about,
            "kind": one.kind.replace("_", " "),
            "first side": one.first,
            "second side": one.second,
            "reviews it may need": ", ".join(review.replace("_", " ") for review in one.reviews),
            "rests on": "; ".join(one.rests_on),
        }
    )
    usual = as_usual(template, templates=known, language=language)
    say("")
    rows: list[Sequence[object]] = [
        (place.name, place.label, place.role, place.side, f"{place.least} to {place.most}") for place in one.parties
    ]
    say_table(("party", "who", "role", "side", "how many"), rows)
    say("")
    rows = [(c.clause, _TAKEN[c.take or ""], c.marks, filled_in(c.summary, values=usual)) for c in one.clauses]
    say_table(("clause", "taken", "", "in plain words"), rows)
    say("")
    rows = [(field.name, field.label, _kind(field), _default(field), field.help) for field in one.fields]
    say_table(("field", "means", "type", "when not given", "help"), rows)


def show_clauses(*, code: str | None, only: str, language: str, form: str) -> None:
    """Print the catalogue (`only` is `all` or `protective`), or one clause in full."""
    known = load_templates()
    if code is not None and code not in known.clauses:
        raise MistakeError("CLAUSE", f"no clause `{code}`", _near(code, known.clauses, "comity agreement clauses"))
    found = [
        one
        for one in clauses_said(templates=known, language=language)
        if one.clause == (code or one.clause) and (only == "all" or one.protective)
    ]
    if form == "json":
        for one in found:
            say_json({name: value for name, value in msgspec.to_builtins(one).items() if name != "take"})
    elif code is not None:
        for one in found:
            _say_clause(one)
    else:
        rows = [(one.clause, one.title, one.marks, one.summary, ", ".join(one.templates)) for one in found]
        say_table(("clause", "heading", "", "in plain words", "in the templates"), rows)


def _say_clause(one: ClauseSaid) -> None:
    say(one.title, style="bold")
    say_facts(
        {
            "clause": one.clause,
            "in plain words": one.summary,
            "it is": one.marks,
            "rests on": "; ".join(one.rests_on),
            "the gate gets": ", ".join(one.enforced),
            "lays down": ", ".join(one.provisions),
            "in the templates": ", ".join(one.templates),
        }
    )
    say("", one.text)


def write(
    *,
    template: str,
    code: str,
    title: str | None,
    parties: Sequence[str],
    fields: Sequence[str],
    wanted: Sequence[str],
    unwanted: Sequence[str],
    since: str,
    until: str | None,
    out: str,
) -> None:
    """Write an agreement's file; raises `MistakeError` for what does not fit, before anything is written."""
    known = load_templates()
    chosen = _template(known, template)
    try:
        text = write_from_template(
            chosen,
            templates=known,
            code=code,
            title=title if title is not None else chosen.title.en,
            parties=_by_name("--party", "ROLE=AGENCY", parties),
            fields=_one_each(fields),
            choose=_choice(chosen, wanted, unwanted),
            period=_period(since, until),
        )
    except FillingError as error:
        field = " ".join(filter(None, (_OPTIONS.get(error.part, f"--{error.part}"), error.name)))
        raise MistakeError(field, error.message, error.remedy) from None
    write_new("--out", out, text)
    if out != STDIN:
        note(f"`{out}` is written: read it, let counsel read it")
        note(f"→ `comity agreement validate {out}`, then `comity agreement draft {out} --as AGENCY/POST`")


def _template(known: Templates, code: str) -> Template:
    if code not in known.templates:
        remedy = _near(code, known.templates, "comity agreement templates")
        raise MistakeError("TEMPLATE", f"no template `{code}`", remedy)
    return known.templates[code]


def _near(code: str, known: Iterable[str], command: str) -> str:
    near = get_close_matches(code, list(known), n=3)
    return f"did you mean {', '.join(f'`{one}`' for one in near)}?" if near else f"`{command}` lists them"


def _by_name(option: str, form: str, given: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in given:
        name, is_there, value = one.partition("=")
        if not (is_there and name.strip() and value.strip()):
            raise MistakeError(option, f"`{one}` is not of the form {form}", f"write `{option} {form}`")
        found.setdefault(name.strip(), []).append(value.strip())
    return found


def _one_each(given: Sequence[str]) -> dict[str, str]:
    found = _by_name("--field", "NAME=VALUE", given)
    for name, values in found.items():
        if len(values) > 1:
            raise MistakeError(f"--field {name}", "is given twice", "give it once")
    return {name: values[0] for name, values in found.items()}


def _choice(template: Template, wanted: Sequence[str], unwanted: Sequence[str]) -> frozenset[str]:
    """Return the optional clauses: the usual ones, with `wanted`, without `unwanted`."""
    taken = {one.id: one.take for one in template.clauses}
    for code in unwanted:
        if taken.get(code) == "required":
            remedy = "write another agreement, or leave it out of the file by hand and say why to the other parties"
            raise MistakeError(f"--without {code}", "is always in this template", remedy)
        if code not in taken:
            raise MistakeError(f"--without {code}", "is none of this template", _near(code, taken, _command(template)))
        if code in wanted:
            raise MistakeError(f"--without {code}", "is given with `--with` too", "leave one of the two out")
    return (usual_choice(template) | frozenset(wanted)) - frozenset(unwanted)


def _command(template: Template) -> str:
    return f"comity agreement template {template.code}"


def _period(since: str, until: str | None) -> Period:
    starts_at = parse_moment(since, "--from")
    ends_at = None if until is None else parse_moment(until, "--to")
    try:
        return Period(starts_at, ends_at)
    except EmptyPeriodError:
        raise MistakeError("--to", f"`{until}` is not after `{since}`", "give an end after the start") from None


def _kind(field: FieldSaid) -> str:
    return field.type if field.unit is None else f"{field.unit}, {field.least} to {field.most}"


def _default(field: FieldSaid) -> str:
    return "must be given" if field.default is None else str(field.default)
