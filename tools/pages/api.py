"""The operations of the API with the scope each asks for; the bodies are in the node's own OpenAPI document."""

from comity.doors.api.api import api as comity_api
from comity.standing.directory.vocabulary import Scope
from tools.pages.markdown import code, first_paragraph, table

_HEAD = """# API

A running node describes its API itself, with every body and answer, as OpenAPI 3.1: a page at `/api/v1/docs`, the
document at `/api/v1/openapi.json`. Send a key as `Authorization: Bearer <key>`. A key speaks for one post of one
agency, for a period, in the scopes it was issued with. Errors are listed in [errors.md](errors.md), the lines of the
bulk operations in [ndjson.md](ndjson.md).
"""


def page() -> str:
    """Return the page."""
    rows: list[tuple[str, str, str, str]] = []
    by_scope: dict[str, list[str]] = {scope.value: [] for scope in Scope}
    for path, methods in comity_api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            name = f"{method.upper()} {path.removeprefix('/api/v1')}"
            told = first_paragraph(str(operation.get("description", ""))).partition(" Scope: ")[0]
            rows.append((f"`{name}`", code(*operation["x-scopes"]) or "none", told.removesuffix(" No key needed."), ""))
            for scope in operation["x-scopes"]:
                by_scope[scope].append(name)
    operations = table(("operation", "scope", "what it does"), [row[:3] for row in rows])
    scopes = table(
        ("scope", "operations"), [(f"`{scope}`", code(*names) or "none yet") for scope, names in by_scope.items()]
    )
    return f"{_HEAD}\n## Operations\n\nPaths are below `/api/v1`.\n\n{operations}\n## Scopes\n\n{scopes}"
