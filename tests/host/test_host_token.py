"""Keys in a PKCS#11 token, chosen by settings: a node without a key file."""

from pathlib import Path

import pytest
from host_tokens import MODULE, given, make_token, run

from comity.config.node import SettingsError, load
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.store import OneAtATime

SCRIPT = """
import threading
from comity.config.node import load
from comity.host.doctor import Node, check_keys
from comity.host.keystore import make_ring, name_store, open_ring

settings = load()
ring = make_ring(settings)
assert open_ring(settings) is ring
ring.create_signing_key("envelope")
assert ring.verify(ring.sign("envelope", b"d" * 32), ring.public_keys()[0].spki)
KEY, opened = b"k" * 32, []
threads = [
    threading.Thread(target=lambda: opened.append(ring.unwrap(ring.wrap(KEY, b"item"), b"item"))) for _ in range(8)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert opened == [KEY] * 8
assert ring.rotate_master() == ring.master_key_id
assert not settings.key_file.exists()
print(check_keys(Node(settings, None, None)).message)
"""


@pytest.fixture
def token(tmp_path):
    return make_token(tmp_path)


def test_a_node_keeps_its_keys_in_the_token_the_settings_name(token):
    done = run(SCRIPT, token)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"PKCS#11: the token `comity` of `{MODULE}`\n"


def test_a_pin_that_others_can_read_or_that_is_wrong_is_told_with_the_remedy(token):
    look = SCRIPT.partition("ring = make_ring")[0] + "print(check_keys(Node(settings, None, None)))"
    pin = Path(token["COMITY_PKCS11_PIN_FILE"])
    pin.chmod(0o644)
    assert f"chmod 600 {pin}" in run(look, token).stdout
    pin.chmod(0o600)
    pin.write_text("0000\n")
    assert "check module, token label and PIN" in run(look, token).stdout


def test_the_key_file_is_the_default(tmp_path):
    assert load({"COMITY_HOME": str(tmp_path)}).token is None
    assert load({"COMITY_HOME": str(tmp_path), "COMITY_KEYS": "file"}).token is None


@pytest.mark.parametrize("name", ["COMITY_PKCS11_MODULE", "COMITY_PKCS11_TOKEN", "COMITY_PKCS11_PIN_FILE"])
def test_a_setting_of_the_token_that_is_missing_is_named(tmp_path, name):
    with pytest.raises(SettingsError, match=name):
        load(given(tmp_path, **{name: ""}))


def test_an_unknown_key_store_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="COMITY_KEYS is `hsm`"):
        load(given(tmp_path, COMITY_KEYS="hsm"))


def test_a_ring_in_turns_does_what_the_ring_does(tmp_path):
    ring = OneAtATime(FileKeyRing.create(tmp_path / "keys.json"))
    key = ring.create_signing_key("envelope")
    assert ring.public_keys() == [key]
    assert ring.verify(ring.sign("envelope", b"d" * 32), key.spki)
    wrapped = ring.wrap(b"k" * 32, b"item")
    assert ring.unwrap(wrapped, b"item") == b"k" * 32
    assert ring.blind("case", "1") == FileKeyRing(tmp_path / "keys.json").blind("case", "1")
    assert ring.rotate_master() == ring.master_key_id != wrapped.key_id
