"""Identity providers of agencies, as the node's operator wrote them down: a file of the node, never the web.

`HOME/identity.toml` holds one table `[[provider]]` for each; secrets lie in files of their own. Imports no Django.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from comity.config.node import OPEN_TO_OTHERS, SettingsError

_CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_COMMON: Final = {"code", "agency", "name", "kind", "second_factor"}
_KEYS: Final = {
    "oidc": _COMMON | {"issuer", "client_id", "secret_file", "subject"},
    "saml": _COMMON | {"issuer", "sign_in_url", "certificate_file", "subject"},
}


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """An OpenID provider. `subject`: the claim that stays a person's for ever; `second_factor`: `amr` or `acr` values.

    `second_factor` names what the provider says when it has seen two factors; empty: its word counts as one factor.
    """

    code: str
    agency: str
    name: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)
    subject: str = "sub"
    second_factor: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SamlProvider:
    """A SAML identity provider. `subject`: the attribute that stays a person's, "" for a persistent NameID.

    `certificate` is what signs its assertions (PEM). `second_factor`: classes of authentication context.
    """

    code: str
    agency: str
    name: str
    issuer: str
    sign_in_url: str
    certificate: str = field(repr=False)
    subject: str = ""
    second_factor: frozenset[str] = frozenset()


Provider = OidcProvider | SamlProvider


def load_providers(path: Path) -> tuple[Provider, ...]:
    """Read the file; none where there is no file. Raises `SettingsError`, which names the provider and the remedy."""
    try:
        if path.stat().st_mode & 0o022:
            raise SettingsError(f"`{path}` says who is let in and can be written by others; run `chmod 644 {path}`")
        said = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, PermissionError) as error:
        raise SettingsError(f"`{path}` cannot be read ({type(error).__name__}); see docs/how-to") from None
    tables = said.get("provider", [])
    if said.keys() - {"provider"} or not isinstance(tables, list):
        raise SettingsError(f"`{path}` holds something else than `[[provider]]`; see docs/how-to")
    found = tuple(_provider(table, path.parent) for table in tables)
    codes = [one.code for one in found]
    if len(set(codes)) != len(codes):
        raise SettingsError(f"`{path}` names a provider twice; each has a `code` of its own")
    return found


def _provider(table: Mapping[str, Any], folder: Path) -> Provider:
    code, kind = str(table.get("code", "")), str(table.get("kind", ""))
    if not _CODE.fullmatch(code) or code == "link":
        raise SettingsError(f"`code` is `{code}`; write small letters, digits and hyphens, like `pima-so`")
    if kind not in _KEYS:
        raise SettingsError(f"provider `{code}`: `kind` is `{kind}`; write `oidc` or `saml`")
    unknown = table.keys() - _KEYS[kind]
    if unknown:
        raise SettingsError(f"provider `{code}`: `{min(unknown)}` is unknown; it may have {', '.join(_KEYS[kind])}")
    for key in _KEYS[kind] - {"subject", "second_factor"}:
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise SettingsError(f"provider `{code}`: `{key}` is missing; it is a text")
    factors = table.get("second_factor", [])
    if not isinstance(factors, list) or not all(isinstance(one, str) and one for one in factors):
        raise SettingsError(f"provider `{code}`: `second_factor` is a list of texts")
    if kind == "oidc":
        return OidcProvider(
            code=code, agency=table["agency"], name=table["name"], issuer=_address(code, table["issuer"]),
            client_id=table["client_id"], secret=_secret(code, folder / table["secret_file"]),
            subject=str(table.get("subject") or "sub"), second_factor=frozenset(factors),
        )  # fmt: skip
    return SamlProvider(
        code=code, agency=table["agency"], name=table["name"], issuer=table["issuer"],
        sign_in_url=_address(code, table["sign_in_url"]), certificate=_text(code, folder / table["certificate_file"]),
        subject=str(table.get("subject") or ""), second_factor=frozenset(factors),
    )  # fmt: skip


def is_sealed_address(text: str) -> bool:
    """Tell whether an address is over https, or of this very machine, where nobody else listens."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_here = parts.hostname in _THIS_MACHINE
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_here))


def _address(code: str, text: str) -> str:
    if not is_sealed_address(text):
        raise SettingsError(f"provider `{code}`: `{text}` is no address over https")
    return text


def _secret(code: str, path: Path) -> str:
    text = _text(code, path)
    if path.stat().st_mode & OPEN_TO_OTHERS:
        raise SettingsError(f"provider `{code}`: `{path}` can be read by others; run `chmod 600 {path}`")
    return text


def _text(code: str, path: Path) -> str:
    try:
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"provider `{code}`: `{path}` cannot be read ({type(error).__name__})") from None
    if not text:
        raise SettingsError(f"provider `{code}`: `{path}` is empty")
    return text
