"""A real browser at the pages of a node: served over loopback, by Chromium without a screen."""

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_socket import enable_socket, socket_allow_hosts

sys.path.insert(0, str(Path(__file__).parents[1] / "doors" / "web"))  # people at the console are the same
sys.path.insert(0, str(Path(__file__).parents[1] / "coordination" / "exchange"))  # asks are given there
sys.path.insert(0, str(Path(__file__).parent))

from browser_pages import Site
from web_people import House
from web_scene import scene_of

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(autouse=True)
def closed_sockets() -> None:
    """Let these tests also listen on the loopback: a browser comes from outside the process."""
    enable_socket()
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for the tests of a process; each test has windows of its own."""
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs a loop in the thread of the tests
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def house(demo) -> Iterator[House]:
    from django.core.cache import cache

    from comity.doors.ring import forget_keys

    forget_keys()
    cache.clear()
    yield House(demo)
    forget_keys()


@pytest.fixture
def scene(house) -> dict[str, Any]:
    """Something to see on every page."""
    return scene_of(house)


@pytest.fixture
def site(house, chromium) -> Iterator[Site]:
    """The node's pages at an address of this machine, and windows to look at them."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made = Site(f"http://localhost:{server.server_address[1]}", house, chromium)
    yield made
    made.close()
    server.shutdown()
    server.server_close()
    thread.join()
