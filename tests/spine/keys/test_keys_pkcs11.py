import os
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")

from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.pkcs11_ring import LOOK_AGAIN_SECONDS, Pkcs11KeyRing, TokenUnusableError
from comity.spine.keys.pkcs11_token import make_master
from comity.spine.keys.ring import (
    MasterKeyInUseError,
    SigningKeyExistsError,
    TokenEmptyError,
    TokenTakenError,
    UnknownMasterKeyError,
    UnknownSigningKeyError,
    UnwrapError,
    Wrapped,
    rewrap,
)

MODULE = next((path for path in Path("/usr/lib").glob("**/softhsm/libsofthsm2.so")), None)
TOOL = shutil.which("softhsm2-util")

pytestmark = pytest.mark.skipif(MODULE is None or TOOL is None, reason="SoftHSM is not installed (apt: softhsm2)")

DATA_KEY = bytes(range(32))
ITEM = b"item-one"


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A token of its own; SoftHSM reads its configuration once a process."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(config)
    command = [TOOL, "--init-token", "--free", "--label", "comity", "--so-pin", "1234", "--pin", "5678"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - found above
    words = {"module": MODULE, "token": "comity", "pin": "5678"}
    with pytest.raises(TokenEmptyError, match="comity init"):
        Pkcs11KeyRing(**words)
    Pkcs11KeyRing.create(**words).close()
    return words


@pytest.fixture
def ring(token):
    with Pkcs11KeyRing(**token) as ring:
        yield ring


def test_token_wraps_and_opens_across_sessions(ring):
    wrapped = ring.wrap(DATA_KEY, ITEM)
    assert ring.unwrap(wrapped, ITEM) == DATA_KEY
    assert DATA_KEY not in wrapped.blob
    assert len(wrapped.blob) == 60


def test_changed_or_foreign_data_key_is_refused(ring):
    wrapped = ring.wrap(DATA_KEY, ITEM)
    with pytest.raises(UnwrapError):
        ring.unwrap(Wrapped(wrapped.key_id, wrapped.blob[:-1] + bytes([wrapped.blob[-1] ^ 1])), ITEM)
    with pytest.raises(UnwrapError, match="another's"):
        ring.unwrap(wrapped, b"item-two")
    with pytest.raises(UnknownMasterKeyError, match="connect the token"):
        ring.unwrap(Wrapped("h-0", wrapped.blob), ITEM)


def test_rotation_rewraps(ring):
    old = ring.wrap(DATA_KEY, ITEM)
    fresh_id = ring.rotate_master()
    (fresh,) = rewrap(ring, [(ITEM, old)])
    assert fresh.key_id == fresh_id == ring.master_key_id != old.key_id
    assert ring.unwrap(fresh, ITEM) == ring.unwrap(old, ITEM) == DATA_KEY


def test_an_old_master_key_is_destroyed_in_the_token_and_the_current_one_is_not(ring):
    old = ring.wrap(DATA_KEY, ITEM)
    ring.rotate_master()
    with pytest.raises(MasterKeyInUseError):
        ring.retire_master(ring.master_key_id)
    ring.retire_master(old.key_id)
    with pytest.raises(UnknownMasterKeyError):
        ring.unwrap(old, ITEM)
    with pytest.raises(UnknownMasterKeyError):
        ring.retire_master(old.key_id)
    held = ring.master_keys()
    assert old.key_id not in {key.key_id for key in held}
    assert [key.key_id for key in held if key.is_current] == [ring.master_key_id]
    assert {key.kept_in for key in held} == {"token"}


def test_a_master_key_rotated_out_elsewhere_is_not_sealed_with_for_long(ring, monkeypatch):
    before = ring.master_key_id
    fresh = make_master(ring._session, lambda: datetime.now(UTC))
    assert ring.wrap(DATA_KEY, ITEM).key_id == before
    later = time.monotonic() + LOOK_AGAIN_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert ring.wrap(DATA_KEY, ITEM).key_id == fresh


def test_a_token_with_an_index_key_takes_over_no_other(token, tmp_path):
    file = FileKeyRing.create(tmp_path / "keys.json")
    with pytest.raises(TokenTakenError, match="another node"):
        Pkcs11KeyRing.create(**token, blind=file.blind_key)


def test_signature_of_the_token_is_the_same_kind_as_the_key_files(ring, tmp_path):
    key = ring.create_signing_key("envelope:a")
    signature = ring.sign("envelope:a", DATA_KEY)
    assert len(signature.blob) == 96
    assert FileKeyRing.create(tmp_path / "keys.json").verify(signature, key.spki)
    assert [public.purpose for public in ring.public_keys()] == ["envelope:a"]
    with pytest.raises(SigningKeyExistsError):
        ring.create_signing_key("envelope:a")
    with pytest.raises(UnknownSigningKeyError):
        ring.sign("envelope:b", DATA_KEY)


def test_blind_index_is_stable(ring):
    assert ring.blind("case", "17") == ring.blind("case", "17")
    assert len(ring.blind("case", "17")) == 32
    assert ring.blind("case", "17") != ring.blind("booking", "17")


def test_missing_token_or_wrong_pin_names_the_remedy(token):
    with pytest.raises(TokenUnusableError, match="check module, token label and PIN"):
        Pkcs11KeyRing(**token | {"token": "nowhere"})
    with pytest.raises(TokenUnusableError):
        Pkcs11KeyRing(**token | {"pin": "0000"})
    with pytest.raises(TokenUnusableError):
        Pkcs11KeyRing(**token | {"module": Path("/nowhere.so")})
