"""Printing: results to standard output, what happens meanwhile to standard error; codes of colors never in a file."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from comity.kernel.canonical import plain

WIDTH_IN_FILES: Final = 160
"""Columns where standard output is no terminal: lines stay whole for `grep`."""


def out() -> Console:
    """Return the console of results."""
    width = None if sys.stdout.isatty() else WIDTH_IN_FILES
    return Console(markup=False, highlight=False, emoji=False, width=width)


def errors() -> Console:
    """Return the console of messages and progress."""
    width = None if sys.stderr.isatty() else WIDTH_IN_FILES
    return Console(stderr=True, markup=False, highlight=False, emoji=False, width=width, soft_wrap=True)


def shown(text: object) -> str:
    """Return text without characters that a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def say(*lines: object, style: str | None = None) -> None:
    """Print lines of a result, whole."""
    for line in lines:
        out().print(shown(line), style=style, soft_wrap=True)


def say_json(value: object) -> None:
    """Print one line of JSON; ids and times are text, times in UTC."""
    sys.stdout.write(msgspec.json.encode(plain(value)).decode() + "\n")


def note(text: str) -> None:
    """Tell what is going on, beside the result."""
    errors().print(shown(text), style="dim")


def say_table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print a table; ids stay whole, other cells fold."""
    rows = list(rows)
    table = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for place, head in enumerate(heads):
        table.add_column(head, overflow="fold", no_wrap=any(isinstance(row[place], UUID) for row in rows))
    for row in rows:
        table.add_row(*(shown(cell) for cell in row))
    out().print(table)


def say_facts(facts: Mapping[str, object]) -> None:
    """Print names with their values, one a line; what is empty is left out."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if value not in (None, "", ()):
            table.add_row(name, shown(value))
    out().print(table)


def moment(at: datetime | None) -> str:
    """Return an instant to the minute, in UTC."""
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M UTC")


def day(on: date | None) -> str:
    """Return a day, or nothing."""
    return "" if on is None else on.isoformat()


class Bar(Protocol):
    """Told how far the work is: done, and in all."""

    def __call__(self, done: int, total: int) -> None:
        """Show it."""


@contextmanager
def progress(words: str, *, total: int) -> Iterator[Bar]:
    """Show a bar on standard error while the work goes on; silent where that is no terminal."""
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = errors()
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as shown_bar:
        task = shown_bar.add_task(words, total=total)

        def show(done: int, total: int) -> None:
            shown_bar.update(task, completed=done, total=total)

        yield show
