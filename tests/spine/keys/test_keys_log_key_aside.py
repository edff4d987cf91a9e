"""Log keys of histories that were given up stay beside the present one."""

from datetime import UTC, datetime, timedelta

import pytest

from comity.spine.keys import KeyFileExistsError, LogKey
from comity.spine.keys.log_key import list_verifier_keys, set_aside, verifier_path

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORIGIN = "comity.example/az"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log-key.json"


def test_a_key_set_aside_still_opens_and_its_verifier_key_is_listed_after_the_present_one(path):
    made = []
    for hours in range(3):
        made.append(LogKey.create(path, origin=ORIGIN, clock=lambda: AT).verifier_key)
        kept = set_aside(path, at=AT + timedelta(hours=hours))
        assert LogKey.load(kept).verifier_key == made[-1]
        assert not path.exists()
    made.append(LogKey.create(path, origin=ORIGIN, clock=lambda: AT).verifier_key)
    assert list_verifier_keys(path) == made[::-1]


def test_what_was_set_aside_is_not_replaced(path):
    first = LogKey.create(path, origin=ORIGIN, clock=lambda: AT)
    kept = set_aside(path, at=AT)
    LogKey.create(path, origin=ORIGIN, clock=lambda: AT)
    with pytest.raises(KeyFileExistsError, match="is evidence"):
        set_aside(path, at=AT)
    assert LogKey.load(kept).verifier_key == first.verifier_key
    assert path.exists()


def test_setting_aside_that_was_broken_off_is_completed_by_the_next(path):
    key = LogKey.create(path, origin=ORIGIN, clock=lambda: AT)
    path.unlink()
    kept = set_aside(path, at=AT)
    assert not kept.exists()
    assert verifier_path(kept).read_text().strip() == key.verifier_key
    assert list_verifier_keys(path) == [key.verifier_key]
