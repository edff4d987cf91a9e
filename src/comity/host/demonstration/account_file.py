"""The file that says how a reader signs in at the demonstration, and the codes of the moment. Without Django."""

import base64
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

STEP_SECONDS: Final = 30
"""How long a code is shown (RFC 6238)."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """How a reader signs in as a post: name, password, and the secret of an authenticator app (base32)."""

    post: str
    username: str
    password: str
    totp_secret: str


def account_file(home: Path) -> Path:
    """Return where the accounts are written."""
    return home / "demo-accounts.json"


def read_accounts(home: Path) -> list[DemoAccount]:
    """Return the accounts of the file, none where there is no such file."""
    try:
        return [DemoAccount(**one) for one in json.loads(account_file(home).read_text("utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def code_of(account: DemoAccount, *, at: float | None = None) -> str:
    """Return the six digits that an authenticator app shows at `at` (seconds since 1970), now where it is left out."""
    step = int((time.time() if at is None else at) // STEP_SECONDS)
    key = base64.b32decode(account.totp_secret + "=" * (-len(account.totp_secret) % 8))
    return HOTP(key, 6, hashes.SHA1(), enforce_key_length=False).generate(step).decode()  # noqa: S303 - RFC 6238
