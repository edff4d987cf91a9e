"""What a start of the demonstration verifies: the whole ledger the first time, afterwards its end and then the whole.

The end costs the same however long the ledger is, so a start stays quick; the whole is verified while the node serves.
"""

import threading
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape

from comity.config.node import NodeSettings
from comity.host.prepare import Paths
from comity.host.verification import run_verification

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether what was verified is sound, and whether it was everything."""

    is_sound: bool
    is_whole: bool


def check_ledger(settings: NodeSettings, console: Console) -> Checked:
    """Verify what a start verifies and print what that was."""
    from comity.host.ledger import verify_end, verify_ledger
    from comity.spine.ledger.last_verified import read_verified

    last = read_verified(Paths(settings.home).verified)
    found = verify_ledger(settings) if last is None else verify_end(settings)
    for line in found.lines[:SHOWN]:
        console.print(f"  {escape(line)}")
    if not found.is_sound:
        console.print("[red]the ledger does not verify[/]")
    elif last is None:
        console.print(f"[green]the ledger verifies[/]: {found.summary}")
    else:
        console.print(f"[green]the end of the ledger verifies[/]: {found.summary}")
        console.print(f"[dim]the whole was last verified on {last.at:%Y-%m-%d %H:%M} UTC, and is again in a moment[/]")
    return Checked(found.is_sound, last is None)


def check_whole_beside(settings: NodeSettings, console: Console) -> None:
    """Verify the whole ledger while the caller goes on, and print the outcome when it is known."""
    threading.Thread(target=_check_whole, args=(settings, console), daemon=True).start()


def _check_whole(settings: NodeSettings, console: Console) -> None:
    found = run_verification(settings.home)
    if found is None:
        console.print("[yellow]the whole ledger was not verified[/]; run `comity ledger verify`")
    elif found.is_sound:
        console.print(f"[green]the whole ledger verifies[/]: {found.counts.get('entries', 0):,} entries")
    else:
        console.print(f"[red]the ledger does not verify[/]: {found.findings:,} findings; run `comity ledger verify`")
