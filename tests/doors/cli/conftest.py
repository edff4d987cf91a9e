"""The command line on a node with the demo states loaded, run in this process as the terminal would run it."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that `cli_terminal` is found in every import mode
from cli_terminal import Terminal, opener_of

from comity.spine.keys.file_ring import FileKeyRing


def pytest_collectstart() -> None:
    """Set Django up before the test modules import its models; the settings are known by now."""
    django.setup()


@pytest.fixture
def terminal(demo) -> Terminal:
    demo.sequence()
    return Terminal(demo, opener_of(demo))


@pytest.fixture(scope="module")
def _shared(request, server, home, demo_template, tmp_path_factory) -> Iterator[Terminal]:
    root = next(p for p in request.config.pluginmanager.get_plugins() if hasattr(p, "demo_node"))
    with root.demo_node(server, home, demo_template, tmp_path_factory.mktemp("shared")) as node:
        node.sequence()
        yield Terminal(node, opener_of(node))


@pytest.fixture
def reader(_shared) -> Terminal:
    """A terminal on a node that tests of one module share: for what writes nothing another could notice."""
    from django.db import connections

    connections.close_all()
    for alias in connections:  # another test of the module may have led Django to a node of its own
        connections[alias].settings_dict["NAME"] = _shared.node.access.name
    return _shared


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


@pytest.fixture
def own_keys(lodged, tmp_path) -> tuple[Terminal, Path]:
    """A terminal whose key file is its own: rotating it disturbs nobody."""
    path = tmp_path / "keys.json"
    shutil.copy(lodged.node.home / "keys.json", path)
    path.chmod(0o600)
    return Terminal(lodged.node, opener_of(lodged.node, lambda: FileKeyRing(path))), path


@pytest.fixture
def unlawful(node, tmp_path) -> Terminal:
    """A terminal on a node with the demo's directory and no law."""
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.clock import database_now
    from comity.standing.directory.demo import load_demo

    load_demo(by=node_actor(Duty.STEWARD), now=database_now())

    class Bare:
        clock, folder, keys = staticmethod(database_now), tmp_path, None

    terminal = Terminal(node, opener_of(Bare))
    assert terminal.run("law", "name-counsel", "az-ag").code == 0
    return terminal
