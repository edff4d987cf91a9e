"""`comity agreement import`: a signed agreement as it comes out of a scan, read and told; nothing is written."""

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from comity.doors.cli.mistakes import UNUSABLE, MistakeError, tell
from comity.doors.cli.new_file import write_new
from comity.doors.cli.say import note, say, say_facts, say_json, say_table, shown
from comity.standing.agreements.reading.catalogue import load_model, load_terms
from comity.standing.agreements.reading.compare import told
from comity.standing.agreements.reading.found import Model, Provision, Reading, Unreadable
from comity.standing.agreements.reading.reading import read_agreement

LARGE: Final = 1024 * 1024
"""Bytes from which a word says that something happens."""
_WIDTH: Final = 110
_NEXT: Final = "→ read each doubtful term beside the document; `--draft-file OUT.toml` writes a draft to go on with"


def import_agreement(
    *,
    content: bytes,
    model: Model | None,
    agencies: Mapping[str, Sequence[str]] | None,
    draft_file: str,
    form: str,
    language: str,
) -> int:
    """Read and print; return the exit code. `agencies`: codes of the directory by an agency's name."""
    if len(content) > LARGE:
        note(f"reading {len(content) // LARGE} MB …")
    reading = read_agreement(content, model=model, agencies=agencies)
    if isinstance(reading, Unreadable):
        if form == "json":
            say_json({"readable": False, **dataclasses.asdict(reading)})
        else:
            tell(MistakeError("FILE", reading.message, reading.remedy))
        return UNUSABLE
    if draft_file:
        write_new("--draft-file", draft_file, draft_text(reading))
    if form == "json":
        # confidence is a fraction, which `say_json` has no canonical form for: this is told, never recorded
        sys.stdout.write(msgspec.json.encode(plain_reading(reading)).decode() + "\n")
    else:
        _show(reading, language=language)
        say("", f"written to {draft_file}" if draft_file else _NEXT)
    return 0


def plain_reading(reading: Reading) -> dict[str, object]:
    """Return a reading as JSON values: every field but the text, each term with its names and its question."""
    found = dataclasses.asdict(reading)
    found.pop("text")
    found["readable"] = True
    for one in found["provisions"]:
        term = load_terms()[one["term"]]
        one["label"], one["question"] = dict(term.names), term.question
    return found


def _show(reading: Reading, *, language: str) -> None:
    names = load_model(reading.model).names
    say_facts(
        {
            "model": names[language] + (f" ({reading.model_doubt})" if reading.model_doubt else ""),
            "revised": reading.revised,
            "pages": reading.pages,
            "sections": len(reading.sections),
            "terms": f"{len(reading.provisions)}, of them doubtful {len(reading.doubtful)}",
            "digest": reading.digest,
        }
    )
    heads = ["party", "role", "code", "sure", "doubt"]
    _say_part(heads, [(p.name, p.role, p.code, p.confidence, p.doubt) for p in reading.parties], title="Parties")
    _show_terms("Doubtful terms", [one for one in reading.provisions if one.doubt], language)
    _show_terms("Terms", [one for one in reading.provisions if not one.doubt], language)
    rows = [(d.what, d.change, d.model_value, _short(d.document_value), d.section) for d in reading.differences]
    _say_part(["what", "change", "model", "document", "section"], rows, title="Differences from the model")
    _say_part(
        ["missing", "name", "model"], [(m.what, m.label, m.model_value) for m in reading.missing], title="Missing"
    )
    left = [(u.why, u.section, u.page, u.line, _short(u.words)) for u in reading.unplaced]
    _say_part(["unplaced", "section", "page", "line", "words"], left, title="Not placed")
    doubts = [(s.path, s.title, s.doubt) for s in reading.sections if s.doubt]
    _say_part(["section", "title", "doubt"], doubts, title="Doubtful sections")
    say(*reading.notes)


def _show_terms(title: str, provisions: Sequence[Provision], language: str) -> None:
    rows = [
        (
            load_terms()[p.term].names[language],
            told(p.value, p.unit),
            p.section,
            p.page,
            p.confidence,
            p.doubt,
            _short(p.words),
        )
        for p in provisions
    ]
    _say_part(["term", "value", "section", "page", "sure", "doubt", "words"], rows, title=title)


def _say_part(heads: Sequence[str], rows: Sequence[Sequence[object]], *, title: str) -> None:
    if rows:
        say_table(heads, rows, title=title)
    else:
        say(f"{title}: none")


def _short(words: str) -> str:
    return words if len(words) <= _WIDTH else words[: _WIDTH - 1] + "…"


def draft_text(reading: Reading) -> str:
    """Return the reading as an agreement file that `comity agreement draft` takes, once a person completed it.

    Clauses that permit stand there as remarks: taking the marks away is the second person's act.
    """
    return "\n".join(_draft(reading)) + "\n"


def _draft(reading: Reading) -> Iterator[str]:
    model = load_model(reading.model)
    local = next((party.name for party in reading.parties if party.role != "federal"), "")
    yield f"# Read from a document with the SHA-256 digest {reading.digest}"
    yield "# by rules: compare every term with the document. What cannot be read from a scan is to be added: `code`,"
    yield "# `starts_at` (the day the last party signed) and, in capitals, the directory's codes of the parties."
    yield 'code = "CODE"'
    title = f"{local} {model.names['en']} agreement".strip()
    yield f"title = {_quoted(title)}"
    yield f'kind = "{model.kind}"'
    yield f'source = "{model.source}"'
    yield "# starts_at = 2026-01-01T07:00:00Z"
    yield ""
    yield 'text = """'
    yield from (_escaped(line) for line in reading.text.rstrip("\n").split("\n"))
    yield '"""'
    yield ""
    yield "[parties]"
    for party in reading.parties:
        yield f'{_key(party.code)} = "{party.role}"  # {shown(party.name)}'
    for one in reading.clauses:
        yield ""
        yield f"# {shown(_short(one.words))}"
        if one.permits:
            yield f"# This clause permits; {one.why}. It counts once the marks are taken away:"
        mark = "# " if one.permits else ""
        yield f"{mark}[[clauses]]"
        yield from (f"{mark}{name} = {_value(value)}" for name, value in one.clause.items())
    for found in reading.provisions:
        yield from _provision(found)


def _provision(found: Provision) -> Iterator[str]:
    yield ""
    if found.doubt:
        yield f"# doubtful: {shown(found.doubt)}"
    yield "[[provisions]]"
    yield f"term = {_quoted(found.term)}"
    yield f"value = {_value(found.value)}"
    yield f"unit = {_quoted(found.unit or load_terms()[found.term].unit)}"
    yield f"section = {_quoted(found.section)}"
    yield f"words = {_quoted(found.words)}"


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case list() | tuple():
            return f"[{', '.join(_value(one) for one in value)}]"
        case _:
            return _quoted(str(value))


def _key(code: str) -> str:
    return code if code.replace("-", "").isalnum() else _quoted(code)


def _quoted(text: str) -> str:
    """Return text as a basic string of TOML, whose escapes JSON's are among."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _escaped(line: str) -> str:
    return _quoted(line)[1:-1]
