import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.spine.keys import (
    FileKeyRing,
    KeyFileDamagedError,
    KeyFileExistsError,
    KeyFileExposedError,
    KeyFileMissingError,
    KeysMovedError,
    LogKey,
    MasterKeyInUseError,
    SigningKeyExistsError,
    UnknownMasterKeyError,
    UnknownSigningKeyError,
    UnwrapError,
    Wrapped,
    rewrap,
    verifier_path,
)
from comity.spine.keys.ring import Signature

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DATA_KEY = bytes(range(32))
ITEM = b"item-one"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def ring(path: Path) -> FileKeyRing:
    return FileKeyRing.create(path, clock=lambda: NOW)


def test_wrapped_key_opens_again_and_after_reopening_the_file(ring, path):
    wrapped = ring.wrap(DATA_KEY, ITEM)
    assert ring.unwrap(wrapped, ITEM) == DATA_KEY
    assert FileKeyRing(path).unwrap(wrapped, ITEM) == DATA_KEY
    assert DATA_KEY not in wrapped.blob
    assert ring.wrap(DATA_KEY, ITEM).blob != wrapped.blob


def test_key_file_is_for_its_owner_alone(ring, path):
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyFileExposedError, match=r"mode 0640.*chmod 600"):
        FileKeyRing(path)


def test_missing_key_file_names_the_remedy(path):
    with pytest.raises(KeyFileMissingError, match="restore it from the backup"):
        FileKeyRing(path)


def test_existing_key_file_is_never_replaced(ring, path):
    before = path.read_bytes()
    with pytest.raises(KeyFileExistsError):
        FileKeyRing.create(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "nonsense",
        lambda _: json.dumps([]),
        lambda c: json.dumps({**c, "format": "other"}),
        lambda c: json.dumps({**c, "current": "m-0"}),
        lambda c: json.dumps({**c, "blind": "AAAA"}),
        lambda c: json.dumps({**c, "masters": {k: {"key": "A" * 43 + "="} for k in c["masters"]}}),
        lambda c: json.dumps({k: v for k, v in c.items() if k != "signing"}),
    ],
)
def test_damaged_key_file_is_refused(ring, path, damage):
    path.write_text(damage(json.loads(path.read_text())))
    with pytest.raises(KeyFileDamagedError, match="restore"):
        FileKeyRing(path)


def test_wrong_key_file_is_named_when_something_is_opened(ring, tmp_path):
    other = FileKeyRing.create(tmp_path / "other.json")
    with pytest.raises(UnknownMasterKeyError, match="put back the key file"):
        other.unwrap(ring.wrap(DATA_KEY, ITEM), ITEM)


@given(place=st.integers(min_value=0, max_value=59))
def test_changed_wrapped_key_is_refused(place, tmp_path_factory):
    ring = FileKeyRing.create(tmp_path_factory.mktemp("ring") / "keys.json")
    wrapped = ring.wrap(DATA_KEY, ITEM)
    changed = bytearray(wrapped.blob)
    changed[place] ^= 1
    with pytest.raises(UnwrapError):
        ring.unwrap(Wrapped(wrapped.key_id, bytes(changed)), ITEM)


def test_a_data_key_opens_only_for_what_it_was_wrapped_for(ring):
    wrapped = ring.wrap(DATA_KEY, ITEM)
    with pytest.raises(UnwrapError, match="another's"):
        ring.unwrap(wrapped, b"item-two")
    ring.rotate_master()
    (again,) = rewrap(ring, [(ITEM, wrapped)])
    with pytest.raises(UnwrapError):
        ring.unwrap(again, b"item-two")


def test_rotation_keeps_old_keys_until_they_are_retired(ring, path):
    old = ring.wrap(DATA_KEY, ITEM)
    second = FileKeyRing(path)
    fresh_id = ring.rotate_master()
    fresh = ring.wrap(DATA_KEY, ITEM)
    assert fresh.key_id == fresh_id != old.key_id
    assert second.unwrap(fresh, ITEM) == DATA_KEY
    assert ring.unwrap(old, ITEM) == DATA_KEY
    rewrapped = list(rewrap(ring, [(ITEM, old), (ITEM, fresh)]))
    assert [item.key_id for item in rewrapped] == [fresh_id, fresh_id]
    assert rewrapped[1] is fresh
    with pytest.raises(MasterKeyInUseError):
        ring.retire_master(fresh_id)
    ring.retire_master(old.key_id)
    with pytest.raises(UnknownMasterKeyError):
        ring.unwrap(old, ITEM)
    assert ring.unwrap(rewrapped[0], ITEM) == DATA_KEY


def test_what_another_process_rotated_is_sealed_with_from_then_on(ring, path):
    other = FileKeyRing(path)
    fresh_id = other.rotate_master()
    assert ring.wrap(DATA_KEY, ITEM).key_id == fresh_id == ring.master_key_id


def test_nothing_is_sealed_with_a_file_that_is_gone_or_was_moved(ring, path):
    sealed = ring.wrap(DATA_KEY, ITEM)
    FileKeyRing(path).mark_moved("comity")
    with pytest.raises(KeysMovedError, match="token `comity`; set COMITY_KEYS=pkcs11"):
        ring.wrap(DATA_KEY, ITEM)
    path.unlink()
    with pytest.raises(KeyFileMissingError):
        ring.wrap(DATA_KEY, ITEM)
    assert ring.unwrap(sealed, ITEM) == DATA_KEY


