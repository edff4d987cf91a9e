import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.config.node import Role
from comity.kernel.ids import new_id, random_id
from comity.spine.keys import FileKeyRing, UnknownMasterKeyError
from comity.spine.keys.ring import KeyRingError, UnwrapError
from comity.spine.tenancy.actor import NODE, Actor, Duty
from comity.spine.tenancy.transaction import acting, insert_rows, reading
from comity.spine.vault import seal
from comity.spine.vault.check_keys import opens_most
from comity.spine.vault.rewrap import START, count_by_key, rewrap_items
from comity.spine.vault.seal import (
    ItemAlteredError,
    ItemNotVisibleError,
    Plain,
    open_item,
    open_items,
    open_sound_texts,
    seal_all,
)
from comity.spine.vault.selectors import iter_stored_digests

NAME = "Zebulon Quill"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz:", max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_owner_and_readers_open_what_was_sealed(keys, sealed, holder, asker):
    ids = sealed(3)
    for actor in (holder, asker):
        with reading(actor) as cursor:
            assert open_items(cursor, keys, ids) == {item_id: {"number": n} for n, item_id in enumerate(ids)}


def test_another_agency_finds_nothing_and_is_not_told_why(keys, sealed):
    (item_id,) = sealed()
    with reading(Actor(new_id(), new_id())) as cursor:
        assert open_items(cursor, keys, [item_id]) == {}
        with pytest.raises(ItemNotVisibleError) as hidden:
            open_item(cursor, keys, item_id)
        absent = random_id()
        with pytest.raises(ItemNotVisibleError) as missing:
            open_item(cursor, keys, absent)
    assert str(hidden.value).replace(str(item_id), "") == str(missing.value).replace(str(absent), "")


@pytest.mark.parametrize("duty", [Duty.COURIER, Duty.RETENTION])
def test_worker_opens_every_record(keys, sealed, duty):
    ids = sealed(2)
    with reading(Actor(new_id(), new_id(), duty)) as cursor:
        assert len(open_items(cursor, keys, ids)) == 2


def test_the_nodes_auditor_reads_facts_of_every_agency_and_an_agencys_its_own_and_nothing_else(keys, sealed, holder):
    facts, payload = sealed(kind="facts"), sealed(kind="payload")
    for agency, seen in ((NODE, facts), (holder.agency_id, facts), (new_id(), [])):
        with reading(Actor(agency, new_id(), Duty.AUDITOR)) as cursor:
            assert list(open_items(cursor, keys, facts + payload)) == seen


def test_auditor_seals_nothing(node, keys):
    auditor = Actor(new_id(), new_id(), Duty.AUDITOR)
    with pytest.raises(ProgrammingError, match="row-level security"), acting(auditor) as cursor:
        insert_rows(cursor, seal_all(keys, [Plain(new_id(), "facts", auditor.agency_id, {})]).tables)


def test_the_database_holds_no_readable_value(node, keys, holder):
    with acting(holder) as cursor:
        item = Plain(new_id(), "payload", holder.agency_id, {"nc:PersonFullName": NAME})
        insert_rows(cursor, seal_all(keys, [item]).tables)
    with node.connect(Role.BOOTSTRAP) as admin:
        rows = admin.execute("SELECT * FROM vault_item").fetchall()
    assert NAME not in str(rows)
    held = b"".join(cell for row in rows for cell in row if isinstance(cell, bytes))
    assert held
    assert NAME.encode() not in held


def test_returned_digest_is_of_nonce_and_ciphertext_and_the_verifier_computes_it_again(node, keys, holder):
    items = [Plain(new_id(), "payload", holder.agency_id, {"n": n}) for n in range(5)]
    with acting(holder) as cursor:
        sealing = seal_all(keys, items)
        insert_rows(cursor, sealing.tables)
    with node.connect(Role.VERIFIER) as verifier:
        stored = verifier.execute("SELECT id, nonce, ciphertext FROM vault_item").fetchall()
        assert dict(iter_stored_digests(verifier.cursor())) == sealing.digests
    assert {row[0]: hashlib.sha256(row[1] + row[2]).hexdigest() for row in stored} == sealing.digests


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE vault_item SET ciphertext = set_byte(ciphertext, 0, get_byte(ciphertext, 0) # 1)",
        "UPDATE vault_item SET nonce = set_byte(nonce, 11, get_byte(nonce, 11) # 128)",
        "UPDATE vault_item SET kind = 'facts'",
        "UPDATE vault_item SET id = gen_random_uuid()",
        "UPDATE vault_item SET ciphertext = ''",
        "UPDATE vault_item SET wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1)",
        "UPDATE vault_item SET wrapped_key = ''",
    ],
)
def test_changed_record_does_not_open(node, keys, sealed, retention, damage):
    sealed()
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute(damage)
        ids = [row[0] for row in admin.execute("SELECT id FROM vault_item")]
    with pytest.raises(ItemAlteredError, match=str(ids[0])), reading(retention) as cursor:
        open_items(cursor, keys, ids)


