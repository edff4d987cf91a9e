"""The `comity` command: what the machine needs (demo, doctor, services), with the commands of `doors.cli` mounted."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import typer
from rich.console import Console

from comity.config.node import NodeSettings, SettingsError, load
from comity.doors.cli.menu import ledger
from comity.doors.cli.mount import mount
from comity.doors.cli.node import Node
from comity.doors.cli.say import note
from comity.host.backup_cli import backup_command, restore_command
from comity.host.bench.command import bench_command
from comity.host.binaries import BinariesMissing
from comity.host.doctor import doctor_command
from comity.host.launcher import read_access
from comity.host.ledger_cli import accept_command
from comity.host.place import ClusterBusy
from comity.host.prepare import Paths, ready_node, set_up_django
from comity.host.server import ClusterFailed

app = typer.Typer(
    name="comity",
    help="The system of record through which a state and its partners coordinate, and answer for it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
serve = typer.Typer(help="Run one of the node's services by itself.", no_args_is_help=True)
app.add_typer(serve, name="serve")
app.command("doctor")(doctor_command)
app.command("bench")(bench_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)
mount(app)
ledger.app.command("accept")(accept_command)


@app.callback()
def node(context: typer.Context) -> None:
    """Hand every command of `doors.cli` the way to open this node."""
    context.obj = open_node


@contextmanager
def open_node() -> Iterator[Node]:
    """Start or join the node's database for one command; connections are closed before the database is."""
    settings = load()
    paths = Paths(settings.home)
    with ready_node(settings, say=lambda word: note(f"{word} …")):
        from django.db import connections
        from django.db.backends.postgresql.base import DatabaseWrapper

        from comity.spine.keys.file_ring import FileKeyRing
        from comity.spine.tenancy.clock import database_now

        try:
            yield Node(database_now, lambda: FileKeyRing(paths.keys), paths.log_key, paths.last_signed)
        finally:
            connections.close_all()
            wrapper = connections["default"]
            if isinstance(wrapper, DatabaseWrapper):
                wrapper.close_pool()


@app.command()
def demo() -> None:
    """Start Comity with the demo states Arizona and Utah; Ctrl-C stops everything."""
    from comity.host.demonstration.run import run_demo

    try:
        raise typer.Exit(run_demo(load(), console=Console()))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@serve.command()
def sequencer() -> None:
    """Sequence the ledger: the only process that holds the log key."""
    settings = _joined()
    from comity.spine.keys.log_key import LogKey
    from comity.spine.ledger.sequencer import Sequencer, database_clock

    paths = Paths(settings.home)
    stop = _stop_on_signals()
    clock = database_clock()
    _plainly(lambda: Sequencer(signer=LogKey.load(paths.log_key), clock=clock, last_signed=paths.last_signed).run(stop))


@serve.command()
def worker() -> None:
    """Deliver, answer on ticks, look after what is due."""
    settings = _joined()
    from comity.doors.worker.main import run_worker
    from comity.spine.keys.file_ring import FileKeyRing
    from comity.spine.tenancy.clock import database_now
    from comity.spine.vault.tombstones import TombstoneFile

    paths = Paths(settings.home)
    _plainly(
        lambda: run_worker(clock=database_now, keys=FileKeyRing(paths.keys), tombstones=TombstoneFile(paths.tombstones))
    )


def _plainly(work: Callable[[], None]) -> None:
    """Run a service; what ends it is said in a sentence (whoever watches starts it again), never as a traceback."""
    from django.db import Error as DatabaseTroubleError

    from comity.spine.keys.ring import KeyRingError

    try:
        work()
    except DatabaseTroubleError as error:
        console = Console(stderr=True)
        console.print(f"[yellow]the database does not answer:[/] {str(error).splitlines()[0]}")
        raise typer.Exit(3) from None
    except (KeyRingError, RuntimeError) as error:
        Console(stderr=True).print(f"[red]stopped:[/] {error}")
        raise typer.Exit(4) from None


def _joined() -> NodeSettings:
    """Return the settings of a node whose database is up, with Django ready to use it."""
    settings = load()
    read_access(settings)
    set_up_django(settings)
    return settings


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return stop


def main() -> None:
    """Run the command; what a person can mend is said in a sentence, not a traceback."""
    try:
        app()
    except (SettingsError, ClusterBusy, ClusterFailed, BinariesMissing) as error:
        Console(stderr=True).print(f"[red]comity:[/] {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
