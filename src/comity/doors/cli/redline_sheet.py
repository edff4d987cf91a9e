"""What changed between two texts, as it is shown: on the terminal, as JSON, as a page. No node is needed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from rich.text import Text

from comity.doors.cli.new_file import write_new
from comity.doors.cli.redline_page import page_of
from comity.doors.cli.redline_parts import Sheet, Side
from comity.doors.cli.say import moment, out, say, say_facts, say_json, shown
from comity.standing.agreements.excerpt import Left, excerpt
from comity.standing.agreements.redline import Change, Kind

AROUND: Final = 1
"""Unchanged paragraphs shown around changes on a terminal."""
STYLES: Final = {Kind.KEEP: "", Kind.DELETE: "red strike", Kind.INSERT: "green underline"}
MARKS: Final = {Kind.DELETE: ("[-", "-]"), Kind.INSERT: ("{+", "+}")}


def show_sheet(sheet: Sheet, *, around: int | None, language: str, html: str | None, form: str) -> None:
    """Print what changed, or write it as a page to a new file; raises `MistakeError` for a file that is there."""
    if html is not None:
        rows = [*excerpt(sheet.changes, around)]
        write_new("--html", html, page_of(sheet, rows, language=language))
    elif form == "json":
        say_json(_json(sheet, around))
    else:
        _print(sheet, AROUND if around is None else around)


def _print(sheet: Sheet, around: int) -> None:
    say(sheet.title, style="bold")
    count = sheet.words
    say_facts(
        {
            "from": _said(sheet.old),
            "to": _said(sheet.new),
            "words": f"{count['delete']} deleted, {count['insert']} inserted, {count['keep']} kept",
        }
    )
    for field in sheet.head:
        say(f"{field.name.replace('_', ' ')}: {_value(field.old)} → {_value(field.new)}")
    for row in excerpt(sheet.changes, around):
        say("")
        if isinstance(row, Left):
            numbered = f", {row.renumbered} of them with another number" if row.renumbered else ""
            say(f"… {row.count} paragraphs as they were{numbered} …", style="dim")
        else:
            out().print(_paragraph(row), soft_wrap=True)
    for term in sheet.terms:
        say("", f"{term.part.removesuffix('s')} `{term.key}` {term.fate.value}", style="bold")
        for field in term.fields if term.fate.value == "changed" else ():
            say(f"  {field.name}: {_value(field.old)} → {_value(field.new)}")
        for mark, sentence in ((Kind.DELETE, term.old), (Kind.INSERT, term.new)):
            if sentence:
                out().print(Text("  ").append(_run(mark, sentence)), soft_wrap=True)
    if not (sheet.head or sheet.terms or count["delete"] or count["insert"]):
        say("", "no word changed")


def _said(side: Side) -> str:
    by = f", offered by {side.by}" if side.by else ""
    return f"{side.name}{by}{f', {moment(side.at)}' if side.at else ''}"


def _paragraph(changes: Sequence[Change]) -> Text:
    text = Text()
    for one in changes:
        text.append(_run(one.kind, one.text))
    text.rstrip()
    return text


def _run(kind: Kind, words: str) -> Text:
    """Return a run in its color, or in marks where there is none; white space at its end stands outside."""
    said = shown(words.replace("\t", " "))
    core = said.rstrip()
    space = said[len(core) :]
    if kind is Kind.KEEP:
        return Text(said)
    console = out()
    if console.no_color or console.color_system is None:
        start, end = MARKS[kind]
        return Text(f"{start}{core or '¶'}{end}{space}")
    return Text().append(core or "¶", style=STYLES[kind]).append(space)


def _value(value: object) -> str:
    match value:
        case None:
            return "not stated"
        case datetime():
            return moment(value)
        case list() | tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _json(sheet: Sheet, around: int | None) -> dict[str, object]:
    return {
        "title": sheet.title,
        "from": _side_json(sheet.old),
        "to": _side_json(sheet.new),
        "words": sheet.words,
        "head": [{"field": one.name, "old": one.old, "new": one.new} for one in sheet.head],
        "paragraphs": [
            {"left": one.count, "renumbered": one.renumbered}
            if isinstance(one, Left)
            else {"runs": [{"kind": change.kind.value, "text": change.text} for change in one]}
            for one in excerpt(sheet.changes, around)
        ],
        "terms": [
            {
                "part": term.part,
                "key": term.key,
                "fate": term.fate.value,
                "fields": [{"field": one.name, "old": one.old, "new": one.new} for one in term.fields],
                "old": term.old,
                "new": term.new,
            }
            for term in sheet.terms
        ],
    }


def _side_json(side: Side) -> dict[str, object]:
    return {"name": side.name, "by": side.by or None, "at": side.at, "digest": side.digest or None}
