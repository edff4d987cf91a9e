"""What a signature under an agreement is given to. Pure."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from comity.kernel.canonical import canonical
from comity.kernel.time import Period

SIGNATURE_SCHEMA: Final = "comity/agreement-signature/1"
COPY_SCHEMA: Final = "comity/signed-copy/1"


def version_digest(
    *,
    code: str,
    kind: str,
    number: int,
    title: str,
    text_digest: str,
    terms: object,
    parties: Iterable[str],
    period: Period,
) -> str:
    """Return hex of SHA-256 over everything the parties agree: text, terms, parties, period. Parties in any order."""
    whole = {
        "code": code,
        "ends_at": period.ends_at,
        "kind": kind,
        "number": number,
        "parties": set(parties),
        "starts_at": period.starts_at,
        "terms": terms,
        "text": text_digest,
        "title": title,
    }
    return sha256(canonical(whole)).hexdigest()


def signed_digest(*, version: str, agency: str) -> bytes:
    """Return the 32 bytes a party's key signs: that the agency (code) is bound to the version (hex digest)."""
    return sha256(canonical({"agency": agency, "schema": SIGNATURE_SCHEMA, "version": version})).digest()


def text_digest(text: str) -> str:
    """Return hex of SHA-256 over the text in UTF-8."""
    return sha256(text.encode()).hexdigest()


def copy_digest(*, version: str, signatures: Iterable[tuple[str, str, str, str]]) -> str:
    """Return hex of SHA-256 over the signed copy: the version's digest and what binds each party to it.

    `signatures`: agency code, method, key id, and the signature in hex or the SHA-256 of the scan. In any order.
    """
    whole = {"schema": COPY_SCHEMA, "signatures": sorted(list(one) for one in signatures), "version": version}
    return sha256(canonical(whole)).hexdigest()


def is_sha256(text: str) -> bool:
    """Tell whether the text is a SHA-256 as it is recorded: 64 small hex digits."""
    return re.fullmatch(r"[0-9a-f]{64}", text) is not None
