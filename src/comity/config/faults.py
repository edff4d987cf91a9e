"""Which door answers a fault that came before or behind every view: the API under its address, the pages elsewhere."""

from django.http import HttpRequest, HttpResponseBase
from django.views.defaults import bad_request as page_bad_request
from django.views.defaults import page_not_found

from comity.doors.api.problems import error_view, malformed_view, not_found_view
from comity.doors.web.faults import server_error as page_error

_API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what cannot be read (Django's `handler400`)."""
    is_api = request.path.startswith(_API)
    return malformed_view(request, exception) if is_api else page_bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer for addresses that do not exist (Django's `handler404`)."""
    is_api = request.path.startswith(_API)
    return not_found_view(request, exception) if is_api else page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer what nobody foresaw (Django's `handler500`)."""
    return error_view(request) if request.path.startswith(_API) else page_error(request)
