"""A node with the demo states loaded, callers with keys of chosen scopes, and a way to see what was written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from comity.config.node import Role

ACT_TABLES = (
    "exchange_answer",
    "exchange_ask",
    "exchange_decision",
    "exchange_delivery",
    "exchange_disclosure",
    "exchange_reading",
    "exchange_record",
    "exchange_review",
    "ledger_pending",
    "outbox_message",
    "tasks_task",
    "tasks_verdict",
    "vault_hold",
    "vault_item",
)
NDJSON = "application/x-ndjson"


@dataclass
class Caller:
    """Speaks to the API with one key."""

    secret: str
    actor: Any
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        from django.test import Client

        self.client = Client(raise_request_exception=False, SERVER_NAME="localhost")

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def get(self, path: str, /, **query: object):
        return self.client.get(f"/api/v1{path}", query, headers=self.headers)

    def post(self, path: str, body: object = None, *, kind: str = "application/json", method: str = "POST"):
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return self.client.generic(method, f"/api/v1{path}", raw, content_type=kind, headers=self.headers)

    def put(self, path: str, body: object = None):
        return self.post(path, body, method="PUT")

    def delete(self, path: str):
        return self.client.delete(f"/api/v1{path}", headers=self.headers)

    def bulk(self, path: str, lines: list[object]) -> list[dict[str, Any]]:
        raw = b"\n".join(line if isinstance(line, bytes) else msgspec.json.encode(line) for line in lines)
        response = self.post(path, raw, kind=NDJSON)
        assert response.status_code == 200, response.content
        return [msgspec.json.decode(line) for line in response.getvalue().splitlines()]


@dataclass
class Office:
    """The node under test: makes callers, runs the worker's part, counts what is stored."""

    node: Any

    def caller(
        self, agency: str = "hsi-arizona", post: str = "interface", scopes=None, *, starts=None, ends=None
    ) -> Caller:
        from comity.kernel.time import Period
        from comity.standing.directory.commands import issue_api_key
        from comity.standing.directory.vocabulary import Scope

        by, now = self.node.actor(agency, post), self.now()
        issued = issue_api_key(
            by=by,
            now=now,
            post_id=by.post_id,
            scopes=list(Scope) if scopes is None else scopes,
            period=Period(starts or now - timedelta(days=1), ends or now + timedelta(days=1)),
        )
        return Caller(issued.secret, by)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def keys(self):
        return self.node.keys

    def deliver(self) -> int:
        from comity.doors.worker.deliveries import sweep

        return sweep(clock=self.now, keys=self.keys())

    def tick(self) -> int:
        from comity.coordination.exchange.commands.tick import answer_hidden_asks
        from comity.spine.tenancy.actor import Duty, node_actor

        return answer_hidden_asks(by=node_actor(Duty.COURIER), now=self.now() + timedelta(seconds=10), keys=self.keys())

    def stored(self) -> dict[str, int]:
        """Return how many rows each table of acts holds."""
        with self.node.connect(Role.BOOTSTRAP) as connection:
            return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ACT_TABLES}  # type: ignore[arg-type,index]


@pytest.fixture
def office(demo) -> Iterator[Office]:
    from comity.doors.ring import forget_keys

    forget_keys()
    yield Office(demo)
    forget_keys()


@pytest.fixture(scope="module")
def shared_office(request, server, home, demo_template, tmp_path_factory) -> Iterator[Office]:
    """One node for a module whose tests write nothing that another could notice."""
    from comity.doors.ring import forget_keys

    root = next(p for p in request.config.pluginmanager.get_plugins() if hasattr(p, "demo_node"))
    forget_keys()
    with root.demo_node(server, home, demo_template, tmp_path_factory.mktemp("shared")) as node:
        yield Office(node)
    forget_keys()


@pytest.fixture
def asker(office) -> Caller:
    return office.caller()


@pytest.fixture
def holder(office) -> Caller:
    return office.caller("az-dps")


@pytest.fixture
def stranger(office) -> Caller:
    return office.caller("ut-dps-bci")


@pytest.fixture
def unchanged(office, asker, holder, stranger) -> Iterator[None]:
    """Fail the test that wrote anything."""
    before = office.stored()
    yield
    assert office.stored() == before


Make = Callable[..., dict[str, Any]]


@pytest.fixture
def ask() -> Make:
    """Make the body of an ask that is permitted once the record is lodged."""
    numbers = iter(range(1, 100_000))

    def make(**changes: object) -> dict[str, Any]:
        body = {
            "ask_id": f"test-{next(numbers)}",
            "holder": "az-dps",
            "purpose": "criminal_investigation",
            "category": "case",
            "elements": ["person_name", "case_number"],
            "reference": "TEST-CASE-1",
        }
        return {name: value for name, value in (body | changes).items() if value is not None}

    return make


@pytest.fixture
def record() -> Make:
    """Make the body of a record of az-dps that `ask` names."""

    def make(**changes: object) -> dict[str, Any]:
        body = {
            "category": "case",
            "reference": "TEST-CASE-1",
            "values": {"person_name": "name of TEST-CASE-1", "case_number": "number of TEST-CASE-1"},
        }
        return body | changes

    return make
