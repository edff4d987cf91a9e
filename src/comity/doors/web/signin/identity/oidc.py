"""OpenID Connect, code flow with PKCE: where to send somebody, and what the answer proves.

The signature of the ID token, its issuer, audience, times and nonce are checked here (OpenID Connect Core 3.1.3.7),
although it came straight from the provider; nothing but the subject and how it was proven is read of it.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import jwt

from comity.config.identity import OidcProvider, is_sealed_address
from comity.doors.web.signin.identity.proven import SKEW, Asked, NotProvenError, Proven, Reason, blind_subject

_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key pair: never `none`, never a shared secret."""
_SECONDS: Final = 5.0
_NEEDED: Final = ["iss", "sub", "aud", "exp", "iat", "nonce", "auth_time"]


def begin(provider: OidcProvider, callback: str, back_to: str) -> tuple[str, Asked]:
    """Return the address to send somebody to, and what the answer must fit; raises `NotProvenError`."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    asked = Asked(state, nonce, verifier, at=time.time(), back_to=back_to)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    said = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": callback,
        "scope": "openid",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        # Whoever sits at the desk proves it now: a session left open at the provider opens nothing here.
        "prompt": "login",
        "max_age": "0",
    }
    there = _address(_discovered(provider), "authorization_endpoint")
    return f"{there}{'&' if '?' in there else '?'}{urlencode(said)}", asked


def code_of(provider: OidcProvider, said: Mapping[str, str]) -> str:
    """Return the code that somebody is sent back with; raises `NotProvenError`."""
    if said.get("iss", provider.issuer) != provider.issuer:
        raise NotProvenError(Reason.NOT_PROVEN)
    if not said.get("code"):
        raise NotProvenError(Reason.REFUSED)
    return said["code"]


def finish(provider: OidcProvider, callback: str, code: str, asked: Asked) -> Proven:
    """Turn the code into who it is; raises `NotProvenError`."""
    known = _discovered(provider)
    token = _fetch_token(provider, known, callback, code, asked)
    claims = _claims(provider, known, token)
    if not secrets.compare_digest(str(claims["nonce"]).encode(), asked.nonce.encode()):
        raise NotProvenError(Reason.NOT_PROVEN)
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != provider.client_id:
        raise NotProvenError(Reason.NOT_PROVEN)
    if not isinstance(claims["auth_time"], int | float) or claims["auth_time"] < asked.at - SKEW:
        raise NotProvenError(Reason.STALE)
    subject = claims.get(provider.subject)
    if not isinstance(subject, str) or not subject:
        raise NotProvenError(Reason.NOT_PROVEN)
    amr = claims.get("amr")
    shown = {str(claims.get("acr")), *(map(str, amr) if isinstance(amr, list) else ())}
    return Proven(blind_subject(provider, subject), not shown.isdisjoint(provider.second_factor))


def _discovered(provider: OidcProvider) -> Mapping[str, Any]:
    """Return the provider's own description; raises `NotProvenError` for one that speaks of another issuer."""
    known = _get(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if known.get("issuer") != provider.issuer:
        raise NotProvenError(Reason.NOT_PROVEN)
    return known


def _fetch_token(
    provider: OidcProvider, known: Mapping[str, Any], callback: str, code: str, asked: Asked
) -> str:  # fmt: skip
    said = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback,
        "code_verifier": asked.verifier,
    }
    ways = known.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    auth = None
    if "client_secret_basic" in ways:
        auth = httpx.BasicAuth(_quoted(provider.client_id), _quoted(provider.secret))
    else:
        said |= {"client_id": provider.client_id, "client_secret": provider.secret}
    try:
        with httpx.Client(timeout=_SECONDS, trust_env=False, auth=auth) as client:
            answer = client.post(_address(known, "token_endpoint"), data=said)
        token = answer.json().get("id_token") if answer.is_success else None
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        raise NotProvenError(Reason.UNREACHABLE) from error
    if not isinstance(token, str):
        raise NotProvenError(Reason.NOT_PROVEN)
    return token


def _claims(provider: OidcProvider, known: Mapping[str, Any], token: str) -> Mapping[str, Any]:
    try:
        head = jwt.get_unverified_header(token)
        if head.get("alg") not in _ALGORITHMS:
            raise NotProvenError(Reason.NOT_PROVEN)
        keys = jwt.PyJWKSet.from_dict(dict(_get(_address(known, "jwks_uri")))).keys
        fitting = [one for one in keys if one.key_id == head.get("kid") or (head.get("kid") is None and len(keys) == 1)]
        if not fitting:
            raise NotProvenError(Reason.NOT_PROVEN)
        claims: dict[str, Any] = jwt.decode(
            token, fitting[0], algorithms=[head["alg"]], audience=provider.client_id, issuer=provider.issuer,
            leeway=SKEW, options={"require": _NEEDED, "strict_aud": False},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise NotProvenError(Reason.NOT_PROVEN) from error
    return claims


def _get(address: str) -> Mapping[str, Any]:
    try:
        with httpx.Client(timeout=_SECONDS, trust_env=False) as client:
            found = client.get(address).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise NotProvenError(Reason.UNREACHABLE) from error
    if not isinstance(found, dict):
        raise NotProvenError(Reason.UNREACHABLE)
    return found


def _address(known: Mapping[str, Any], name: str) -> str:
    found = known.get(name)
    if not isinstance(found, str):
        raise NotProvenError(Reason.UNREACHABLE)
    if not is_sealed_address(found):
        # The code, the client's secret and the keys travel there: never in the open.
        raise NotProvenError(Reason.NOT_PROVEN)
    return found


def _quoted(text: str) -> str:
    """Return a name or a secret as RFC 6749 2.3.1 has it within basic authentication."""
    return urlencode({"": text})[1:]