def test_content_moved_to_another_row_does_not_open(node, keys, sealed, retention):
    first, second = sealed(2)
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute(
            "UPDATE vault_item a SET nonce = b.nonce, ciphertext = b.ciphertext, wrapped_key = b.wrapped_key"
            " FROM vault_item b WHERE a.id = %s AND b.id = %s",
            (first, second),
        )
    with pytest.raises(ItemAlteredError), reading(retention) as cursor:
        open_item(cursor, keys, first)


def test_what_is_sound_opens_beside_what_was_damaged_and_the_damage_is_told(node, keys, sealed, retention):
    altered, renamed, sound = sealed(3)
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE vault_item SET wrapped_key = '' WHERE id = %s", (altered,))
        admin.execute("UPDATE vault_item SET key_id = 'm-00' WHERE id = %s", (renamed,))
    with reading(retention) as cursor:
        opened = open_sound_texts(cursor, keys, [altered, renamed, sound, random_id()])
        assert opens_most(cursor, keys) is False
    assert list(opened.texts) == [sound]
    assert {item: type(error) for item, error in opened.damaged.items()} == {
        altered: ItemAlteredError,
        renamed: UnknownMasterKeyError,
    }


def test_a_ring_belongs_that_opens_most_of_what_was_sealed_last(tmp_path, node, keys, sealed, retention):
    with reading(retention) as cursor:
        assert not opens_most(cursor, keys)
    sealed(3)
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE vault_item SET key_id = 'm-00' WHERE id = (SELECT max(id::text) FROM vault_item)::uuid")
    with reading(retention) as cursor:
        assert opens_most(cursor, keys)
        assert not opens_most(cursor, FileKeyRing.create(tmp_path / "other.json"))


class FailingRing:
    """A token that was pulled out: it opens nothing any more, and seals nothing."""

    def unwrap(self, wrapped, bound_to):
        raise UnwrapError(f"{wrapped.key_id} for {bound_to!r}")

    def wrap(self, data_key, bound_to):
        raise KeyRingError(f"no token for {len(data_key)} bytes of {bound_to!r}")


def test_a_ring_that_fails_is_not_taken_for_an_altered_record(sealed, holder):
    (item_id,) = sealed()
    with pytest.raises(KeyRingError, match="no token"), reading(holder) as cursor:
        open_sound_texts(cursor, FailingRing(), [item_id])


def test_ring_without_the_master_key_says_so(tmp_path, keys, sealed, holder):
    (item_id,) = sealed()
    other = FileKeyRing.create(tmp_path / "other.json")
    with pytest.raises(UnknownMasterKeyError), reading(holder) as cursor:
        open_item(cursor, other, item_id)


def test_duplicate_id_refuses_the_whole_chunk(node, keys, holder):
    item = Plain(new_id(), "payload", holder.agency_id, {})
    with acting(holder) as cursor:
        insert_rows(cursor, seal_all(keys, [item]).tables)
    with pytest.raises(IntegrityError, match="duplicate key"), acting(holder) as cursor:
        insert_rows(cursor, seal_all(keys, [replace(item, id=new_id()), item]).tables)
    with node.connect(Role.VERIFIER) as verifier:
        assert verifier.execute("SELECT count(*) FROM vault_item").fetchone() == (1,)


def test_application_cannot_change_content(node, sealed, holder):
    sealed()
    for column in ("ciphertext", "nonce", "kind", "owner_id", "reader_ids"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), node.connect(Role.APP) as app:
            app.execute(f"UPDATE vault_item SET {column} = {column}")


def test_rotation_wraps_every_key_anew_and_leaves_content_and_digest(node, keys, sealed, holder, retention):
    ids = sealed(7)
    with reading(retention) as cursor:
        before = dict(iter_stored_digests(cursor))
    new_key = keys.rotate_master()
    after: UUID | None = START
    rewrapped = 0
    while after is not None:
        with acting(retention) as cursor:
            step = rewrap_items(cursor, keys, batch=3, after=after)
        rewrapped += step.rewrapped
        after = step.after
    assert rewrapped == 7
    with reading(retention) as cursor:
        assert count_by_key(cursor) == {new_key: 7}
        assert dict(iter_stored_digests(cursor)) == before
        assert len(open_items(cursor, keys, ids)) == 7
    with acting(retention) as cursor:
        assert rewrap_items(cursor, keys, batch=100).rewrapped == 0


@given(value=st.dictionaries(st.text("abcxyz:", max_size=8), json_values, max_size=5), kind=st.text("abc.", min_size=1))
@settings(max_examples=50)
def test_any_value_opens_as_it_was_and_only_under_its_own_id_and_kind(value, kind, tmp_path_factory):
    ring = _ring(tmp_path_factory)
    item = Plain(random_id(), kind, random_id(), value)
    stored = seal._seal(ring, item)
    assert seal._read(seal._open(ring, item.id, kind, stored)) == value
    with pytest.raises(ItemAlteredError):
        seal._open(ring, random_id(), kind, stored)
    with pytest.raises(ItemAlteredError):
        seal._open(ring, item.id, kind + "x", stored)
    assert seal._seal(ring, item).ciphertext != stored.ciphertext


_rings: list[FileKeyRing] = []


def _ring(factory: pytest.TempPathFactory) -> FileKeyRing:
    if not _rings:
        _rings.append(
            FileKeyRing.create(factory.mktemp("ring") / "keys.json", clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
        )
    return _rings[0]
