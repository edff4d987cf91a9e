from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from comity.spine.keys import LogKey
from comity.spine.ledger.notes import NoteError, VerifierKey, open_checkpoint, parse_checkpoint, sign_checkpoint

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROOT = bytes(range(32))


@pytest.fixture
def key() -> LogKey:
    return LogKey("comity.example/az", Ed25519PrivateKey.from_private_bytes(b"7" * 32))


def test_checkpoint_is_three_lines_a_gap_and_a_signature(key):
    note = sign_checkpoint(size=7, root=ROOT, signer=key)
    lines = note.split("\n")
    assert lines[:4] == ["comity.example/az", "7", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", ""]
    assert lines[4].startswith("— comity.example/az ")
    opened = open_checkpoint(note, [VerifierKey.parse(key.verifier_key)])
    assert (opened.origin, opened.size, opened.root) == ("comity.example/az", 7, ROOT)


def test_every_changed_character_breaks_the_checkpoint(key):
    note = sign_checkpoint(size=7, root=ROOT, signer=key)
    verifier = VerifierKey.parse(key.verifier_key)
    for at in range(len(note)):
        changed = note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :]
        with pytest.raises(NoteError):
            open_checkpoint(changed, [verifier])


def test_signature_of_another_key_is_not_taken(key):
    other = LogKey("comity.example/az", Ed25519PrivateKey.generate())
    note = sign_checkpoint(size=7, root=ROOT, signer=key)
    with pytest.raises(NoteError, match="no good signature"):
        open_checkpoint(note, [VerifierKey.parse(other.verifier_key)])
    cosigned = note + sign_checkpoint(size=7, root=ROOT, signer=other).rpartition("\n\n")[2]
    assert open_checkpoint(cosigned, [VerifierKey.parse(other.verifier_key)]).size == 7


@pytest.mark.parametrize("text", ["", "a+b", "x+00000000+AAAA", "comity+zz+!!"])
def test_malformed_verifier_key_is_refused(text):
    with pytest.raises(NoteError, match="not a verifier key"):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "text", ["a\n7\n!!\n\n— a AA==\n", "a\n07\n" + "A" * 43 + "=\n\n— a AA==\n", "a\n-1\nAA==\n\nx\n"]
)
def test_malformed_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        parse_checkpoint(text)
