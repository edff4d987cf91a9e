"""What a signature under an agreement is given to. Pure."""

from collections.abc import Iterable
from hashlib import sha256

from comity.kernel.canonical import canonical
from comity.kernel.time import Period


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


def text_digest(text: str) -> str:
    """Return hex of SHA-256 over the text in UTF-8."""
    return sha256(text.encode()).hexdigest()
