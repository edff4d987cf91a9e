"""What a command is given: a node, opened by the host, for as long as the command runs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typer

from comity.doors.cli.mistakes import told
from comity.kernel.time import Clock
from comity.spine.keys.ring import KeyRing


@dataclass(frozen=True, slots=True)
class Node:
    """A node whose database answers. `open_keys` opens the key file when a command first needs it.

    `hosts`: the names it answers to.
    """

    clock: Clock
    open_keys: Callable[[], KeyRing]
    log_key: Path
    last_signed: Path
    hosts: tuple[str, ...]

    @property
    def verified(self) -> Path:
        """Where the outcome of the last verification of the whole ledger is noted."""
        return self.last_signed.with_name("verified.json")

    def now(self) -> datetime:
        """Return the instant of the command; each command reads it once per transaction."""
        return self.clock()


Opener = Callable[[], AbstractContextManager[Node]]
"""Starts or joins the node's database and sets Django up; the host puts one into `context.obj`."""


@contextmanager
def opened(context: typer.Context) -> Iterator[Node]:
    """Open the node for one command; what a person can mend is told in a sentence and ends the command."""
    opener: Opener = context.obj
    with told(), opener() as node:
        yield node
