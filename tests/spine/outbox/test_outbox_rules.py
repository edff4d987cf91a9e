from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.spine.outbox.rules import delay_after, next_attempt

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FAR = NOW + timedelta(days=365)
chance = st.floats(0, 1, exclude_max=True)


def test_waits_double_from_a_second_and_become_hourly_with_the_seventh_failure():
    waits = [delay_after(attempts).total_seconds() for attempts in range(1, 10)]
    assert waits == [1, 2, 4, 8, 16, 32, 3600, 3600, 3600]


def test_success_has_no_wait():
    with pytest.raises(ValueError, match="at least the first"):
        delay_after(0)


@given(attempts=st.integers(1, 10**6), draw=chance)
def test_wait_is_the_scheduled_one_give_or_take_a_quarter(attempts, draw):
    at = next_attempt(attempts=attempts, now=NOW, expires_at=FAR, random=lambda: draw)
    assert at is not None
    assert 0.75 * delay_after(attempts) <= at - NOW <= 1.25 * delay_after(attempts)


@given(attempts=st.integers(1, 50), draw=chance, lifetime=st.integers(-10, 5000))
def test_no_attempt_is_planned_at_or_after_the_end(attempts, draw, lifetime):
    expires_at = NOW + timedelta(seconds=lifetime)
    at = next_attempt(attempts=attempts, now=NOW, expires_at=expires_at, random=lambda: draw)
    assert at is None or at < expires_at
