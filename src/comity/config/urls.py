"""Every address of the node."""

from typing import Final

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from comity.doors.api.api import guarded, urls
from comity.doors.api.docs import serve_static

handler400: Final = "comity.config.faults.bad_request"
handler404: Final = "comity.config.faults.not_found"
handler500: Final = "comity.config.faults.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", urls()),
    re_path(r"^static/(?P<path>ninja/[\w.-]+)$", guarded(serve_static)),
    path("accounts/", include("comity.doors.web.signin.urls")),
    path("console/", include("comity.doors.web.urls", namespace="console")),
    # Which language a page is in harms nobody: taken without a token, so that the public's pages need no cookie.
    path("language/", csrf_exempt(set_language), name="set_language"),
    path("", include("comity.doors.portal.urls", namespace="portal")),
]
