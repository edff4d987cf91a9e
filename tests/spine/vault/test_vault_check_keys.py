"""Whether a key ring belongs to the database it was put beside."""

import psycopg
import pytest
from django.db import connections

from comity.config.node import Role
from comity.spine.keys import FileKeyRing, UnknownMasterKeyError
from comity.spine.tenancy.transaction import reading
from comity.spine.vault.check_keys import check_keys
from comity.spine.vault.seal import ItemAlteredError


def opened(keys) -> int:
    with connections["verifier"].cursor() as cursor:
        return check_keys(cursor, keys)


@pytest.mark.parametrize(("items", "tried"), [(0, 0), (1, 1), (2, 2), (5, 2)])
def test_the_oldest_and_the_newest_item_are_opened(sealed, node, keys, items, tried):
    if items:
        sealed(items)
    assert opened(keys) == tried


def test_a_key_file_of_another_node_is_told_by_the_keys_it_holds(sealed, tmp_path):
    sealed(3)
    other = FileKeyRing.create(tmp_path / "other.json")
    with pytest.raises(UnknownMasterKeyError, match=f"it holds `{other.master_key_id}`"):
        opened(other)


def test_a_key_file_from_before_the_last_rotation_is_noticed_at_the_newest_item(sealed, keys, tmp_path):
    sealed(2)
    old = tmp_path / "old.json"
    old.write_bytes((tmp_path / "keys.json").read_bytes())
    old.chmod(0o600)
    keys.rotate_master()
    sealed(1)
    assert opened(keys) == 2
    with pytest.raises(UnknownMasterKeyError):
        opened(FileKeyRing(old))


def test_an_altered_item_is_not_taken_for_a_wrong_key(sealed, node, keys):
    sealed(1)
    with node.connect(Role.BOOTSTRAP) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE vault_item SET ciphertext = ciphertext || '\\x00'::bytea")
    with pytest.raises(ItemAlteredError):
        opened(keys)


def test_a_duty_that_sees_every_item_may_check_too(sealed, keys, retention, node):
    sealed(3)
    with reading(retention) as cursor:
        assert check_keys(cursor, keys) == 2
    with psycopg.connect(node.access.conninfo(Role.VERIFIER)) as plain, plain.cursor() as cursor:
        assert check_keys(cursor, keys) == 2
