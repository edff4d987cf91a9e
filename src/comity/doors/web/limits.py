"""How much a browser may send to a page: told before it is read, so that nothing large reaches memory."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader

from comity.standing.agreements.reading.document import MOST_BYTES

MOST_FORM: Final = 2_000_000
"""Bytes of a form of the console: the longest text of an agreement fits many times."""
TAKEN: Final = frozenset({"/console/agreements/import/"})
"""Pages that take a file, from somebody signed in; anywhere else what is sent as a file is let pass unread."""
MOST_FILE: Final = MOST_BYTES + 100_000
"""Bytes of a form with a file: the largest that is read, and the fields around it."""
MOST_OUTSIDE: Final = 300_000
"""Bytes from whoever may not be signed in: a password, a word, the answer of an identity provider."""
_API: Final = "/api/"
_CONSOLE: Final = "/console/"

Handler = Callable[[HttpRequest], HttpResponseBase]


def body_limit(handle: Handler) -> Handler:
    """Return Django's middleware that answers 413 to a body over the limit of its address; the API has its own."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(_API) or _sent(request) <= most_of(request):
            return handle(request)
        context = {"most": most_of(request) // 1000, "is_file": request.path in TAKEN}
        page = loader.get_template("413.html").render(context, request)
        response = HttpResponse(page, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE.value)
        # What is left of the body is not read: the connection ends with this answer.
        response["Cache-Control"] = "no-store"
        return response

    return answer


def most_of(request: HttpRequest) -> int:
    """Return how many bytes may be sent to an address."""
    if not request.path.startswith(_CONSOLE):
        return MOST_OUTSIDE
    return MOST_FILE if request.path in TAKEN else MOST_FORM


def _sent(request: HttpRequest) -> int:
    """Return the length that is told; a server reads no further than it, and nothing where none is told."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else MOST_FILE + 1  # noqa: PLR2004 - 2^63
