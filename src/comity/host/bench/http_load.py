"""A client that costs little: raw HTTP/1.1 over kept connections, closed loop or at a steady rate."""

import asyncio
import http.client
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

_TIMEOUT_SECONDS: Final = 60.0
_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class AnswerError(RuntimeError):
    """The server answered otherwise than a benchmark may expect."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go and the key they carry."""

    host: str
    port: int
    secret: str

    def post(self, path: str, body: bytes, kind: str = "application/json") -> bytes:
        """Return the bytes of a POST request."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {self.secret}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def get(self, path: str) -> bytes:
        """Return the bytes of a GET request."""
        return f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {self.secret}\r\n\r\n".encode()


@dataclass
class Answers:
    """What came back: seconds each took, counted from when it was due, and how often each status came."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    took: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took

    def require(self, *expected: int) -> None:
        """Raise `AnswerError` when any answer had another status."""
        others = {status: count for status, count in self.statuses.items() if status not in expected}
        if others:
            raise AnswerError(f"answers with status {others}; expected {expected}")


class Wire:
    """One kept connection."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Send one request; return status and body. A kept connection that was closed meanwhile is opened again."""
        try:
            return await self._send(request)
        except (asyncio.IncompleteReadError, ConnectionError):
            await self.close()
            return await self._send(request)

    async def _send(self, request: bytes) -> tuple[int, bytes]:
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection(self._target.host, self._target.port)
        self._writer.write(request)
        head = await asyncio.wait_for(self._reader.readuntil(_HEAD_END), _TIMEOUT_SECONDS)
        return int(head[9:12]), await _body(self._reader, head.lower())

    async def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
            with suppress(ConnectionError):
                await self._writer.wait_closed()
            self._writer = self._reader = None


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    if _LENGTH in head:
        at = head.index(_LENGTH) + len(_LENGTH)
        return await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
    parts: list[bytes] = []
    while size := int(await reader.readline(), 16):
        parts.append((await reader.readexactly(size + 2))[:-2])
    await reader.readline()
    return b"".join(parts)


def closed_loop(target: Target, requests: Sequence[bytes], *, clients: int) -> Answers:
    """Send all requests over `clients` connections, each sending its next when it was answered."""
    return asyncio.run(_closed_loop(target, requests, clients))


async def _closed_loop(target: Target, requests: Sequence[bytes], clients: int) -> Answers:
    answers, rest = Answers(), iter(requests)

    async def client() -> None:
        wire = Wire(target)
        for request in rest:
            began = time.perf_counter()
            status, _ = await wire.send(request)
            answers.seconds.append(time.perf_counter() - began)
            answers.statuses[status] = answers.statuses.get(status, 0) + 1
        await wire.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    answers.took = time.perf_counter() - began
    return answers


def steady(target: Target, requests: Sequence[bytes], *, per_second: float, clients: int = 64) -> Answers:
    """Send requests when they are due, whatever became of those before; a late one counts from when it was due."""
    return asyncio.run(_steady(target, requests, per_second, clients))


async def _steady(target: Target, requests: Sequence[bytes], per_second: float, clients: int) -> Answers:
    answers = Answers()
    free: asyncio.Queue[Wire] = asyncio.Queue()
    for _ in range(clients):
        free.put_nowait(Wire(target))
    wires = list(free._queue)  # type: ignore[attr-defined]  # noqa: SLF001 - to close them at the end

    async def one(request: bytes, due: float) -> None:
        wire = await free.get()
        status, _ = await wire.send(request)
        free.put_nowait(wire)
        answers.seconds.append(time.perf_counter() - due)
        answers.statuses[status] = answers.statuses.get(status, 0) + 1

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for request, due in _due(requests, began, per_second):
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.create_task(one(request, due))
    answers.took = time.perf_counter() - began
    for wire in wires:
        await wire.close()
    return answers


def _due(requests: Sequence[bytes], began: float, per_second: float) -> Iterator[tuple[bytes, float]]:
    for number, request in enumerate(requests):
        yield request, began + number / per_second


def send_lines(target: Target, path: str, lines: Sequence[bytes]) -> tuple[list[bytes], float]:
    """Post lines as one NDJSON body; return the answering lines and the seconds it took."""
    connection = http.client.HTTPConnection(target.host, target.port, timeout=600)
    headers = {"Authorization": f"Bearer {target.secret}", "Content-Type": "application/x-ndjson"}
    began = time.perf_counter()
    connection.request("POST", path, body=b"\n".join(lines) + b"\n", headers=headers)
    response = connection.getresponse()
    body = response.read()
    took = time.perf_counter() - began
    connection.close()
    if response.status != http.client.OK:
        raise AnswerError(f"`{path}` answered {response.status}: {body[:300]!r}")
    return body.splitlines(), took
