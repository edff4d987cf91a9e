"""What a route asks of a key, and the check of the key itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest
from ninja.security import HttpBearer

from comity.doors.api.known_keys import Known, KnownKeys
from comity.doors.api.problems import Problem, ProblemError
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.clock import database_now
from comity.standing.directory.facts import ApiKeyFacts, KeyRefusal
from comity.standing.directory.selectors import present_api_key
from comity.standing.directory.vocabulary import Scope

_SCHEME: Final = "bearer"
_REASONS: Final = {
    KeyRefusal.UNKNOWN: ("unknown-key", "The key is not known", "check the key; a new one is issued by `comity keys`"),
    KeyRefusal.NOT_YET_VALID: ("key-not-yet-valid", "The key is not valid yet", "use it from its first day on"),
    KeyRefusal.EXPIRED: ("key-expired", "The key has expired", "have your agency's keeper issue a new one"),
    KeyRefusal.REVOKED: ("key-revoked", "The key was revoked", "have your agency's keeper issue a new one"),
}

VOUCHED: Final = frozenset({"strong_login"})
"""A key is a secret of 256 bits bound to one post and revocable: the strong authentication of a system."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the agency and post its key speaks for, what the key may, and the instant the key was read.

    `at` None: the key is known from before; whoever needs the time asks the database, and the command's transaction
    looks whether it still stands.
    """

    actor: Actor
    scopes: frozenset[str]
    at: datetime | None

    @property
    def now(self) -> datetime:
        """The instant of the request by the database's clock."""
        return self.at or database_now()


class ApiKey(HttpBearer):
    """A route's demand: a valid key with one of `scopes`. `find`: how it is told whom a key speaks for."""

    def __init__(self, *scopes: Scope, find: Callable[[str], Caller] | None = None) -> None:
        self.scopes = scopes
        self._find = find or read_caller
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller:
        """Return the caller; raises `ProblemError` (401, 403)."""
        return self.authenticate(request, token_of(request))

    def authenticate(self, request: HttpRequest, token: str) -> Caller:  # noqa: ARG002 - ninja's signature
        """Return the caller that the key `token` speaks for."""
        caller = self._find(token)
        self.require(caller)
        return caller

    def require(self, caller: Caller) -> None:
        """Raise `ProblemError` (403) unless the caller's key has one of the scopes."""
        if not caller.scopes.intersection(self.scopes):
            raise ProblemError(_out_of_scope(self.scopes))


_keys: Final = KnownKeys()


def read_caller(token: str) -> Caller:
    """Return the caller that a key speaks for, read from the directory now; raises `ProblemError` (401)."""
    presented = present_api_key(token)
    found = presented.found
    if not isinstance(found, ApiKeyFacts):
        _keys.forget(token)
        raise ProblemError(_refused(found.reason))
    actor = Actor(found.agency_id, found.post_id, Duty.AGENCY, VOUCHED)
    lasting = replace(actor, known_under=presented.stamp, known_until=presented.until)
    _keys.keep(token, Known(lasting, found.scopes))
    return Caller(actor, found.scopes, presented.now)


def known_caller(token: str) -> Caller:
    """Return the caller of a key met before without asking the database, else read it.

    For a route whose command's transaction looks whether the actor still stands (`Actor.known_under`).
    """
    known = _keys.find(token)
    return read_caller(token) if known is None else Caller(known.actor, known.scopes, None)


def caller_of(request: HttpRequest) -> Caller:
    """Return the caller that the route's `ApiKey` let in."""
    caller = getattr(request, "auth", None)
    if not isinstance(caller, Caller):
        raise TypeError("a route without a scope asked who calls")
    return caller


def token_of(request: HttpRequest) -> str:
    """Return the key that came with a request; raises `ProblemError` (401)."""
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if not header:
        raise ProblemError(_unauthorized("no-key", "No key", "send the header `Authorization: Bearer <key>`", ""))
    if scheme.lower() != _SCHEME or not token.strip():
        remedy = "the header reads `Authorization: Bearer <key>`"
        raise ProblemError(_unauthorized("malformed-key", "No key in the header", remedy, "invalid_request"))
    return token.strip()


def _refused(reason: KeyRefusal) -> Problem:
    code, title, remedy = _REASONS[reason]
    return _unauthorized(code, title, remedy, "invalid_token")


def _unauthorized(code: str, title: str, remedy: str, error: str) -> Problem:
    challenge = 'Bearer realm="comity"' + (f', error="{error}"' if error else "")
    return Problem(HTTPStatus.UNAUTHORIZED, code, title, remedy, headers={"WWW-Authenticate": challenge})


def _out_of_scope(scopes: tuple[Scope, ...]) -> Problem:
    named = " or ".join(f"`{scope}`" for scope in scopes)
    challenge = f'Bearer realm="comity", error="insufficient_scope", scope="{" ".join(scopes)}"'
    return Problem(
        HTTPStatus.FORBIDDEN,
        "scope-missing",
        "The key may not do this",
        f"use a key with the scope {named}; your agency's keeper issues it",
        headers={"WWW-Authenticate": challenge},
    )
