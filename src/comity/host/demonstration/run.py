"""`comity demo`: everything a newcomer should see, on real parts, in one terminal."""

import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import httpx
import psycopg
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from comity.config.node import DatabaseAccess, NodeSettings, Role
from comity.host.demonstration.check import check_ledger, check_whole_beside
from comity.host.keystore import open_fitting_ring
from comity.host.launcher import own_database
from comity.host.prepare import ready_node
from comity.host.services import Services, services_of
from comity.host.start import ALL, await_ended, held, is_running, make_home, require_address
from comity.spine.keys.ring import KeyRing

WORDS = {
    "disclosed": "disclosed (what was permitted has gone)",
    "needs_approval": "sent for approval",
    "held": "held for counsel: a mandate meets a state's bar",
    "refused": "refused",
    "awaiting_answer": "waiting for the holder's answer",
    "pending": "answered on a tick: the law may hide that a record exists",
}
SEQUENCED_SECONDS = 20.0
ANSWERS_SECONDS = 30.0


def run_demo(settings: NodeSettings, *, console: Console) -> int:
    """Start the node with the demo states, put the shipped asks through, verify, serve until Ctrl-C.

    Everything a service needs is written before one starts. Returns the exit code: 0, or 1 when the ledger did not
    verify or the database ended. Raises `StartRefused` before anything is started, `KeyRingError` for keys that cannot
    be used, `KeyboardInterrupt` when stopped before it serves; whatever was committed is there at the next start.
    """
    stop = _Stop()
    make_home(settings.home)
    with held(settings.home, ALL):
        await_ended(settings.home)
        require_address(settings)
        with ready_node(settings, say=_dimly(console), reach=own_database) as access:
            keys = open_fitting_ring(settings)
            _load(settings, console)
            services = Services(say=lambda word: console.print(f"[yellow]{word}[/]"))
            *first, worker = services_of(settings)
            services.start(first)
            try:
                _show(keys, console)
                checked = check_ledger(settings, console)
                # Until then what somebody waits for has the processors.
                services.start([worker])
                _await_answers(settings)
                _invite(settings, console)
                if not checked.is_whole:
                    check_whole_beside(settings, console)
                lost = _serve(services, access, stop, console)
            finally:
                console.print("[dim]stopping …[/]")
                services.stop()
    return 0 if checked.is_sound and not lost else 1


class _Stop:
    """Ctrl-C and SIGTERM: before the node serves they break off, afterwards they end it in order."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.serving = False
        signal.signal(signal.SIGINT, self._ask)
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.asked.set()
        if not self.serving:
            raise KeyboardInterrupt


def _serve(services: Services, access: DatabaseAccess, stop: _Stop, console: Console) -> bool:
    """Watch the services until asked to stop or the database is gone; tell whether it is gone."""
    stop.serving = True
    lost = threading.Event()

    def stopping() -> bool:
        if not stop.asked.is_set() and not _answers(access):
            console.print("[red]the database ended[/]; start again: everything committed is there")
            lost.set()
        return stop.asked.is_set() or lost.is_set()

    services.watch(stopping, pause_seconds=1.0)
    return lost.is_set()


def _answers(access: DatabaseAccess) -> bool:
    try:
        psycopg.connect(access.conninfo(Role.VERIFIER)).close()
    except psycopg.OperationalError:
        return False
    return True


def _dimly(console: Console) -> Callable[[str], None]:
    return lambda word: console.print(f"[dim]{word} …[/]")


def _load(settings: NodeSettings, console: Console) -> None:
    from comity.host.demonstration.accounts import write_accounts
    from comity.host.demonstration.api_keys import write_api_keys
    from comity.host.demonstration.standing import load_standing
    from comity.spine.tenancy.clock import database_now

    load_standing(now=database_now(), say=_dimly(console))
    write_api_keys(settings.home, now=database_now())
    _dimly(console)("opening accounts")
    write_accounts(settings.home, now=database_now())


def _show(keys: KeyRing, console: Console) -> None:
    from comity.host.demonstration.exchange import Tally, lodge_records, put_asks
    from comity.host.ledger import wait_sequenced
    from comity.spine.tenancy.clock import database_now

    lodge_records(clock=database_now, keys=keys)
    columns = (TextColumn("500 asks through the gate"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("asks", total=500)
        tally: Tally = put_asks(clock=database_now, keys=keys, progress=lambda done: progress.advance(bar, done))
    _print_tally(tally.statuses, tally.refused_by, console)
    wait_sequenced(seconds=SEQUENCED_SECONDS)


def _print_tally(statuses: dict[str, int], refused_by: dict[str, int], console: Console) -> None:
    from comity.host.demonstration.standing import cite

    table = Table(title="What the gate said", title_justify="left")
    table.add_column("asks", justify="right")
    table.add_column("outcome")
    for status, count in sorted(statuses.items(), key=lambda item: -item[1]):
        table.add_row(str(count), WORDS.get(status, status))
    console.print(table)
    refusals = Table(title="What refused, by sensitivity class", title_justify="left")
    for name in ("classes", "rule", "authority", "in plain words"):
        refusals.add_column(name, justify="right" if name == "classes" else "left", overflow="fold")
    for rule, count in sorted(refused_by.items(), key=lambda item: -item[1]):
        citation, words = cite(rule)
        refusals.add_row(str(count), rule, citation, words)
    console.print(refusals)


def _await_answers(settings: NodeSettings) -> None:
    """Wait until the API answers and the worker runs, so that what is asked from now on is delivered at once.

    One that does not in time is started again and told by who watches it.
    """
    deadline = time.monotonic() + ANSWERS_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            httpx.get(f"http://{_address(settings)}/api/v1/health", timeout=5)
            if is_running(settings.home, "worker"):
                return
        time.sleep(0.1)


def _address(settings: NodeSettings) -> str:
    host = f"[{settings.bind_host}]" if ":" in settings.bind_host else settings.bind_host
    return f"{host}:{settings.bind_port}"


def _invite(settings: NodeSettings, console: Console) -> None:
    from comity.host.demonstration.account_file import account_file, read_accounts
    from comity.host.demonstration.api_keys import key_file

    accounts = Table(title="An account per role: name, password, secret for an authenticator app", box=None)
    for name in ("name", "password", "secret"):
        accounts.add_column(name, no_wrap=True)
    for one in read_accounts(settings.home):
        accounts.add_row(one.username, one.password, one.totp_secret)
    console.print(accounts, soft_wrap=True)
    console.print("without an app: [bold]comity demo-code NAME[/] prints the code of the moment")
    console.print(f"the same in {escape(str(account_file(settings.home)))}", soft_wrap=True)
    console.print(f"\nwhat the public sees: [bold]http://{escape(_address(settings))}/[/]")
    console.print(f"the console: [bold]http://{escape(_address(settings))}/console/[/]")
    console.print(f"the API and its documentation: [bold]http://{escape(_address(settings))}/api/v1/docs[/]")
    console.print(f"the same for machines: http://{escape(_address(settings))}/api/v1/public/agreements")
    console.print(f"keys of the demo agencies: {escape(str(key_file(settings.home)))}", soft_wrap=True)
    console.print("Ctrl-C stops everything this started\n")
