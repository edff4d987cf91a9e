"""When an old master key may be destroyed."""

from datetime import UTC, datetime, timedelta

import pytest

from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.moved_ring import MovedRing
from comity.spine.tenancy.transaction import reading
from comity.spine.vault.retire import SETTLED, JustReplacedError, require_retirable

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_move_that_was_interrupted_settles_from_when_the_file_was_marked(node, tmp_path, retention):
    token = FileKeyRing.create(tmp_path / "token", clock=lambda: NOW - timedelta(days=3))
    file = FileKeyRing.create(tmp_path / "keys.json", clock=lambda: NOW)
    old = file.master_key_id
    file.mark_moved("comity")
    both = MovedRing(token, FileKeyRing(tmp_path / "keys.json"))
    with reading(retention) as cursor:
        with pytest.raises(JustReplacedError, match=r"replaced at 12:00 UTC.*after 12:10 UTC"):
            require_retirable(cursor, both, key_id=old, now=NOW + SETTLED - timedelta(seconds=1))
        assert require_retirable(cursor, both, key_id=old, now=NOW + SETTLED).key_id == old
