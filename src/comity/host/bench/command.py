"""`comity bench`: measure, show what missed its bar, exit 0 whenever everything could be measured."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console

from comity.host.bench.figures import BARS, Measured, as_plain, as_table
from comity.host.bench.node import DiskTooSmallError, NotDurableError


class Name(StrEnum):
    """A benchmark, or all of them one after the other."""

    GATE = "gate"
    EXCHANGE = "exchange"
    LEDGER = "ledger"
    ACCOUNTING = "accounting"
    LAW = "law"
    WEB = "web"
    HIDING = "hiding"
    ALL = "all"


def bench_command(
    name: Annotated[Name, typer.Argument(help="What to measure.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print figures and details as JSON.")] = False,  # noqa: FBT002 - typer
    runs: Annotated[int, typer.Option(min=1, help="How often each figure is measured; medians are shown.")] = 5,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes: shows that it works, not the figures.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Measure what the node carries on this machine, with a durable database of its own in COMITY_HOME/bench."""
    signal.signal(signal.SIGTERM, _end)
    out, err = Console(), Console(stderr=True)
    if name is Name.ALL:
        found: Any = {one: _in_own_process(one, runs=runs, quick=quick) for one in BARS}
    else:
        try:
            found = as_plain(
                measure(name.value, runs=runs, quick=quick, say=lambda word: err.print(f"[dim]{word} …[/]"))
            )
        except (DiskTooSmallError, NotDurableError) as error:
            err.print(f"[red]comity:[/] {error}")
            raise typer.Exit(1) from None
    if as_json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
        return
    for one in found.values() if name is Name.ALL else (found,):
        out.print(as_table(one))


def _end(number: int, frame: FrameType | None) -> None:
    """End as after an error, so that the database and its folder are cleared away."""
    del frame
    raise SystemExit(128 + number)


def measure(name: str, *, runs: int, quick: bool, say: Callable[[str], None]) -> Measured:
    """Run one benchmark in this process, which Django then knows by that benchmark's own node alone."""
    from comity.host.bench import accounting, exchange, gate, hiding, law, ledger, web

    size = "QUICK" if quick else "FULL"
    kinds: Mapping[str, tuple[Any, Callable[..., Measured]]] = {
        "gate": (gate, gate.measure_gate),
        "exchange": (exchange, exchange.measure_exchange),
        "ledger": (ledger, ledger.measure_ledger),
        "accounting": (accounting, accounting.measure_accounting),
        "law": (law, law.measure_law),
        "web": (web, web.measure_web),
        "hiding": (hiding, hiding.measure_hiding),
    }
    module, function = kinds[name]
    return function(size=getattr(module, size), runs=runs, say=say)


def _in_own_process(name: str, *, runs: int, quick: bool) -> dict[str, Any]:
    words = ["bench", name, "--json", "--runs", str(runs), *(["--quick"] if quick else [])]
    command = [sys.executable, "-m", "comity.host.cli", *words]
    found = subprocess.run(command, check=False, stdout=subprocess.PIPE)  # noqa: S603 - this very command
    if found.returncode != 0:
        raise typer.Exit(found.returncode)
    plain: dict[str, Any] = json.loads(found.stdout)
    return plain
