"""A key ring, a tombstone file and the actors of the vault's tests."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from comity.kernel.ids import new_id
from comity.spine.keys import FileKeyRing
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, insert_rows
from comity.spine.vault.seal import Plain, seal_all
from comity.spine.vault.tombstones import TombstoneFile

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> FileKeyRing:
    return FileKeyRing.create(tmp_path / "keys.json")


@pytest.fixture
def file(tmp_path: Path) -> TombstoneFile:
    return TombstoneFile(tmp_path / "tombstones.ndjson")


@pytest.fixture
def holder() -> Actor:
    return Actor(new_id(), new_id())


@pytest.fixture
def asker() -> Actor:
    return Actor(new_id(), new_id())


@pytest.fixture
def retention() -> Actor:
    return Actor(new_id(), new_id(), Duty.RETENTION)


@pytest.fixture
def sealed(node: object, keys: FileKeyRing, holder: Actor, asker: Actor) -> Callable[..., list[UUID]]:
    """Seal `count` due records of the holder that the asker may read; return their ids, sorted."""

    def seal(count: int = 1, *, kind: str = "payload", retain_until: datetime | None = NOW) -> list[UUID]:
        items = [
            Plain(new_id(), kind, holder.agency_id, {"number": number}, (asker.agency_id,), retain_until)
            for number in range(count)
        ]
        with acting(asker) as cursor:
            insert_rows(cursor, seal_all(keys, items).tables)
        return sorted(item.id for item in items)

    return seal
