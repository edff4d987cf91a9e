import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")

from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.pkcs11_ring import Pkcs11KeyRing, TokenUnusableError
from comity.spine.keys.ring import (
    SigningKeyExistsError,
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
    return {"module": MODULE, "token": "comity", "pin": "5678"}


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
