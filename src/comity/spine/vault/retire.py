"""Destroying a master key: an old one, under which nothing is sealed any more."""

from datetime import datetime, timedelta
from typing import Final

from django.db.backends.utils import CursorWrapper

from comity.spine.keys.ring import KeyRing, MasterKey, MasterKeyInUseError
from comity.spine.vault.rewrap import count_by_key

SETTLED: Final = timedelta(minutes=10)
"""After so long what was sealed before a rotation is stored or was given up: no process seals under the old key later
than a minute after it, and no transaction lasts so long."""


class NoSuchMasterKeyError(LookupError):
    """The ring holds no master key of that name."""


class MasterKeySealsError(ValueError):
    """Something is sealed under the master key, and nothing else opens it."""


class JustReplacedError(ValueError):
    """The master key was replaced a moment ago: what was sealed under it may not be stored yet."""


def require_retirable(cursor: CursorWrapper, keys: KeyRing, *, key_id: str, now: datetime) -> MasterKey:
    """Return an old master key that seals nothing any more; nothing is written.

    It was replaced when the current one was made, or when its key file was marked as moved if that was later. Nothing
    is said of backups: those made before the last item was sealed anew open with the old key only.

    For the duty `retention`, which sees every item. Raises `NoSuchMasterKeyError`, `MasterKeyInUseError`,
    `MasterKeySealsError`, `JustReplacedError`.
    """
    held = {key.key_id: key for key in keys.master_keys()}
    if key_id not in held:
        raise NoSuchMasterKeyError(f"no master key `{key_id}` is held")
    found, current = held[key_id], held[keys.master_key_id]
    if found.is_current:
        raise MasterKeyInUseError(f"`{key_id}` is the current master key: what is sealed now is sealed under it")
    count = count_by_key(cursor).get(key_id, 0)
    if count:
        raise MasterKeySealsError(
            f"`{key_id}` still seals {count:,} items, which nothing else opens; run `comity keys rewrap`, then retire "
            "the key"
        )
    replaced_at = max(current.made_at, found.moved_at or current.made_at)
    settled_at = replaced_at + SETTLED
    if now < settled_at:
        raise JustReplacedError(
            f"`{key_id}` was replaced at {replaced_at:%H:%M} UTC, and what was being sealed then may not be stored "
            f"yet; retire it after {settled_at:%H:%M} UTC"
        )
    return found


def retire_master_key(cursor: CursorWrapper, keys: KeyRing, *, key_id: str, now: datetime) -> None:
    """Destroy an old master key, for good; raises as `require_retirable` does. No row is written."""
    require_retirable(cursor, keys, key_id=key_id, now=now)
    keys.retire_master(key_id)
