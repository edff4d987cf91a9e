"""Fixtures of the console's tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that what these tests share is found in every import mode

from web_people import House


@pytest.fixture
def house(demo) -> Iterator[House]:
    from django.core.cache import cache

    from comity.doors.ring import forget_keys

    forget_keys()
    cache.clear()
    yield House(demo)
    forget_keys()
