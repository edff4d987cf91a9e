"""What a benchmark found: figures, the bars they are held against, details; as JSON and as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from rich.table import Table

Details = Mapping[str, object]


class Side(Enum):
    """On which side of its limit a figure meets its bar."""

    AT_MOST = "≤"
    AT_LEAST = "≥"
    SHOWN = ""
    """No bar: shown beside the others."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of a benchmark: its key, what it says, and the limit it is held against."""

    key: str
    says: str
    side: Side = Side.SHOWN
    limit: float = 0.0

    def is_met(self, value: float) -> bool:
        """Tell whether the value is on the right side; one without a bar always is."""
        match self.side:
            case Side.AT_MOST:
                return value <= self.limit
            case Side.AT_LEAST:
                return value >= self.limit
            case Side.SHOWN:
                return True


@dataclass(frozen=True, slots=True)
class Measured:
    """The outcome of one benchmark. `figures` has exactly the keys of its bars."""

    bench: str
    figures: Mapping[str, float]
    details: Details


BARS: Final[Mapping[str, tuple[Bar, ...]]] = {
    "gate": (
        Bar("p99_us", "whole decision with explanation, 99th percentile, µs", Side.AT_MOST, 1000),
        Bar("of_bare", "bare Cedar calls as a share of the whole decision", Side.AT_LEAST, 0.5),
        Bar("growth", "cost at 20,000 rules over cost at 200", Side.AT_MOST, 1.5),
        Bar("cold_us", "first ask of a pair nobody asked for yet, µs"),
        Bar("crowded_us", "one pair of agencies holding 2,000 clauses, µs"),
    ),
    "exchange": (
        Bar("bulk_per_s", "asks decided and recorded a second, in bulk", Side.AT_LEAST, 1000),
        Bar("single_per_s", "asks decided and recorded a second, one a request"),
        Bar("p95_ms", "one a request at 200 a second, 95th percentile, ms", Side.AT_MOST, 50),
        Bar("of_pgbench", "single asks a second over one-row commits a second"),
        Bar("growth", "cost with 1,000,000 disclosures there over cost without", Side.AT_MOST, 1.25),
    ),
    "ledger": (
        Bar("of_plain", "sequenced under 32 writers over the same plain inserts", Side.AT_LEAST, 0.6),
        Bar("integrated_per_s", "entries sequenced a second under 32 writers"),
        Bar("lag_p99_s", "from commit to checkpoint, 99th percentile, s", Side.AT_MOST, 1),
        Bar("verify_s", "1,000,000 entries verified, s", Side.AT_MOST, 10),
        Bar("proof_p99_ms", "proof out of 1,000,000 entries, 99th percentile, ms", Side.AT_MOST, 5),
    ),
    "accounting": (
        Bar("p95_ms_100", "accounting of at most 100 rows out of 10,000,000, 95th percentile, ms", Side.AT_MOST, 200),
    ),
    "law": (
        Bar("import_s", "import of one agreement, the slowest model, s", Side.AT_MOST, 2),
        Bar("redline_ms", "redline of 5,000 words, ms", Side.AT_MOST, 200),
        Bar("replay_per_s", "past decisions decided again a second", Side.AT_LEAST, 3000),
        Bar("compile_s", "20,000 clauses compiled and validated, s", Side.AT_MOST, 10),
    ),
    "web": (
        Bar("list_p95_ms", "a page of a list of the console, the slowest list, 95th percentile, ms", Side.AT_MOST, 100),
        Bar("list_queries", "ways to the database and back for it, signing in included, the most", Side.AT_MOST, 8),
        Bar("desk_p95_ms", "my desk beside 100,000 open tasks, 95th percentile, ms", Side.AT_MOST, 100),
        Bar("page_kb", "bytes of the largest page after the first, kB", Side.AT_MOST, 200),
    ),
    "hiding": (Bar("auc", "how well bytes and times tell a hidden record from none (0.5: not)", Side.AT_MOST, 0.52),),
}
"""Every benchmark and what it must show; the order is that of the output."""


def as_plain(measured: Measured) -> dict[str, object]:
    """Return the outcome as JSON values: the figures by key, whether each bar was met, then the details."""
    bars = BARS[measured.bench]
    return {
        "bench": measured.bench,
        **{bar.key: round(measured.figures[bar.key], 4) for bar in bars},
        "met": {bar.key: bar.is_met(measured.figures[bar.key]) for bar in bars if bar.side is not Side.SHOWN},
        "details": measured.details,
    }


def as_table(plain: Mapping[str, object]) -> Table:
    """Return the outcome for a person; `plain` is what `as_plain` gave. A figure below its bar says `missed`."""
    name = str(plain["bench"])
    table = Table(title=f"comity bench {name}", title_justify="left")
    table.add_column("figure")
    table.add_column("measured", justify="right")
    table.add_column("bar", justify="right")
    table.add_column("")
    table.add_column("what it says", overflow="fold")
    for bar in BARS[name]:
        value = float(str(plain[bar.key]))
        limit = f"{bar.side.value} {bar.limit:g}" if bar.side is not Side.SHOWN else ""
        verdict = "" if bar.side is Side.SHOWN else ("[green]met[/]" if bar.is_met(value) else "[red]missed[/]")
        table.add_row(bar.key, f"{value:,.4g}" if value < 1000 else f"{value:,.0f}", limit, verdict, bar.says)  # noqa: PLR2004 - reads better
    return table
