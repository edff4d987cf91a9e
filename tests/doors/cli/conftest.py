"""The command line on a node with the demo states loaded, run in this process as the terminal would run it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import msgspec
import pytest
import typer
from typer.testing import CliRunner

from comity.doors.cli.mount import mount
from comity.doors.cli.node import Node, Opener


def pytest_collectstart() -> None:
    """Set Django up before the test modules import its models; the settings are known by now."""
    django.setup()


def cli_app() -> typer.Typer:
    """Return the commands of this door under a name of their own, as the host mounts them."""
    app = typer.Typer(pretty_exceptions_enable=False)
    mount(app)
    return app


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
        result = CliRunner().invoke(cli_app(), [str(word) for word in words], input=typed, obj=self.opener)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    def ask(self, *asks: object, acting: str = "hsi-arizona", options: tuple[str, ...] = ()) -> list[Any]:
        raw = b"\n".join(one if isinstance(one, bytes) else msgspec.json.encode(one) for one in asks)
        return self.run("ask", "-", "--as", acting, "--json", *options, typed=raw).lines


def opener_of(demo: Any, open_keys: Any = None) -> Opener:
    @contextmanager
    def open_node() -> Iterator[Node]:
        yield Node(
            demo.clock, open_keys or (lambda: demo.keys), demo.folder / "log-key.json", demo.folder / "last-signed.json"
        )

    return open_node


@pytest.fixture
def terminal(demo) -> Terminal:
    demo.sequence()
    return Terminal(demo, opener_of(demo))


@pytest.fixture(scope="module")
def reader(request, server, home, demo_template, tmp_path_factory) -> Iterator[Terminal]:
    """One node for a module's tests that write nothing another could notice."""
    root = next(p for p in request.config.pluginmanager.get_plugins() if hasattr(p, "demo_node"))
    with root.demo_node(server, home, demo_template, tmp_path_factory.mktemp("shared")) as node:
        node.sequence()
        yield Terminal(node, opener_of(node))


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


@pytest.fixture
def lodged(terminal) -> Terminal:
    """A terminal, and a record `C-1` lodged by the Pima County sheriff."""
    from comity.coordination.exchange.commands.file import NewRecord, file_records

    demo = terminal.node
    values = {"person_name": "Ana Example", "home_address": "1 Example Way", "warrant": "W-9"}
    record = NewRecord(category="case", reference="C-1", values=values)
    file_records(records=(record,), by=demo.actor("pima-so"), now=demo.clock(), keys=demo.keys)
    return terminal


@pytest.fixture
def write(tmp_path):
    def write(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write
