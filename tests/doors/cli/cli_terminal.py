"""The command line run in this process as a terminal would run it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from comity.doors.cli.mount import mount
from comity.doors.cli.node import Node, Opener


def cli_app() -> typer.Typer:
    """Return the commands of this door under a name of their own, as the host mounts them."""
    app = typer.Typer(pretty_exceptions_enable=False)
    mount(app)
    return app


@cache
def commands():
    """Return them made ready once: `CliRunner.invoke` would read every signature again for each command."""
    return get_command(cli_app())


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as lines of JSON."""
        return [msgspec.json.decode(line) for line in self.out.splitlines()]

    @property
    def value(self) -> Any:
        """Standard output as one line of JSON."""
        (value,) = self.lines
        return value


@dataclass(frozen=True)
class Terminal:
    """Runs commands; `node` is the test's database, `opener` how a command opens it."""

    node: Any
    opener: Opener

    def run(self, *words: object, typed: bytes | str | None = None) -> Said:
        with CliRunner().isolation(input=typed) as (out, err, _):
            with pytest.raises(SystemExit) as ended:
                commands().main([str(word) for word in words], prog_name="comity", obj=self.opener)
            sys.stdout.flush()
            sys.stderr.flush()
            return Said(ended.value.code, out.getvalue().decode(), err.getvalue().decode())

    def ask(self, *asks: object, acting: str = "hsi-arizona", options: tuple[str, ...] = ()) -> list[Any]:
        raw = b"\n".join(one if isinstance(one, bytes) else msgspec.json.encode(one) for one in asks)
        return self.run("ask", "-", "--as", acting, "--json", *options, typed=raw).lines


def opener_of(demo: Any, open_keys: Callable[[], Any] | None = None) -> Opener:
    @contextmanager
    def open_node() -> Iterator[Node]:
        yield Node(
            demo.clock,
            open_keys or (lambda: demo.keys),
            demo.folder / "log-key.json",
            demo.folder / "last-signed.json",
            ("localhost", "comity.example.gov"),
        )

    return open_node


def an_ask(key: str = "a1", **changes: object) -> dict[str, object]:
    return {
        "ask_id": key,
        "holder": "pima-so",
        "purpose": "criminal_investigation",
        "category": "case",
        "elements": ["person_name", "home_address"],
        "reference": "C-1",
        **changes,
    }
