"""Django is set up before the modules of these tests are imported: the scratch server is known by then."""

import django


def pytest_collectstart() -> None:
    """Set Django up before the test modules import its models."""
    django.setup()
