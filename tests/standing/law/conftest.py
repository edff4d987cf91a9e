"""Django is set up before tests of this folder import its models; the database comes with the fixture `node`."""

import django


def pytest_collectstart() -> None:
    """Set Django up before the test modules import its models; the settings are known by now."""
    django.setup()
