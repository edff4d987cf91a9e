"""Every data key is tried: what the ledger's digests do not cover is named item by item."""

import pytest
from django.db import connections

from comity.config.node import Role
from comity.spine.keys import FileKeyRing
from comity.spine.tenancy.transaction import acting
from comity.spine.vault.rewrap import rewrap_items
from comity.spine.vault.verify_keys import verify_keys


def verified(keys, **more):
    with connections["verifier"].cursor() as cursor:
        return verify_keys(cursor, keys, **more)


@pytest.mark.parametrize("batch", [1, 2, 7, 100])
def test_every_key_is_tried_whatever_the_batch(node, sealed, keys, batch):
    sealed(4)
    keys.rotate_master()
    sealed(3)
    found = verified(keys, batch=batch)
    assert (found.tried, found.changed) == (7, {})


def test_an_empty_vault_has_no_key_to_try(node, keys):
    assert verified(keys).tried == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1)", "does not open"),
        ("wrapped_key = ''", "does not open"),
        ("key_id = 'm-00'", "`m-00`"),
    ],
)
def test_items_with_a_changed_key_are_named_and_no_other(node, sealed, keys, change, says):
    first, _, last = sealed(3)
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute(f"UPDATE vault_item SET {change} WHERE id = ANY (%s)", ([first, last],))
    found = verified(keys, batch=2)
    assert found.tried == 3
    assert set(found.changed) == {first, last}
    assert all(says in text for text in found.changed.values())


def test_two_items_whose_keys_were_exchanged_are_both_named(node, sealed, keys):
    first, sound, last = sealed(3)
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute(
            "UPDATE vault_item AS a SET wrapped_key = b.wrapped_key, key_id = b.key_id FROM vault_item b"
            " WHERE a.id <> b.id AND a.id <> %(sound)s AND b.id <> %(sound)s",
            {"sound": sound},
        )
    found = verified(keys)
    assert set(found.changed) == {first, last}
    assert all("another item's" in text for text in found.changed.values())


def test_keys_wrapped_anew_stay_bound_to_their_items(node, sealed, keys, retention):
    ids = sealed(3)
    keys.rotate_master()
    with acting(retention) as cursor:
        assert rewrap_items(cursor, keys, batch=10).rewrapped == len(ids)
    assert verified(keys).changed == {}


def test_a_key_file_of_another_node_opens_nothing(node, sealed, keys, tmp_path):
    ids = sealed(3)
    assert set(verified(FileKeyRing.create(tmp_path / "other.json")).changed) == set(ids)
