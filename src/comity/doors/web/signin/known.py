"""Passwords that are known to others: a list of their hashes, kept on the node, looked into without the network."""

import hashlib
import mmap
import re
from pathlib import Path
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_LINE: Final = re.compile(rb"([0-9A-F]{40})(?::\d+)?\r?", re.IGNORECASE)


class KnownPasswords:
    """A validator over a file of SHA-1 hashes in hexadecimal, one a line, in their order; `:` and a count may follow.

    So the list of Have I Been Pwned comes, ordered by hash: some forty gigabytes, in which a password is found by
    halving, in some forty looks. SHA-1 names what is in the list; nothing is kept under it.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django's signature
        """Raise `ValidationError` for a password of the list."""
        wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        if self._holds(wanted):
            raise ValidationError(_("Others know this password: it was in a leak. Choose another."), code="known")

    def get_help_text(self) -> str:
        """Return what is asked of a password."""
        return _("A password that was in a leak is not taken.")

    def _holds(self, wanted: bytes) -> bool:
        with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            # INVARIANT: the line that is wanted, if there is one, begins at `low` or behind and before `high`.
            low, high = 0, len(text)
            while low < high:
                middle = (low + high) // 2
                begin = text.rfind(b"\n", low, middle) + 1 or low
                end = text.find(b"\n", middle)
                end = len(text) if end < 0 else end
                found = _LINE.fullmatch(text[begin:end])
                if found is None:
                    raise KnownPasswordsError(f"line at byte {begin} of the list is no SHA-1 hash")
                here = found[1].upper()
                if here == wanted:
                    return True
                low, high = (end + 1, high) if here < wanted else (low, begin)
        return False


class KnownPasswordsError(ValueError):
    """The list is no list of hashes in their order."""
