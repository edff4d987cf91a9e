"""Keys: sign, wrap, unwrap and blind behind one small interface; whose key it is, the directory knows."""

from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.log_key import BadOriginError, LogKey, note_key_hash, verifier_path
from comity.spine.keys.private_file import (
    KeyFileDamagedError,
    KeyFileExistsError,
    KeyFileExposedError,
    KeyFileMissingError,
)
from comity.spine.keys.ring import (
    KeyRing,
    KeyRingError,
    KeysMovedError,
    MasterKey,
    MasterKeyInUseError,
    PublicKey,
    Scheme,
    Signature,
    SigningKeyExistsError,
    UnknownMasterKeyError,
    UnknownSigningKeyError,
    UnwrapError,
    Wrapped,
    rewrap,
)

__all__ = [
    "BadOriginError",
    "FileKeyRing",
    "KeyFileDamagedError",
    "KeyFileExistsError",
    "KeyFileExposedError",
    "KeyFileMissingError",
    "KeyRing",
    "KeyRingError",
    "KeysMovedError",
    "LogKey",
    "MasterKey",
    "MasterKeyInUseError",
    "PublicKey",
    "Scheme",
    "Signature",
    "SigningKeyExistsError",
    "UnknownMasterKeyError",
    "UnknownSigningKeyError",
    "UnwrapError",
    "Wrapped",
    "note_key_hash",
    "rewrap",
    "verifier_path",
]
