"""`comity ledger accept`: begin a new history, openly and by a person, when what was signed is lost for good."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import typer
from rich.console import Console

from comity.config.node import load
from comity.host.launcher import open_database
from comity.host.prepare import Paths, set_up_django
from comity.host.start import require_node

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from comity.spine.ledger.last_signed import LastSigned
    from comity.spine.ledger.notes import VerifierKey

WORD: Final = "accept"
NO_LIMIT: Final = timedelta(days=36_500)
"""How long an entry may wait before `verify` names it: here all wait, because the sequencer refuses to sign."""
NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class Lost:
    """Why nothing is signed any more; `remembered` is the last signed checkpoint, None when it cannot be read."""

    reason: str
    size: int
    remembered: "LastSigned | None"


def accept_command() -> None:
    """Accept the database as it is, under a new log key, when what was signed beyond it is lost for good.

    Stop the node first. Nothing is changed unless the ledger verifies and you type the word.
    """
    settings, console = load(), Console()
    require_node(settings)
    with open_database(settings):
        set_up_django(settings)
        code = accept(Paths(settings.home), console, ask=typer.prompt)
    raise typer.Exit(code)


def accept(paths: Paths, console: Console, *, ask: Callable[[str], str]) -> int:
    """Verify, say what is lost, `ask` for the word, begin the new history; return the exit code.

    The lock of the sequencer is held throughout. The old log key and the old checkpoint are renamed, never deleted; a
    crash in between leaves a node that refuses to sign, and this command does the rest when run again.
    """
    from django.db import connections

    from comity.spine.keys.ring import KeyRingError
    from comity.spine.ledger.notes import NoteError
    from comity.spine.ledger.sequencer import SequencerRunningError, take_lock

    connection = connections["sequencer"]
    try:
        with connection.cursor() as cursor:
            take_lock(cursor)
            return _accept(cursor, paths, console, ask)
    except (SequencerRunningError, KeyRingError, NoteError) as error:
        console.print(f"[red]nothing was accepted:[/] {error}")
        return 1
    finally:
        connection.close()


def _accept(cursor: "CursorWrapper", paths: Paths, console: Console, ask: Callable[[str], str]) -> int:
    from comity.spine.keys.log_key import list_verifier_keys
    from comity.spine.ledger.notes import VerifierKey
    from comity.spine.tenancy.clock import database_now

    now = database_now()
    keys = [VerifierKey.parse(text) for text in list_verifier_keys(paths.log_key)]
    if not keys:
        console.print("[red]nothing was accepted:[/] no verifier key is left; restore one, it is published")
        return 1
    lost = find_lost(cursor, paths, keys, now)
    if lost is None:
        console.print("[green]nothing is lost:[/] the database holds the last signed checkpoint, nothing to accept")
        return 0
    if not _verifies(keys, now, console):
        return 1
    _tell(lost, console)
    if ask(f"type `{WORD}` to begin a new history") != WORD:
        console.print("nothing was changed")
        return 1
    _begin(cursor, paths, keys[0].origin, lost, now, console)
    return 0


def find_lost(cursor: "CursorWrapper", paths: Paths, keys: "Sequence[VerifierKey]", now: datetime) -> Lost | None:
    """Return why the sequencer may not go on; None when it may, and then the last signed checkpoint is up to date.

    Raises `TreeBrokenError` and the errors of a log key that is there but cannot be opened.
    """
    from comity.spine.keys.log_key import LogKey
    from comity.spine.ledger.integrate import count_entries
    from comity.spine.ledger.last_signed import LastSignedDamagedError
    from comity.spine.ledger.recovery import ForkDetectedError, LastSignedMissingError, recover

    try:
        if paths.log_key.exists():
            recover(cursor, path=paths.last_signed, signer=LogKey.load(paths.log_key), now=now)
            return None
        reason = f"the log key `{paths.log_key}` is gone"
    except (ForkDetectedError, LastSignedMissingError, LastSignedDamagedError) as told:
        reason = str(told)
    return Lost(reason, count_entries(cursor), _remembered(paths, keys))


def _remembered(paths: Paths, keys: "Sequence[VerifierKey]") -> "LastSigned | None":
    from comity.spine.ledger.last_signed import LastSignedDamagedError, read_last_signed

    for key in keys:
        with suppress(LastSignedDamagedError):
            return read_last_signed(paths.last_signed, key)
    return None


def _verifies(keys: "Sequence[VerifierKey]", now: datetime, console: Console) -> bool:
    """Verify the database by itself: that it lacks what was signed last is what is to be accepted."""
    from comity.spine.ledger.connect import conninfo_of
    from comity.spine.ledger.verify import verify

    report = verify(conninfo=conninfo_of("verifier"), keys=keys, now=now, pending_limit=NO_LIMIT)
    for finding in report.findings[:NAMED]:
        console.print(f"{finding.kind.value}: {finding.where}: {finding.says}")
    if not report.is_clean:
        console.print("[red]nothing was accepted:[/] the database does not verify by itself; restore a backup")
    return report.is_clean


def _tell(lost: Lost, console: Console) -> None:
    console.print(f"[yellow]{lost.reason}[/]")
    console.print(f"the database verifies by itself, with {lost.size:,} entries")
    console.print(f"[bold]{_lost(lost)}[/]; others may hold proofs of what was signed")


def _lost(lost: Lost) -> str:
    if lost.remembered is None:
        return "which checkpoint was signed last is not known, nor how much is lost"
    known, at = lost.remembered.checkpoint.size, f"{lost.remembered.signed_at:%Y-%m-%d %H:%M:%S} UTC"
    if known > lost.size:
        return f"{known - lost.size:,} entries are lost: {known:,} were signed at {at}"
    return f"the history of {known:,} entries signed at {at} is given up"


def _begin(cursor: "CursorWrapper", paths: Paths, origin: str, lost: Lost, now: datetime, console: Console) -> None:
    from comity.spine.keys.log_key import LogKey, set_aside
    from comity.spine.ledger.recovery import accept_history

    kept = set_aside(paths.log_key, at=now)
    signer = LogKey.create(paths.log_key, origin=origin, clock=lambda: now)
    begun = accept_history(cursor, path=paths.last_signed, signer=signer, now=now)
    console.print(f"[green]a new history begins[/] at {begun.checkpoint.size:,} entries; {_lost(lost)}")
    console.print(f"kept as evidence: the old key `{kept}`, the old checkpoint `{paths.last_signed}.….old`")
    console.print("publish what happened, with the new verifier key:")
    console.print(signer.verifier_key, soft_wrap=True)
