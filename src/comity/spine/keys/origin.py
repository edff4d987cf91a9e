"""Where a passkey was used: the origin of the page, the names of the node, the id of the relying party. Pure.

A browser lets a page speak for a relying party whose id is the page's host or a domain above it. Source: webauthn-3.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

_ORIGIN: Final = re.compile(r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::\d{1,5})?")
"""As a browser writes one: small letters, no path. An address in brackets is no relying party's."""


def host_of(origin: str) -> str | None:
    """Return the host of a page that a browser lets use passkeys: over https, or on this machine; None of others."""
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        return None
    host = found["host"]
    return host if found["scheme"] == "https" or is_within(host, "localhost") else None


def is_within(host: str, domain: str) -> bool:
    """Tell whether `host` is the domain or lies below it."""
    return host == domain or host.endswith(f".{domain}")


def is_own_origin(origin: str, hosts: Collection[str]) -> bool:
    """Tell whether the page is at one of `hosts`; one with a leading dot stands for its domain and all below it."""
    host = host_of(origin)
    return host is not None and any(
        is_within(host, name[1:]) if name.startswith(".") else host == name for name in map(str.lower, hosts)
    )


def is_of_party(origin: str, rp_id: str) -> bool:
    """Tell whether the page may speak for the relying party."""
    host = host_of(origin)
    return host is not None and bool(rp_id) and is_within(host, rp_id)


def parties_of(origin: str) -> Iterator[str]:
    """Yield the ids of the relying parties the page may speak for, the nearest first."""
    host = host_of(origin) or ""
    while host:
        yield host
        host = host.partition(".")[2]
