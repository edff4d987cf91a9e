"""`comity serve`: each service of a node by itself, as `comity demo` starts them and as a server's init system does."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

import typer
from rich.console import Console

from comity.config.node import NodeSettings, load
from comity.host.keystore import open_fitting_ring
from comity.host.launcher import read_access
from comity.host.prepare import Paths, set_up_django
from comity.host.services import api_command
from comity.host.start import SERVICE_SECONDS, held, require_address

app = typer.Typer(help="Run one of the node's services by itself.", no_args_is_help=True)


@app.command()
def sequencer() -> None:
    """Sequence the ledger: the only process that holds the log key."""
    settings = _joined()
    from comity.spine.keys.log_key import LogKey
    from comity.spine.ledger.sequencer import Sequencer, database_clock

    paths = Paths(settings.home)
    stop = _stop_on_signals()
    clock = database_clock()
    with held(settings.home, "sequencer", seconds=SERVICE_SECONDS):
        _plainly(
            lambda: Sequencer(signer=LogKey.load(paths.log_key), clock=clock, last_signed=paths.last_signed).run(stop)
        )


@app.command()
def worker() -> None:
    """Deliver, answer on ticks, look after what is due; verify the whole ledger once a day."""
    settings = _joined()
    from comity.doors.worker.main import run_worker
    from comity.host.verification import verify_when_due
    from comity.spine.tenancy.clock import database_now
    from comity.spine.vault.tombstones import TombstoneFile

    paths = Paths(settings.home)
    with held(settings.home, "worker", seconds=SERVICE_SECONDS):
        _plainly(
            lambda: run_worker(
                clock=database_now,
                keys=open_fitting_ring(settings),
                tombstones=TombstoneFile(paths.tombstones),
                verify=lambda: verify_when_due(settings.home, now=database_now()),
            )
        )


@app.command()
def api() -> None:
    """Answer HTTP at COMITY_BIND with two processes, in place of this one."""
    settings = _joined()
    _plainly(lambda: _try_keys(settings))
    require_address(settings)
    os.execv(sys.executable, api_command(settings))  # noqa: S606 - our own command; what stops this process stops the server


@app.command()
def verification() -> None:
    """Verify the whole ledger once, in one process, and note the outcome for `comity doctor`; the worker runs it daily.

    Exit code 1 when anything is found.
    """
    settings = _joined()
    from comity.host.ledger import verify_ledger

    found = verify_ledger(settings, processes=1)
    for line in found.lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{found.summary}\n")
    raise typer.Exit(0 if found.is_sound else 1)


def _try_keys(settings: NodeSettings) -> None:
    """Open the keys once here, so that wrong ones are told in a sentence and not by every request."""
    open_fitting_ring(settings)


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
