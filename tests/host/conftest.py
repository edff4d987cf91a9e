"""Clusters of their own: each test's home is new, and what it started is gone afterwards."""

import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.config.node import DatabaseAccess

sys.path.insert(0, str(Path(__file__).parent))  # so that `host_clusters` is found in every import mode
from host_clusters import MADE, scratch


@pytest.fixture
def own_home() -> Iterator[Path]:
    """A home below a folder that only its owner may pass (0700), removed with its cluster."""
    folder = Path(tempfile.mkdtemp(prefix="comity-test-"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    before = len(MADE)
    yield folder / "home"
    for cluster in MADE[before:]:
        cluster.discard()
    del MADE[before:]
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def user_home() -> Iterator[Path]:
    """A private home (0700) that an ordinary user can be given."""
    folder = Path(tempfile.mkdtemp(prefix="comity-user-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def running() -> Iterator[DatabaseAccess]:
    """One running scratch cluster for tests that leave it as they found it."""
    folder = Path(tempfile.mkdtemp(prefix="comity-test-"))
    cluster = scratch(folder)
    yield cluster.start()
    cluster.discard()
    shutil.rmtree(folder, ignore_errors=True)
