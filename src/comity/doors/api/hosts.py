"""Which names the API answers to: a request for any other (its `Host`) is refused before anything reads it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponseBase

from comity.doors.api.problems import Problem, answer_with

UNKNOWN_HOST: Final = Problem(
    HTTPStatus.BAD_REQUEST,
    "unknown-host",
    "Not a name of this node",
    "use a name of this node; its keeper sets them by COMITY_ALLOWED_HOSTS",
)
Handler = Callable[[HttpRequest], HttpResponseBase]


def known_hosts(handle: Handler) -> Handler:
    """Return Django's middleware that lets only known names through."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            return answer_with(UNKNOWN_HOST)
        return handle(request)

    return answer
