"""Every address of the node."""

from typing import Final

from django.urls import URLPattern, URLResolver, path, re_path

from comity.doors.api.api import guarded, urls
from comity.doors.api.docs import serve_static

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", urls()),
    re_path(r"^static/(?P<path>ninja/[\w.-]+)$", guarded(serve_static)),
]

handler400: Final = "comity.doors.api.problems.malformed_view"
handler404: Final = "comity.doors.api.problems.not_found_view"
handler500: Final = "comity.doors.api.problems.error_view"
