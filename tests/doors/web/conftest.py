"""Fixtures of the console's tests."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that what these tests share is found in every import mode
sys.path.insert(0, str(Path(__file__).parents[2] / "coordination" / "exchange"))  # asks are given there

from web_people import House
from web_scene import scene_of


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
