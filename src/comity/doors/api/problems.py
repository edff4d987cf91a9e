"""Problem details (RFC 9457): the one form in which the API says that something is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

MEDIA_TYPE: Final = "application/problem+json"
BASE: Final = "/api/v1/problems/"
"""Types are addresses relative to the node; they name the kind of problem and need not be fetched."""
LONGEST_SHOWN: Final = 100
MOST_TOLD: Final = 500
"""A message of our own may hold several codes of a caller's; it is cut where it tells too much."""

R = TypeVar("R", bound=HttpResponseBase)


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field, and what to do. `field` is a path such as `elements[2]`, `` for the whole body."""

    field: str
    message: str
    remedy: str


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every error."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem to answer with. `code` ends the type's address; `detail` holds the remedy, never personal data."""

    status: HTTPStatus
    code: str
    title: str
    detail: str
    errors: tuple[FieldProblem, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def details(self) -> ProblemDetails:
        """Return the body."""
        return ProblemDetails(
            type=BASE + self.code, title=self.title, status=self.status.value, detail=self.detail, errors=self.errors
        )


@dataclass(frozen=True, slots=True)
class Row:
    """How one class of exceptions is answered; `remedy` becomes the problem's detail.

    `field`: what of the request does not fit ("" for the whole); then `errors` repeat the exception's own message.
    None: nothing is repeated.
    """

    status: HTTPStatus
    code: str
    title: str
    remedy: str
    retry_after: int | None = None
    field: str | None = None

    def problem(self, error: Exception) -> Problem:
        """Return the problem."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        told = () if self.field is None else (FieldProblem(self.field, shown(str(error), MOST_TOLD), self.remedy),)
        return Problem(self.status, self.code, self.title, self.remedy, told, headers)


class ProblemError(Exception):
    """Raised in a door to answer with `problem` and nothing else."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code)


def answer_with(problem: Problem) -> HttpResponse:
    """Return the response that says the problem."""
    body = msgspec.json.encode(problem.details())
    response = HttpResponse(body, status=problem.status.value, content_type=MEDIA_TYPE, headers=dict(problem.headers))
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 - Django would log the address
    return kept_by_nobody(response)


def kept_by_nobody(response: R) -> R:
    """Return the response marked to be stored nowhere on its way and read as nothing but what it says it is."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    if isinstance(response, HttpResponse):
        response.headers["Content-Length"] = str(len(response.content))
    return response


def shown(text: str, most: int = LONGEST_SHOWN) -> str:
    """Return a caller's own text, or a message that holds some, short and printable, to be told in a problem."""
    return "".join(c for c in text[:most] if c.isprintable())


NOT_FOUND: Final = Problem(
    HTTPStatus.NOT_FOUND,
    "not-found",
    "Not found",
    "nothing here for this key: it is absent, or another agency's; check the address and the key you use",
)
"""One answer for what is absent and for what is not the caller's: the two cannot be told apart."""

MALFORMED: Final = Problem(
    HTTPStatus.BAD_REQUEST, "malformed-request", "Malformed request", "send the request again as the documentation says"
)

INTERNAL: Final = Problem(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "internal-error",
    "Internal error",
    "nothing was recorded; send the request again, and tell the node's keeper when it happens again",
)


def method_not_allowed(allowed: str) -> Problem:
    """Return the problem of a method the address does not take."""
    return Problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "Method not allowed",
        f"use {allowed}",
        headers={"Allow": allowed},
    )


def unprocessable(errors: tuple[FieldProblem, ...]) -> Problem:
    """Return the problem of a well-formed request that names what does not exist or does not fit."""
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-fields",
        "Some fields cannot be used",
        "nothing was recorded; mend each field as its remedy says and send again",
        errors,
    )


def not_found_view(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer for addresses that do not exist (Django's `handler404`)."""
    return answer_with(NOT_FOUND)


def malformed_view(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer for requests Django itself refuses (`handler400`)."""
    return answer_with(MALFORMED)


def error_view(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer when everything else failed (`handler500`)."""
    return answer_with(INTERNAL)
