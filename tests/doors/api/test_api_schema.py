"""Every operation under generated requests: no 5xx, and answers as the document says (schemathesis)."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from comity.config.wsgi import application
from comity.doors.api.api import api

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 12
OPERATIONS = [
    (method, path, said)
    for path, view in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
    for method, said in view.items()
]


def takes_something(said) -> bool:
    """Whether a request can be wrong: it has a key, a parameter or a body to be wrong in."""
    return any(said.get(part) for part in ("security", "parameters", "requestBody"))


REQUESTS = [
    (method, path, mode)
    for method, path, said in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or takes_something(said)
]


@schemathesis.serializer("application/x-ndjson")
def as_lines(context, value):
    return str(value).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def office(shared_office):
    return shared_office


@pytest.fixture(scope="module")
def key(office) -> str:
    return office.caller("az-dps", "records-clerk").secret


@pytest.fixture(scope="module")
def document(office):
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.mark.parametrize(("method", "path", "mode"), REQUESTS)
def test_no_request_breaks_the_api(document, key, method, path, mode):
    operation = document[path][method.upper()]
    bounded = settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    @bounded
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    send()
