"""What a check of `comity doctor` answers, and how the answers are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.table import Table


class Level(StrEnum):
    """How a check came out; only FAIL makes the command end with 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer in plain words; `remedy` says what to do and is empty when nothing is."""

    level: Level
    message: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A finding under the name of its check."""

    name: str
    finding: Finding


COLORS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}


def ok(message: str) -> Finding:
    """Answer that all is well."""
    return Finding(Level.OK, message)


def warn(message: str, remedy: str) -> Finding:
    """Answer that the node works and somebody should look."""
    return Finding(Level.WARN, message, remedy)


def fail(message: str, remedy: str) -> Finding:
    """Answer that the node cannot be relied on until the remedy is done."""
    return Finding(Level.FAIL, message, remedy)


def render(reports: Sequence[Report], console: Console | None = None) -> None:
    """Print one row per check, what to do below its message, and a last line that counts."""
    table = Table("check", "", "found", show_lines=False, header_style="bold", box=None, pad_edge=False)
    for report in reports:
        found = report.finding
        words = f"{found.message}\n→ {found.remedy}" if found.remedy else found.message
        table.add_row(report.name, f"[{COLORS[found.level]}]{found.level}[/]", _plain(words))
    console = console or Console()
    console.print(table)
    failed = sum(report.finding.level is Level.FAIL for report in reports)
    console.print(f"{len(reports)} checks, {failed} failed" if failed else f"{len(reports)} checks, none failed")


def exit_code(reports: Sequence[Report]) -> int:
    """Return 1 when any check failed, else 0."""
    return int(any(report.finding.level is Level.FAIL for report in reports))


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
