"""The processes of a node beside its database: sequencer, worker, HTTP. Started, watched, stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from comity.config.node import NodeSettings

_PR_SET_PDEATHSIG = 1
STOP_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Service:
    """One process: what it is called in messages and how it is started."""

    name: str
    command: Sequence[str]


@dataclass
class _Running:
    service: Service
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    next_try_at: float = 0.0


def services_of(settings: NodeSettings) -> tuple[Service, ...]:
    """Return the node's services in the order they start."""
    python = sys.executable
    return (
        Service("sequencer", (python, "-m", "comity.host.cli", "serve", "sequencer")),
        Service("worker", (python, "-m", "comity.host.cli", "serve", "worker")),
        Service(
            "api",
            (
                python, "-m", "granian", "--interface", "wsgi", "--host", settings.bind_host,
                "--port", str(settings.bind_port), "--workers", "2", "--blocking-threads", "2",
                "--no-log", "comity.config.wsgi:application",
            ),
        ),
    )  # fmt: skip


@dataclass
class Services:
    """Watches services and starts again what died, at once and then ever more slowly."""

    settings: NodeSettings
    say: Callable[[str], None]
    _running: list[_Running] = field(default_factory=list)

    def start(self, services: Sequence[Service]) -> None:
        """Start each service; they end with this process, whatever ends it."""
        self._running = [_Running(s, self._spawn(s), time.monotonic()) for s in services]

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
        environment = os.environ | {
            "COMITY_HOME": str(self.settings.home),
            "DJANGO_SETTINGS_MODULE": "comity.config.settings",
        }
        libc = ctypes.CDLL(None, use_errno=True)
        return subprocess.Popen(  # noqa: S603 - our own commands
            service.command,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM),  # noqa: PLW1509 - one thread here
        )
