"""How a route is declared: who may use it, what it takes, what it gives. The documentation is made from the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from inspect import Parameter, signature
from typing import Any, Final, TypedDict

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from comity.doors.api.problems import MEDIA_TYPE, FieldProblem, ProblemDetails, ProblemError, shown, unprocessable
from comity.doors.api.reading import JSON, NDJSON
from comity.doors.api.scopes import ApiKey, Caller, read_caller
from comity.standing.directory.vocabulary import Scope

View = Callable[..., HttpResponseBase]

REF: Final = "#/components/schemas/{name}"


class Declared(TypedDict):
    """What ninja is told of a route beside its path."""

    auth: Any
    openapi_extra: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lines:
    """A body or answer of lines, each a JSON value of `kind`."""

    kind: Any


PLAIN_TEXT: Final = object()
"""An answer of plain text."""

_schemas: Final[dict[str, Any]] = {}
"""Every schema the declared routes speak of, by name."""


def declared(
    *scopes: Scope, gives: Mapping[int, Any], takes: object = None, find: Callable[[str], Caller] = read_caller
) -> Declared:
    """Declare a route for keys with one of `scopes`.

    `takes` is a struct or `Lines`; `gives` maps a status to a struct, `Lines` or `PLAIN_TEXT`. Everything else is
    answered with a problem. `find`: how it is told whom a key speaks for.
    """
    if not scopes:
        raise TypeError("a route without a scope is declared with `open_to_all`")
    said = _documented(gives, takes) | {"x-scopes": [scope.value for scope in scopes]}
    return {"auth": ApiKey(*scopes, find=find), "openapi_extra": said}


def open_to_all(*, gives: Mapping[int, Any]) -> Declared:
    """Declare a route that takes no key."""
    return {"auth": None, "openapi_extra": _documented(gives, None) | {"x-scopes": []}}


def named_only(view: View) -> View:
    """Return the view, refusing query parameters it does not take: one misspelled must not pass for one left out."""
    taken = {_sent_as(one) for one in signature(view).parameters.values()} - {"request"}

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **given: object) -> HttpResponseBase:
        in_path = request.resolver_match.kwargs if request.resolver_match else {}
        known = sorted(taken - set(in_path))
        unknown = sorted(set(request.GET) - set(known))
        if unknown:
            remedy = f"leave it out; the parameters are: {', '.join(known)}" if known else "leave it out"
            raise ProblemError(
                unprocessable(tuple(FieldProblem(shown(name), "is not a parameter here", remedy) for name in unknown))
            )
        return view(request, *args, **given)

    return checked


def _sent_as(parameter: Parameter) -> str:
    """Return what a parameter is called by whoever sends it: `from` cannot be a name in Python."""
    aliases = (getattr(one, "alias", None) for one in getattr(parameter.annotation, "__metadata__", ()))
    return next((one for one in aliases if isinstance(one, str)), parameter.name)


def reply(status: HTTPStatus, value: msgspec.Struct, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a struct as a JSON response."""
    return HttpResponse(msgspec.json.encode(value), status=status.value, content_type=JSON, headers=dict(headers or {}))


def component_schemas() -> Mapping[str, Any]:
    """Return the schemas of every declared route."""
    return _schemas


def _documented(gives: Mapping[int, Any], takes: object) -> dict[str, Any]:
    responses = {
        str(int(status)): {"description": HTTPStatus(status).phrase, "content": _content(kind)}
        for status, kind in gives.items()
    }
    problem = {"description": "A problem (RFC 9457)", "content": {MEDIA_TYPE: {"schema": _schema(ProblemDetails)}}}
    said: dict[str, Any] = {"x-responses": {**responses, "default": problem}}
    if takes is not None:
        said["requestBody"] = {"required": True, "content": _content(takes)}
    return said


def _content(kind: object) -> dict[str, Any]:
    if kind is PLAIN_TEXT:
        return {"text/plain": {"schema": {"type": "string"}}}
    if isinstance(kind, Lines):
        said = _described(kind.kind)
        return {NDJSON: {"schema": {"type": "string", "description": f"Lines, each a JSON value: {said}."}}}
    return {JSON: {"schema": _schema(kind)}}


def _described(kind: object) -> str:
    _schema(kind)
    names = [kind] if isinstance(kind, type) else list(getattr(kind, "__args__", ()))
    return " or ".join(f"`{getattr(name, '__name__', name)}`" for name in names)


def _schema(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a type or a union of types
    (schema,), components = msgspec.json.schema_components([kind], ref_template=REF)
    _schemas.update(components)
    return schema


def scopes_of(auth_callbacks: Sequence[object]) -> tuple[Scope, ...] | None:
    """Return the scopes a route declared, none for one open to all, None for a route that declared nothing."""
    for callback in auth_callbacks:
        if isinstance(callback, ApiKey):
            return callback.scopes
    return None
