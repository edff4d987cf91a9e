"""The node's services as a benchmark starts them: API with two workers, sequencer, the worker where it is wanted."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

import httpx
import psycopg

from comity.config.node import DatabaseAccess, NodeSettings, Role
from comity.host.bench.http_load import Target
from comity.host.bench.node import Say
from comity.host.services import Service, Services, services_of

APPLICATION: Final = "comity.config.wsgi:application"
_START_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.1
_SCOPES: Final = ("exchange:ask", "exchange:file", "exchange:receive")


class NotStartedError(RuntimeError):
    """A service did not answer in time."""


@contextmanager
def serving(settings: NodeSettings, *names: str, say: Say, application: str = APPLICATION) -> Iterator[None]:
    """Run the named services of a node until the block ends; returns once the API answers.

    `application`: what answers HTTP in the place of the node's own, by the same server with the same settings.
    """
    services = Services(say=say)
    services.start([_with(service, application) for service in services_of(settings) if service.name in names])
    try:
        if "api" in names:
            _wait_for_api(settings)
        yield
    finally:
        services.stop()


def _with(service: Service, application: str) -> Service:
    return replace(service, command=[application if word == APPLICATION else word for word in service.command])


def issue_keys(*agencies: str) -> Mapping[str, str]:
    """Issue an API key for each agency's interface post, good for a day; return the secrets."""
    from comity.host.demonstration.exchange import interface_of
    from comity.kernel.time import Period
    from comity.spine.tenancy.clock import database_now
    from comity.standing.directory.commands.keys import issue_api_key

    now = database_now()
    secrets: dict[str, str] = {}
    for agency in agencies:
        by = interface_of(agency)
        period = Period(now, now + timedelta(days=1))
        issued = issue_api_key(by=by, now=now, post_id=by.post_id, scopes=_SCOPES, period=period)
        secrets[agency] = issued.secret
    return secrets


def target_of(settings: NodeSettings, secret: str) -> Target:
    """Return how the node's API is reached with a key."""
    return Target(settings.bind_host, settings.bind_port, secret)


def wait_sequenced(access: DatabaseAccess, *, seconds: float) -> None:
    """Wait until no entry is pending; raises `NotStartedError`."""
    deadline = time.monotonic() + seconds
    with psycopg.connect(access.conninfo(Role.VERIFIER), autocommit=True) as connection:
        while connection.execute("SELECT EXISTS (SELECT FROM ledger_pending)").fetchone() != (False,):
            if time.monotonic() > deadline:
                raise NotStartedError("the sequencer did not keep up")
            time.sleep(_POLL_SECONDS)


def _wait_for_api(settings: NodeSettings) -> None:
    deadline = time.monotonic() + _START_SECONDS
    address = f"http://{settings.bind_host}:{settings.bind_port}/api/v1/health"
    while True:
        try:
            httpx.get(address, timeout=5)
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise NotStartedError(f"the API did not answer at `{address}`") from None
            time.sleep(_POLL_SECONDS)
        else:
            return
