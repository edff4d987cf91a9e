"""The keys of a node that were moved from a key file into a token, while the file still opens what it sealed."""

from collections.abc import Sequence
from dataclasses import replace

from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.ring import KeyRing, MasterKey, PublicKey, Signature, Wrapped


class MovedRing:
    """Seals, signs and indexes in the token; opens what names a master key of the file with the file.

    So a move can be interrupted anywhere and everything opens: what was sealed anew and what was not yet.
    INVARIANT: token and file hold the same index key (`store.move_store` sees to it).
    """

    def __init__(self, token: KeyRing, file: FileKeyRing) -> None:
        self._token = token
        self._file = file

    @property
    def master_key_id(self) -> str:
        """The id of the master key that `wrap` uses now: the token's."""
        return self._token.master_key_id

    def master_keys(self) -> Sequence[MasterKey]:
        """Return the master keys of both, the oldest first; of the file's none is current any more."""
        old = [replace(key, is_current=False) for key in self._file.master_keys()]
        return sorted([*old, *self._token.master_keys()], key=lambda key: (key.made_at, key.key_id))

    def sign(self, purpose: str, digest: bytes) -> Signature:
        """Sign in the token."""
        return self._token.sign(purpose, digest)

    def verify(self, signature: Signature, public_key: bytes) -> bool:
        """Verify; needs no secret."""
        return self._token.verify(signature, public_key)

    def wrap(self, data_key: bytes, bound_to: bytes) -> Wrapped:
        """Seal a data key in the token."""
        return self._token.wrap(data_key, bound_to)

    def unwrap(self, wrapped: Wrapped, bound_to: bytes) -> bytes:
        """Open a data key where the master key that it names is; raises as the two rings do."""
        if wrapped.key_id in self._file.master_key_ids:
            return self._file.unwrap(wrapped, bound_to)
        return self._token.unwrap(wrapped, bound_to)

    def blind(self, context: str, value: str) -> bytes:
        """Make a blind index in the token; the same as the file's."""
        return self._token.blind(context, value)

    def public_keys(self) -> Sequence[PublicKey]:
        """Return the public half of the token's signing keys."""
        return self._token.public_keys()

    def former_public_keys(self) -> Sequence[PublicKey]:
        """Return the public half of the file's signing keys: what they signed is checked with it."""
        return self._file.public_keys()

    def create_signing_key(self, purpose: str) -> PublicKey:
        """Make a signing key in the token; raises `SigningKeyExistsError`."""
        return self._token.create_signing_key(purpose)

    def rotate_master(self) -> str:
        """Make a new master key in the token."""
        return self._token.rotate_master()

    def retire_master(self, key_id: str) -> None:
        """Destroy an old master key where it is kept; with its last the key file goes. Raises as the two rings do."""
        if key_id in self._file.master_key_ids:
            self._file.retire_master(key_id)
        else:
            self._token.retire_master(key_id)
