"""A redline as a page of its own: accessible, nothing loaded, no script; whatever stands in the texts is escaped."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Final

from comity.doors.cli.redline_parts import Sheet, Side
from comity.doors.cli.say import moment
from comity.standing.agreements.excerpt import Left
from comity.standing.agreements.redline import Change, Kind

Words = Mapping[str, str]

_WORDS: Final = {
    "en": {
        "from": "From",
        "to": "To",
        "by": "offered by",
        "delete": "deleted",
        "insert": "inserted",
        "end": "end",
        "text": "Text",
        "terms": "Clauses and provisions",
        "head": "Title and period",
        "key": "How to read this",
        "legend": "Deleted words are struck through, inserted ones underlined; screen readers announce both.",
        "skipped": "paragraphs as they were",
        "added": "added",
        "removed": "removed",
        "changed": "changed",
        "none": "not stated",
        "same": "No word changed.",
        "break": "end of paragraph",
    },
    "es": {
        "from": "De",
        "to": "A",
        "by": "ofrecida por",
        "delete": "suprimido",
        "insert": "añadido",
        "end": "fin",
        "text": "Texto",
        "terms": "Cláusulas y disposiciones",
        "head": "Título y plazo",
        "key": "Cómo leerlo",
        "legend": "Lo suprimido está tachado y lo añadido subrayado; los lectores de pantalla anuncian ambos.",
        "skipped": "párrafos sin cambios",
        "added": "añadida",
        "removed": "suprimida",
        "changed": "cambiada",
        "none": "no consta",
        "same": "No cambió ninguna palabra.",
        "break": "fin de párrafo",
    },
}
_STYLE: Final = """
body { font: 1rem/1.6 Georgia, serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
body { color: #1b1b1b; background: #fff }
p { white-space: pre-line } dt { font-weight: bold }
del { color: #8b0a14; background: #fbe9ea; text-decoration: line-through }
ins { color: #0b5a22; background: #e7f4ea; text-decoration: underline }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.skipped { color: #555; font-style: italic }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #16181b } .skipped { color: #aaa }
  del { color: #ffb3ba; background: #43171c } ins { color: #a5e8b8; background: #12361e }
}
"""
_TAGS: Final = {Kind.DELETE: "del", Kind.INSERT: "ins"}


def page_of(sheet: Sheet, rows: Iterable[tuple[Change, ...] | Left], *, language: str) -> str:
    """Return the page; `rows` are paragraphs, or how many were left out."""
    words = _WORDS.get(language, _WORDS["en"])
    body = "\n".join(_body(sheet, rows, words))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(sheet.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def _body(sheet: Sheet, rows: Iterable[tuple[Change, ...] | Left], words: Words) -> Iterator[str]:
    yield f"<h1>{escape(sheet.title)}</h1>"
    yield f"<dl>{_side(words['from'], sheet.old, words)}{_side(words['to'], sheet.new, words)}"
    yield f"<dt>{words['key']}</dt><dd>{words['legend']}</dd></dl>"
    count = sheet.words
    if not (sheet.head or sheet.terms or count["delete"] or count["insert"]):
        yield f"<p>{words['same']}</p>"
    if sheet.head:
        yield f"<h2>{words['head']}</h2>"
        for one in sheet.head:
            old, new = (_value(value, words) for value in (one.old, one.new))
            yield f"<p>{_run(Kind.DELETE, old, words)} {_run(Kind.INSERT, new, words)}</p>"
    yield f"<h2>{words['text']}</h2>"
    for row in rows:
        if isinstance(row, Left):
            yield f'<p class="skipped">… {row.count} {words["skipped"]} …</p>'
        else:
            yield f"<p>{''.join(_run(one.kind, one.text, words) for one in row).rstrip()}</p>"
    if sheet.terms:
        yield f"<h2>{words['terms']}</h2>"
    for term in sheet.terms:
        yield f"<h3><code>{escape(term.key)}</code>: {words[term.fate.value]}</h3>"
        if term.old:
            yield f"<p>{_run(Kind.DELETE, term.old, words)}</p>"
        if term.new:
            yield f"<p>{_run(Kind.INSERT, term.new, words)}</p>"


def _side(name: str, side: Side, words: Words) -> str:
    by = f", {words['by']} {escape(side.by)}" if side.by else ""
    at = f", {moment(side.at)}" if side.at else ""
    digest = f"<br><code>{escape(side.digest)}</code>" if side.digest else ""
    return f"<dt>{name}</dt><dd>{escape(side.name)}{by}{at}{digest}</dd>"


def _run(kind: Kind, text: str, words: Words) -> str:
    """Return a run; what became of it is also said in words, for whoever does not see it."""
    if kind is Kind.KEEP:
        return escape(text)
    core = text.rstrip()
    shown = escape(core) or f'¶<span class="said"> {words["break"]}</span>'
    before = f'<span class="said">[{words[kind.value]}: </span>'
    after = f'<span class="said"> {words["end"]}] </span>'
    return f"<{_TAGS[kind]}>{before}{shown}{after}</{_TAGS[kind]}>{escape(text[len(core) :])}"


def _value(value: object, words: Words) -> str:
    if value is None:
        return words["none"]
    return moment(value) if isinstance(value, datetime) else str(value)
