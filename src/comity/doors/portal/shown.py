"""How a public page is answered: nothing about who reads it, and it may be kept for a minute."""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

_KEPT_SECONDS: Final = 60


def shown(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    """Return a page of the portal."""
    response = render(request, f"portal/{template}", {**context, "path": request.path})
    patch_vary_headers(response, ["Cookie"])  # the language that was chosen
    response["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
    return response
