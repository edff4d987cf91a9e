"""Published agreements of the demo states; a way to make the worker tell the public of what happened."""

from collections.abc import Callable
from uuid import UUID

import django
import pytest


def pytest_collectstart() -> None:
    """Set Django up before the test modules import its models; the settings are known by now."""
    django.setup()


CODE = "az-sharing-2026"


@pytest.fixture
def agreement_id(demo) -> UUID:
    from comity.spine.tenancy.transaction import reading
    from comity.standing.agreements.selectors import get_agreement_by_code

    with reading(demo.node("steward")):
        return get_agreement_by_code(CODE).id


@pytest.fixture
def work(demo) -> Callable[[], int]:
    """Do what waits in the outbox, as the worker does."""
    from comity.doors.worker.deliveries import sweep

    sweep(clock=demo.clock, keys=demo.keys)
    return lambda: sweep(clock=demo.clock, keys=demo.keys)
