"""The worker's tests start from the same asks and records as the exchange's."""

import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).parents[2] / "coordination" / "exchange"))


def pytest_collectstart() -> None:
    """Set Django up before the test modules import its models."""
    django.setup()
