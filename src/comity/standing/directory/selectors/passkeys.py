"""Passkeys of agencies: which may sign now, and whether what one signed counts."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from comity.spine.keys.passkey import Assertion, Passkey, assertion_in, check_assertion, require_own_origin
from comity.standing.directory.facts import PublicKeyFacts
from comity.standing.directory.selectors.keys import (
    KeyNotGoodError,
    get_signing_key,
    list_keys,
    list_public_keys,
    require_binding,
)
from comity.standing.directory.vocabulary import KeyFault, KeyPurpose

_SHOWN: Final = 43


class NoPasskeyError(LookupError):
    """The agency has no passkey that could sign now, or several relying parties and none was named."""


def list_passkeys(agency_id: UUID, at: datetime, rp_id: str = "") -> list[Passkey]:
    """Return the passkeys by which the agency may sign at the instant, newest first: all of one relying party.

    `rp_id` "": of the only one there is. Raises `NoPasskeyError`.
    """
    found = [key.passkey for key in list_public_keys(agency_id, KeyPurpose.SIGNATURE, at)]
    passkeys = [one for one in found if one is not None]
    parties = sorted({one.rp_id for one in passkeys})
    if not parties:
        raise NoPasskeyError(
            "the agency has published no passkey that is valid now; `comity keys publish-passkey` publishes one"
        )
    if rp_id not in parties and (rp_id or len(parties) > 1):
        what = f"no passkey of `{rp_id}`" if rp_id else "passkeys of several relying parties"
        raise NoPasskeyError(f"the agency has {what}; name one of: {', '.join(parties)}")
    return [one for one in passkeys if one.rp_id == (rp_id or parties[0])]


def check_passkey(
    *, agency_id: UUID, assertion: Assertion, challenge: bytes, hosts: Collection[str], at: datetime
) -> PublicKeyFacts:
    """Return the passkey of the agency by which `assertion` signs exactly `challenge`; the one place that decides it.

    `hosts`: the node's names; the page that asked was at one of them. Raises `KeyNotGoodError`, `PasskeyRefusedError`,
    `UnreadableError`.
    """
    key, passkey = _published(assertion.credential_id)
    require_binding(key, agency_id, at)
    require_own_origin(assertion.client_data, hosts)
    check_assertion(assertion=assertion, challenge=challenge, passkey=passkey)
    return key


def check_kept_assertion(*, agency_id: UUID, key_id: str, blob: bytes, challenge: bytes, at: datetime) -> None:
    """Check an assertion that was kept: that the passkey `key_id` bound the agency at `at` and signed `challenge`.

    Raises `KeyNotGoodError`, `PasskeyRefusedError`, `UnreadableError`.
    """
    passkey = get_signing_key(agency_id, key_id, at).passkey
    if passkey is None:
        raise KeyNotGoodError(key_id, KeyFault.UNKNOWN, "is no passkey; it signs in another way")
    check_assertion(assertion=assertion_in(blob), challenge=challenge, passkey=passkey)


def _published(credential_id: str) -> tuple[PublicKeyFacts, Passkey]:
    for key in list_keys(Q(credential_id=credential_id)):
        if key.passkey is not None:
            return key, key.passkey
    shown = credential_id[:_SHOWN] + ("…" if len(credential_id) > _SHOWN else "")
    detail = "is of a passkey that is published for nobody; `comity keys publish-passkey` publishes one"
    raise KeyNotGoodError(shown, KeyFault.UNKNOWN, detail)