def test_a_moved_file_goes_with_its_last_master_key(ring, path):
    first, second = ring.master_key_id, ring.rotate_master()
    ring.mark_moved("comity")
    ring.retire_master(second)
    assert [key.key_id for key in FileKeyRing(path).master_keys()] == [first]
    ring.retire_master(first)
    assert not path.exists()
    assert ring.master_keys() == []


def test_master_keys_say_since_when_and_which_is_current(path):
    days = iter(range(1, 9))
    ring = FileKeyRing.create(path, clock=lambda: datetime(2026, 3, next(days), tzinfo=UTC))
    fresh = ring.rotate_master()
    assert [(key.made_at.day, key.is_current, key.kept_in) for key in ring.master_keys()] == [
        (1, False, "key file"),
        (2, True, "key file"),
    ]
    assert ring.master_keys()[1].key_id == fresh
    assert {key.moved_at for key in ring.master_keys()} == {None}
    ring.mark_moved("comity")
    assert {key.moved_at for key in FileKeyRing(path).master_keys()} == {datetime(2026, 3, 3, tzinfo=UTC)}


def test_signature_holds_for_its_digest_and_key_only(ring):
    mine = ring.create_signing_key("envelope:a")
    theirs = ring.create_signing_key("envelope:b")
    signature = ring.sign("envelope:a", DATA_KEY)
    assert len(signature.blob) == 96
    assert ring.verify(signature, mine.spki)
    assert not ring.verify(signature, theirs.spki)
    assert not ring.verify(signature, b"no key")
    assert not ring.verify(Signature("ed25519", mine.key_id, DATA_KEY, signature.blob), mine.spki)
    assert not ring.verify(Signature(signature.scheme, mine.key_id, b"other", signature.blob), mine.spki)
    assert not ring.verify(Signature(signature.scheme, mine.key_id, DATA_KEY, signature.blob[:-1]), mine.spki)


def test_signing_key_is_made_once_and_rotated_by_name(ring, path):
    first = ring.create_signing_key("envelope:a")
    with pytest.raises(SigningKeyExistsError):
        ring.create_signing_keys(["envelope:new", "envelope:a"])
    old = ring.sign("envelope:a", DATA_KEY)
    second = ring.rotate_signing_key("envelope:a")
    assert second.key_id != first.key_id
    assert ring.verify(old, first.spki)
    assert [key.key_id for key in FileKeyRing(path).public_keys()] == [second.key_id]
    with pytest.raises(UnknownSigningKeyError):
        ring.sign("envelope:missing", DATA_KEY)


def test_signing_key_made_by_another_process_is_found(ring, path):
    FileKeyRing(path).create_signing_key("envelope:late")
    assert ring.sign("envelope:late", DATA_KEY).digest == DATA_KEY


def test_blind_index_is_stable_and_separate_for_each_context(ring, path):
    assert ring.blind("case", "17") == FileKeyRing(path).blind("case", "17")
    assert len({ring.blind("case", "17"), ring.blind("case", "18"), ring.blind("booking", "17")}) == 3
    with pytest.raises(ValueError, match="NUL"):
        ring.blind("a\0b", "c")


def test_interrupted_write_leaves_the_old_file(ring, path, monkeypatch):
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        ring.rotate_master()
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir() if p.name.endswith(".new")] == []


def test_what_a_killed_write_left_goes_with_the_next_write_and_with_the_file(ring, path):
    leftover, anothers = path.with_name(".keys.json.4242.new"), path.with_name(".log-key.json.4242.new")
    old = ring.master_key_id
    for file in (leftover, anothers):
        file.write_bytes(path.read_bytes())
    fresh = ring.rotate_master()
    assert (leftover.exists(), anothers.exists()) == (False, True)
    ring.mark_moved("comity")
    ring.retire_master(old)
    leftover.write_bytes(path.read_bytes())
    ring.retire_master(fresh)
    assert (path.exists(), leftover.exists(), anothers.exists()) == (False, False, True)


def test_log_key_is_kept_apart_and_shows_its_verifier_key(tmp_path):
    path = tmp_path / "log-key.json"
    key = LogKey.create(path, origin="comity.example/az", clock=lambda: NOW)
    assert LogKey.load(path).sign(b"x") == key.sign(b"x")
    assert path.stat().st_mode & 0o777 == 0o600
    assert verifier_path(path).read_text().strip() == key.verifier_key
    assert key.verifier_key.startswith("comity.example/az+")
    path.write_text(path.read_text().replace("seed", "seat"))
    with pytest.raises(KeyFileDamagedError):
        LogKey.load(path)


@pytest.mark.parametrize("origin", ["", "two words", "a+b"])
def test_log_name_that_a_note_cannot_carry_is_refused(tmp_path, origin):
    with pytest.raises(ValueError, match="cannot be named"):
        LogKey.create(tmp_path / "log-key.json", origin=origin, clock=lambda: NOW)
