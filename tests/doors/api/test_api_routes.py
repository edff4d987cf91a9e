"""Repository tests: they walk every route and fail on the first that says too little."""

import re

from django.urls import URLPattern, URLResolver, get_resolver

from comity.doors.api.api import api
from comity.doors.api.routes import scopes_of
from comity.standing.directory.vocabulary import Scope

OPEN = {
    "/health",
    "/public/agreements",
    "/public/agreements/{code}",
    "/public/agreements/{code}/versions/{number}",
}
"""The routes that need no key; adding one is a decision of its own."""
PAGES = {"api/v1/openapi.json", "api/v1/docs", "api/v1/", r"^static/(?P<path>ninja/[\w.-]+)$"}
"""Addresses beside the routes: documentation and its files."""
WITHOUT_BODY = ("/receive", "/accounting", "/offer", "/force")
"""How the paths end that are posted to without a body."""
WITH_BODY = (["POST"], ["PUT"])


def operations():
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield path, operation


def addresses(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, address)
        elif isinstance(pattern, URLPattern):
            yield address


def test_every_route_declares_who_may_use_it():
    undeclared = {p for p, op in operations() if not scopes_of(op.auth_callbacks) and p not in OPEN}
    assert undeclared == set()


def test_every_open_route_is_known():
    assert {p for p, op in operations() if not op.auth_callbacks} == OPEN


def test_every_address_is_a_route_or_a_known_page():
    routes = {"api/v1" + re.sub(r"\{(\w+)\}", r"<\1>", path) for path, _ in operations()}
    found = {one for one in addresses(get_resolver()) if one.startswith(("api/", "^static"))}
    assert found == routes | {page for page in PAGES if page in found} == routes | PAGES


def test_every_scope_opens_something():
    declared = {scope for _, op in operations() for scope in scopes_of(op.auth_callbacks) or ()}
    assert declared == set(Scope)


def test_every_route_says_what_it_gives_and_takes():
    for path, operation in operations():
        said = operation.openapi_extra
        assert "default" in said["x-responses"], path
        assert operation.view_func.__doc__, path
        assert ("requestBody" in said) == (operation.methods in WITH_BODY and not path.endswith(WITHOUT_BODY)), path


def test_route_functions_have_different_names():
    names = [operation.view_func.__name__ for _, operation in operations()]
    assert len(names) == len(set(names))
