import re

import pytest


@pytest.fixture(scope="module")
def office(shared_office):
    return shared_office


def test_documentation_page_loads_nothing_from_elsewhere(asker):
    page = asker.client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "https://" not in page.content.decode()
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.content.decode()):
        file = asker.client.get(address)
        assert file.status_code == 200, address
        assert len(file.getvalue()) > 500


def test_static_files_outside_the_documentation_are_absent(asker):
    for path in ("admin/css/base.css", "ninja/../settings.py", "ninja/none.js", "ninja/%2e%2e/x"):
        assert asker.client.get(f"/static/{path}").status_code == 404


def test_openapi_document_is_31_and_complete(asker):
    document = asker.client.get("/api/v1/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    named = set(re.findall(r'"#/components/schemas/(\w+)"', str(document).replace("'", '"')))
    assert named <= document["components"]["schemas"].keys()
    assert document["paths"]["/api/v1/asks"]["post"]["x-scopes"] == ["exchange:ask"]


def test_answers_are_kept_by_nobody_on_the_way(asker):
    for response in (asker.get("/asks"), asker.get("/nowhere"), asker.client.get("/api/v1/health")):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"


def test_answers_state_their_length(asker):
    for response in (asker.get("/asks"), asker.get("/nowhere"), asker.get("/law/rules")):
        assert response.headers["Content-Length"] == str(len(response.content))
