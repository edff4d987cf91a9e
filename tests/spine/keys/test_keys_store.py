from dataclasses import dataclass
from pathlib import Path

import pytest

from comity.spine.keys import store
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.ring import KeysMovedError, TokenEmptyError


@dataclass(frozen=True)
class Place:
    """Where a token would be."""

    module: Path
    label: str
    pin_file: Path


def test_a_file_moved_into_one_token_is_moved_into_no_other(tmp_path, monkeypatch):
    made = []

    class EmptyToken:
        def __init__(self, **_):
            raise TokenEmptyError("empty")

        @classmethod
        def create(cls, *, token, **_):
            made.append(token)
            return FileKeyRing.create(tmp_path / token)

    monkeypatch.setattr(store, "_token_ring", lambda: EmptyToken)
    monkeypatch.setattr(store, "_rings", {})
    file, pin = tmp_path / "keys.json", tmp_path / "pin"
    FileKeyRing.create(file).mark_moved("first")
    pin.touch(0o600)
    with pytest.raises(KeysMovedError, match="into the token `first`, not into `second`"):
        store.move_store(file=file, token=Place(tmp_path / "module.so", "second", pin), fits=lambda _: None)
    assert (made, FileKeyRing(file).moved_to) == ([], "first")
