"""What a page says when something fails: one page, nothing of what failed; the log names the place, never a value."""

import sys
from http import HTTPStatus
from types import TracebackType

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from comity.doors.log import warn


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody foresaw: 500, or 503 where the database does not answer."""
    kind, _value, trace = sys.exc_info()
    is_database = kind is not None and issubclass(kind, DatabaseError)
    route = request.resolver_match.route if request.resolver_match else ""
    module, line = _place(trace)
    warn("page failed", route=route, error=kind.__name__ if kind else "", module=module, line=line)
    status = HTTPStatus.SERVICE_UNAVAILABLE if is_database else HTTPStatus.INTERNAL_SERVER_ERROR
    return HttpResponse(loader.get_template("500.html").render(), status=status.value)


def _place(trace: TracebackType | None) -> tuple[str, int]:
    """Return where it was raised: the innermost module and line."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return ("", 0) if trace is None else (str(trace.tb_frame.f_globals.get("__name__", "")), trace.tb_lineno)
