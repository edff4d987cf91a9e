"""What is done with a PKCS#11 token by its session: signing in, finding and making a node's keys.

Labels in the token: `comity-master-ID` (AES-256), `comity-blind` (HMAC), `comity-sign-PURPOSE` (EC P-384).
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pkcs11

from comity.kernel.time import Clock
from comity.spine.keys.ring import KeyRingError, TokenTakenError

MASTER: Final = "comity-master-"
BLIND: Final = "comity-blind"
SIGN: Final = "comity-sign-"
SECRET: Final = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
"""What every secret in the token is: it cannot be read out."""
_MADE: Final = "h-%Y%m%d%H%M%S%f"
_KEY_BITS: Final = 256
_TRIED: Final = b"comity/blind/1"


class TokenUnusableError(KeyRingError):
    """The module cannot be loaded, the token is missing or does not answer, or its PIN is wrong."""


def sign_in(module: Path, token: str, pin: str) -> Any:  # noqa: ANN401 - the library's session
    """Open a session; raises `TokenUnusableError`."""
    try:
        return pkcs11.lib(str(module)).get_token(token_label=token).open(user_pin=pin, rw=True)
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise TokenUnusableError(
            f"the token `{token}` of `{module}` cannot be opened ({reason}); check module, token label and PIN"
        ) from None


@contextmanager
def told(token: str = "") -> Iterator[None]:
    """Say in a sentence that the token failed; the library's own messages are mostly empty."""
    try:
        yield
    except pkcs11.PKCS11Error as error:
        name = f"the token `{token}`" if token else "the token"
        raise TokenUnusableError(
            f"{name} does not do what was asked of it ({str(error) or type(error).__name__}); check that it is "
            "connected and allows it"
        ) from None


def masters_of(session: Any) -> dict[str, Any]:  # noqa: ANN401 - the library's session
    """Return the master keys by id."""
    found = session.get_objects(
        {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY, pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.AES}
    )
    return {key.label.removeprefix(MASTER): key for key in found if key.label.startswith(MASTER)}


def find(session: Any, label: str, kind: pkcs11.ObjectClass) -> Any:  # noqa: ANN401 - the library's objects
    """Return the object of a kind with a label, None where there is none."""
    found = session.get_objects({pkcs11.Attribute.CLASS: kind, pkcs11.Attribute.LABEL: label})
    return next(iter(list(found)), None)


def make_master(session: Any, clock: Clock) -> str:  # noqa: ANN401 - the library's session
    """Make a master key named after the instant it was made; return its id."""
    key_id = clock().strftime(_MADE)
    session.generate_key(pkcs11.KeyType.AES, _KEY_BITS, store=True, label=MASTER + key_id, template=SECRET)
    return key_id


def made_at(key_id: str) -> datetime:
    """Return when a master key was made."""
    return datetime.strptime(key_id, _MADE).replace(tzinfo=UTC)


def put_blind_key(session: Any, token: str, blind: bytes | None) -> None:  # noqa: ANN401 - the library's session
    """Take over an index key, or make one where none is given; one that is there stays.

    Raises `TokenTakenError` when that is another, `TokenUnusableError` when the token takes no key from outside.
    """
    there = find(session, BLIND, pkcs11.ObjectClass.SECRET_KEY)
    if there is None:
        _make_blind_key(session, blind)
    elif blind is not None and bytes(there.sign(_TRIED, mechanism=pkcs11.Mechanism.SHA256_HMAC)) != hmac.digest(
        blind, _TRIED, "sha256"
    ):
        raise TokenTakenError(
            f"the token `{token}` holds the index key of another node; initialize a token of its own for this one"
        )


def _make_blind_key(session: Any, blind: bytes | None) -> None:  # noqa: ANN401 - the library's session
    if blind is None:
        session.generate_key(
            pkcs11.KeyType.GENERIC_SECRET,
            _KEY_BITS,
            store=True,
            label=BLIND,
            capabilities=pkcs11.MechanismFlag.SIGN,
            mechanism=pkcs11.Mechanism.GENERIC_SECRET_KEY_GEN,
            template=SECRET,
        )
        return
    try:
        _import_blind_key(session, blind)
    except pkcs11.PKCS11Error as error:
        raise TokenUnusableError(
            f"the token takes no key from outside ({str(error) or type(error).__name__}), and the index key has to "
            "move too: what it indexed cannot be indexed anew; allow the import for the time of the move, or keep the "
            "key file"
        ) from None


def _import_blind_key(session: Any, blind: bytes) -> None:  # noqa: ANN401 - the library's session
    session.create_object(
        {
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.SECRET_KEY,
            pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.GENERIC_SECRET,
            pkcs11.Attribute.LABEL: BLIND,
            pkcs11.Attribute.TOKEN: True,
            pkcs11.Attribute.PRIVATE: True,
            pkcs11.Attribute.SIGN: True,
            pkcs11.Attribute.VALUE: blind,
            **SECRET,
        }
    )
