"""The documentation's page: Swagger UI from ninja's own files, nothing from elsewhere, no inline script that runs."""

import json
from typing import Any, Final

from django.contrib.staticfiles.views import serve
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{css}">
<link rel="icon" href="{icon}" type="image/svg+xml">
</head>
<body data-csrf-token="" data-api-csrf="">
<script type="application/json" id="swagger-settings">{settings}</script>
<main id="swagger-ui"></main>
<noscript>The same documentation as JSON: <a href="{address}">{address}</a></noscript>
<script src="{bundle}"></script>
<script src="{start}"></script>
</body>
</html>
"""


class LocalDocs(DocsBase):
    """Swagger UI without a template engine and without another server."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:  # noqa: ANN401, ARG002 - ninja's signature
        """Return the page."""
        address = self.get_openapi_url(api, kwargs)
        page = _PAGE.format(
            title=api.title,
            css=static("ninja/swagger-ui.css"),
            icon=static("ninja/favicon.svg"),
            bundle=static("ninja/swagger-ui-bundle.js"),
            start=static("ninja/swagger-ui-init.js"),
            settings=json.dumps({"url": address, "layout": "BaseLayout", "deepLinking": True}),
            address=address,
        )
        return HttpResponse(page, headers={"Content-Security-Policy": _POLICY})


def serve_static(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve a static file of an installed package; raises `Http404`."""
    response = serve(request, path, insecure=True)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
