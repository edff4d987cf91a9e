"""Django is set up before the modules of these tests are imported: the scratch server is known by then."""

import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).parent))


def pytest_collectstart() -> None:
    """Set Django up before the test modules import its models."""
    django.setup()
