"""What every page is written with."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[2] / "src" / "comity"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; bars and line ends inside cells are made harmless."""
    lines = [_row(heading), "|" + "---|" * len(heading), *(_row(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


def code(*words: str) -> str:
    """Return words as code, separated by commas; nothing for none."""
    return ", ".join(f"`{word}`" for word in words if word)


def first_paragraph(text: str | None) -> str:
    """Return the first paragraph of a docstring in one line."""
    return " ".join((text or "").strip().partition("\n\n")[0].split())


def replace_between(text: str, start: str, end: str, body: str) -> str:
    """Return `text` with what stands between the first `start` and the `end` after it replaced; raises `ValueError`."""
    before, found, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"no `{start.strip()}` … `{end.strip()}`")
    return f"{before}{start}{body}{end}{after}"


def modules(pattern: str = "**/*.py") -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules below `src/comity` by dotted name, with their syntax trees."""
    for path in sorted(SOURCE.glob(pattern)):
        name = "comity." + ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        yield re.sub(r"\.__init__$", "", name), ast.parse(path.read_text("utf-8"))
