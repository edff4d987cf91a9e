"""The `comity` command: what the machine needs (demo, doctor, services), with the commands of `doors.cli` mounted."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.markup import escape

from comity.config.node import SettingsError, load
from comity.doors.cli.menu import keys, ledger
from comity.doors.cli.mistakes import MistakeError, told
from comity.doors.cli.mount import mount
from comity.doors.cli.node import Node
from comity.doors.cli.say import note, say
from comity.host import serve_cli
from comity.host.backup_cli import backup_command, restore_command
from comity.host.bench.command import bench_command
from comity.host.binaries import BinariesMissing
from comity.host.doctor import doctor_command
from comity.host.keystore import name_store
from comity.host.ledger_cli import accept_command
from comity.host.move_cli import move_command
from comity.host.opened import opened_node
from comity.host.place import ClusterBusy
from comity.host.prepare import ready_node
from comity.host.roles import ServerUnfit
from comity.host.server import ClusterFailed
from comity.host.start import StartRefused
from comity.spine.keys.ring import KeyRingError

app = typer.Typer(
    name="comity",
    help="The system of record through which a state and its partners coordinate, and answer for it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(serve_cli.app, name="serve")
app.command("doctor")(doctor_command)
app.command("bench")(bench_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)
mount(app)
ledger.app.command("accept")(accept_command)
keys.app.command("move-to-token")(move_command)

MENDABLE = (
    SettingsError,
    StartRefused,
    ClusterBusy,
    ClusterFailed,
    BinariesMissing,
    ServerUnfit,
    KeyRingError,
    TimeoutError,
    PermissionError,
)
"""What a person can mend; each message says how."""


@app.callback()
def node(context: typer.Context) -> None:
    """Hand every command of `doors.cli` the way to open this node."""
    context.obj = open_node


@contextmanager
def open_node() -> Iterator[Node]:
    """Start or join the node's database for one command; raises `StartRefused` where there is no node."""
    with opened_node(load()) as node:
        yield node


@app.command()
def demo() -> None:
    """Start Comity with the demo states Arizona and Utah; Ctrl-C stops everything."""
    from comity.host.demonstration.run import run_demo

    try:
        with told():
            raise typer.Exit(run_demo(load(), console=Console()))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@app.command("demo-code")
def demo_code(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account, like `az-dps.liaison`.")],
) -> None:
    """Print the code that an authenticator app would show now for an account of the demonstration."""
    from comity.host.demonstration.account_file import code_of, read_accounts

    with told():
        known = {one.username: one for one in read_accounts(load().home)}
        if name not in known:
            listed = ", ".join(f"`{one}`" for one in sorted(known)) or "none: `make demo` opens them"
            raise MistakeError("NAME", f"no account `{name}` of the demonstration", f"there are: {listed}")
        say(code_of(known[name]))


@app.command()
def init() -> None:
    """Make a new, empty node in COMITY_HOME: database, tables, keys. Where there is one, only what is missing."""
    settings, console = load(), Console()
    with ready_node(settings, say=lambda word: note(f"{word} …")):
        console.print(
            f"a node is ready in [bold]{escape(str(settings.home))}[/]; its keys are in {escape(name_store(settings))}"
        )
    console.print("next: copy its keys to a safe place, then `comity doctor` and `comity law load`")


def main() -> None:
    """Run the command; what a person can mend is said in a sentence, not a traceback."""
    try:
        app()
    except MENDABLE as error:
        Console(stderr=True).print(f"[red]comity:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
    except psycopg.OperationalError as error:
        words = str(error).strip().splitlines()[0]
        Console(stderr=True).print(f"[red]comity:[/] the database does not answer: {escape(words)}", soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
