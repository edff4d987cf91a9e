"""The API as a whole: its routes, its documentation, its one form of error."""

from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from comity.doors.api import (
    accounting,
    agreement_comments,
    agreement_drafts,
    agreement_due,
    agreement_ends,
    agreement_passkeys,
    agreement_signing,
    agreement_texts,
    agreements,
    asks,
    conclude,
    deliveries,
    directory,
    health,
    law,
    law_releases,
    ledger,
    may,
    publication,
    queue,
    records,
    retention,
    reviews,
    samples,
    shadow,
)
from comity.doors.api.docs import LocalDocs
from comity.doors.api.faults import fault_response
from comity.doors.api.problems import answer_with, kept_by_nobody, method_not_allowed
from comity.doors.api.routes import View, component_schemas, named_only

_ABOUT: Final = """
Ask another agency for information. Law and agreement decide, what may leave is minimized, everything is recorded in a
ledger anyone can check. Send your key as `Authorization: Bearer <key>`; each operation names the scope it asks for.
Every error is a problem (RFC 9457) whose `errors` name field, message and remedy.
"""


class Api(NinjaAPI):
    """Ninja, documenting what the routes themselves declared."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the OpenAPI 3.1 document."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"] = operation.pop("x-responses")
                scopes = operation["x-scopes"]
                named = " or ".join(f"`{scope}`" for scope in scopes)
                asked = f"Scope: {named}." if scopes else "No key needed."
                said = operation.get("description", "")
                operation["summary"] = said.partition("\n")[0].rstrip(".")
                operation["description"] = f"{said}\n\n{asked}".strip()
        schema["components"]["schemas"].update(component_schemas())
        return schema

    def on_exception(self, request: HttpRequest, exc: Exception | type[Exception]) -> HttpResponse:
        """Answer an exception with its problem; ninja's own handlers speak another form and are passed over."""
        return fault_response(request, exc if isinstance(exc, Exception) else exc())

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the route's function: it is unique, a test says so."""
        return operation.view_func.__name__


def _build() -> Api:
    api = Api(title="Comity", version="1", description=_ABOUT.strip(), docs=LocalDocs(), urls_namespace="api-v1")
    api.add_decorator(named_only)
    work = (asks, queue, conclude, reviews, records, deliveries, retention, accounting, shadow)
    # `/agreements/validate` and `due` stand before `/agreements/{code}`: the first address that fits is taken.
    agreed = (agreement_drafts, agreement_due, agreements, agreement_texts, agreement_comments, agreement_ends)
    signed = (agreement_signing, agreement_passkeys)
    known = (ledger, samples, directory, law, law_releases, may)
    for part in (*work, *known, *agreed, *signed, publication, health):
        api.add_router("", part.router)
    return api


api: Final = _build()


def urls() -> tuple[list[URLPattern | URLResolver], str, str]:
    """Return the API's addresses for `django.urls.path`, each answering every fault with a problem."""
    patterns, app, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = guarded(pattern.callback)
    return patterns, app, namespace


def guarded(view: View) -> View:
    """Return the view with its faults as problems and its answers kept by nobody on the way."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return kept_by_nobody(_answered(view, request, *args, **kwargs))

    return answered


def _answered(view: View, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
    try:
        response = view(request, *args, **kwargs)
    except Exception as error:  # noqa: BLE001 - a door
        return fault_response(request, error)
    if isinstance(response, HttpResponseNotAllowed):
        return _not_allowed(response)
    return response


def _not_allowed(response: HttpResponse) -> HttpResponse:
    if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        raise AssertionError("only a 405 is answered here")
    return answer_with(method_not_allowed(", ".join(sorted(response.headers["Allow"].split(", ")))))
