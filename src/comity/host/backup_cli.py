"""`comity backup` and `comity restore`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from comity.config.node import NodeSettings, SettingsError, load
from comity.host.backup import BackupError, back_up, read_backup, restore
from comity.host.launcher import open_database
from comity.host.prepare import Paths, set_up_django
from comity.host.start import ALL, held, make_home, require_node


def backup_command(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept; each gets a folder of its own.")],
) -> None:
    """Back up the database; backups there older than 35 days are removed. Keys are copied apart, never with it."""
    settings, console = load(), Console()
    require_node(settings)
    with open_database(settings) as access:
        try:
            made = back_up(settings=settings, access=access, target=folder)
        except (BackupError, SettingsError, OSError) as error:
            console.print(f"[red]no backup:[/] {error}")
            raise typer.Exit(1) from None
    console.print(f"backup [bold]{made.folder}[/], SHA-256 {made.dump_digest[:16]}…")
    console.print(f"keep a copy of {Paths(settings.home).keys} and its log key in another place")


def restore_command(folder: Annotated[Path, typer.Argument(help="One backup: a folder `comity-…Z`.")]) -> None:
    """Put a backup in place of the database, do every purge made since again, then verify. Stop the node first."""
    settings, console = load(), Console()
    make_home(settings.home)
    with held(settings.home, ALL), open_database(settings) as access:
        try:
            kept = restore(settings=settings, access=access, backup=read_backup(folder))
        except (BackupError, SettingsError) as error:
            console.print(f"[red]nothing was restored:[/] {error}")
            raise typer.Exit(1) from None
        set_up_django(settings)
        _purge_again(Paths(settings.home), console)
        _verify(settings, console)
    console.print(f"the former database is kept as `{kept}`; drop it when it is no longer needed")


def _purge_again(paths: Paths, console: Console) -> None:
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.clock import database_now
    from comity.spine.tenancy.transaction import acting
    from comity.spine.vault.purge import replay_tombstones
    from comity.spine.vault.tombstones import TombstoneFile

    if not paths.tombstones.exists():
        return
    now = database_now()
    with acting(node_actor(Duty.RETENTION)) as cursor:
        done = replay_tombstones(cursor, file=TombstoneFile(paths.tombstones), now=now)
    console.print(f"purged again: {len(done.purged)}, gone already: {done.already_gone}")
    for item in done.kept:
        console.print(f"[yellow]not purged again, decide by hand:[/] vault item {item}")


def _verify(settings: NodeSettings, console: Console) -> None:
    from comity.host.ledger import verify_ledger

    report = verify_ledger(settings)
    console.print(f"ledger: {report.summary}")
    for line in report.lines[:10]:
        console.print(f"[yellow]{line}[/]")
    if not report.is_sound:
        console.print(
            "checkpoints signed after this backup are not in it: the sequencer will refuse to sign until a person"
            " accepts the new history (docs/how-to/a-fork-is-detected.md)"
        )
