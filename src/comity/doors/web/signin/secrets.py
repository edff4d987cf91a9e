"""How secrets of second factors are sealed at rest: under a key of the node's ring, made for this alone."""

import base64

from cryptography.fernet import Fernet

from comity.doors.ring import key_ring
from comity.spine.keys.ring import KeyRing

_CONTEXT = "second-factors"


def seal(text: str) -> str:
    """Return `text` sealed; raises `KeyRingError` when the node's keys cannot be used."""
    return _box(key_ring()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed; raises `KeyRingError`, and `InvalidToken` for what this node did not seal."""
    return _box(key_ring()).decrypt(sealed.encode()).decode()


def _box(ring: KeyRing) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(ring.blind(_CONTEXT, "1")))
