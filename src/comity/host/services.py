"""The processes of a node beside its database: sequencer, worker, HTTP. Started, watched, stopped together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from comity.config.node import NodeSettings
from comity.host.processes import ending_with_launcher

STOP_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 30.0
NAMES = ("api", "sequencer", "worker")


@dataclass(frozen=True, slots=True)
class Service:
    """One process: what it is called in messages, how it is started, and what its environment says besides ours."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


@dataclass
class _Running:
    service: Service
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    next_try_at: float = 0.0


def api_command(settings: NodeSettings) -> tuple[str, ...]:
    """Return what answers HTTP at the node's address: granian with two processes."""
    return (
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", settings.bind_host,
        "--port", str(settings.bind_port), "--workers", "2", "--blocking-threads", "8",
        "--no-log", "comity.config.wsgi:application",
    )  # fmt: skip


def services_of(settings: NodeSettings) -> tuple[Service, ...]:
    """Return the node's services in the order they start; the API without the checks of `comity serve api`.

    Who starts them all has made those: keys, database, address.
    """
    host = f"[{settings.bind_host}]" if ":" in settings.bind_host else settings.bind_host
    environment = {
        "COMITY_HOME": str(settings.home),
        "COMITY_BIND": f"{host}:{settings.bind_port}",
        "COMITY_STATE": settings.state,
    }
    commands: dict[str, tuple[str, ...]] = {
        name: (sys.executable, "-m", "comity.host.cli", "serve", name) for name in NAMES
    }
    commands["api"] = api_command(settings)
    return tuple(Service(name, commands[name], environment) for name in NAMES)


def _own_environment() -> dict[str, str]:
    """Return this process's environment without the administrator's address, which no service needs."""
    return {name: value for name, value in os.environ.items() if name != "COMITY_DATABASE_URL"}


@dataclass
class Services:
    """Watches services and starts again what died, at once and then ever more slowly."""

    say: Callable[[str], None]
    _running: list[_Running] = field(default_factory=list)

    def start(self, services: Sequence[Service]) -> None:
        """Start each service. They are killed when this process ends without `stop`: each recovers from that."""
        self._running += [_Running(s, self._spawn(s), time.monotonic()) for s in services]

    def watch(self, stopping: Callable[[], bool], *, pause_seconds: float = 0.5) -> None:
        """Look after the services until `stopping` says so."""
        while not stopping():
            for running in self._running:
                self._look_after(running)
            time.sleep(pause_seconds)

    def stop(self) -> None:
        """Ask every service to end, wait, then end what is left."""
        for running in self._running:
            if running.process.poll() is None:
                running.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for running in self._running:
            try:
                running.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                running.process.kill()
                running.process.wait()
        self._running = []

    def _look_after(self, running: _Running) -> None:
        now = time.monotonic()
        if running.process.poll() is None or now < running.next_try_at:
            return
        if now - running.started_at > LONGEST_PAUSE_SECONDS:
            running.failures = 0
        running.failures += 1
        self.say(f"{running.service.name} ended (code {running.process.returncode}); starting it again")
        running.next_try_at = now + min(2.0**running.failures, LONGEST_PAUSE_SECONDS)
        running.process = self._spawn(running.service)
        running.started_at = now

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own commands
            service.command,
            env=_own_environment() | dict(service.environment),
            start_new_session=True,
            preexec_fn=ending_with_launcher(signal.SIGKILL),  # noqa: PLW1509 - one system call, bound before the fork
        )
