"""Identifiers: what one tells, and what it must not tell."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from comity.kernel.ids import new_id, random_id


def test_new_ids_sort_in_the_order_they_were_made() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}


def test_a_new_id_carries_the_time_it_was_made() -> None:
    made = datetime.fromtimestamp((new_id().int >> 80) / 1000, UTC)
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)


def test_random_ids_carry_no_time_and_no_order() -> None:
    made = [random_id() for _ in range(1000)]
    assert made != sorted(made)
    assert len(set(made)) == 1000
    assert {(one.version, one.variant) for one in made} == {(4, RFC_4122)}
    assert len({one.int >> 80 for one in made}) > 900
