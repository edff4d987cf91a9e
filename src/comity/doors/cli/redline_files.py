"""`comity agreement redline --files OLD NEW`: two files compared, texts or agreements as TOML. No node is needed."""

import tomllib
from collections.abc import Mapping

from comity.doors.cli.input import read_bytes
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.redline_parts import Sheet, Side
from comity.doors.cli.redline_sheet import show_sheet
from comity.standing.agreements.redline import TooLongError, redline
from comity.standing.agreements.redline_terms import FieldChange, redline_terms

_HEAD = ("code", "title", "kind", "starts_at", "ends_at", "parties")


def compare_files(*, old: str, new: str, around: int | None, language: str, html: str | None, form: str) -> None:
    """Show what changed from one file to the other; raises `MistakeError` for a file that is no text."""
    before, after = _read(old), _read(new)
    try:
        changes = redline(str(before["text"]), str(after["text"]))
    except TooLongError as error:
        message, _, remedy = str(error).partition("; ")
        raise MistakeError("--files", message, remedy) from None
    sheet = Sheet(
        title=f"{old} → {new}",
        old=Side(old),
        new=Side(new),
        head=tuple(
            FieldChange(name, before.get(name), after.get(name))
            for name in _HEAD
            if before.get(name) != after.get(name)
        ),
        changes=changes,
        terms=redline_terms(before, after, language=language),
    )
    show_sheet(sheet, around=around, language=language, html=html, form=form)


def _read(name: str) -> Mapping[str, object]:
    """Return an agreement's file as it is, any other text as the text of one without terms."""
    try:
        text = read_bytes(name, "--files").decode("utf-8")
    except UnicodeDecodeError:
        raise MistakeError("--files", f"`{name}` is not UTF-8", "save it as UTF-8 text") from None
    if "\0" in text:
        raise MistakeError("--files", f"`{name}` is no text", "give two text files, or agreements as TOML")
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {"text": text}
    return raw if isinstance(raw.get("text"), str) else {"text": text}
