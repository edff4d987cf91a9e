"""Somebody at the console, over HTTP as a browser is: signs in with both factors, keeps cookies, counts bytes."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

import httpx

from comity.config.node import NodeSettings
from comity.host.bench.http_load import AnswerError
from comity.host.demonstration.account_file import DemoAccount, code_of

HEADER: Final = "X-Comity-Statements"
"""In which `counted` says how often a page went to the database."""
_ASSET: Final = re.compile(r'(?:src|href)="(/static/[^"]+)"')
_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_ENCODINGS: Final = "gzip, br"


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as it came: milliseconds from asking to its last byte, ways to the database, bytes on the wire."""

    milliseconds: float
    statements: int
    size: int
    text: str


@dataclass
class Browser:
    """A browser of one person: one kept connection, and the assets it has, which are kept for good once they came."""

    client: httpx.Client
    assets: set[str] = field(default_factory=set)

    @classmethod
    def signed_in(cls, settings: NodeSettings, account: DemoAccount) -> Self:
        """Return a browser in which somebody has come in with both factors; raises `AnswerError`."""
        address = f"http://{settings.bind_host}:{settings.bind_port}"
        client = httpx.Client(base_url=address, headers={"Accept-Encoding": _ENCODINGS}, timeout=60)
        made = cls(client)
        made._send("/accounts/login/", {"login": account.username, "password": account.password})
        made._send("/accounts/2fa/authenticate/", {"code": code_of(account)})
        found = client.get("/console/")
        if found.status_code != httpx.codes.OK:
            raise AnswerError(f"signing in as `{account.post}` led to {found.status_code}")
        made.load(found.text)
        return made

    def show(self, path: str, *, headers: Mapping[str, str] | None = None) -> Shown:
        """Ask for a page; raises `AnswerError` where it is neither that nor, to a poll, nothing."""
        began = time.perf_counter()
        answer = self.client.get(path, headers=headers)
        took = (time.perf_counter() - began) * 1000
        if answer.status_code not in {httpx.codes.OK, httpx.codes.NO_CONTENT}:
            raise AnswerError(f"`{path}` answered {answer.status_code}")
        return Shown(took, int(answer.headers[HEADER]), _size(answer), answer.text)

    def load(self, page: str) -> int:
        """Fetch the assets a page names that are not there yet; return their bytes on the wire, compressed.

        Fonts and pictures that style sheets name come with the first page and are not counted again.
        """
        fresh = set(_ASSET.findall(page)) - self.assets
        self.assets |= fresh
        return sum(_size(self.client.get(asset)) for asset in fresh)

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    def _send(self, path: str, given: dict[str, str]) -> None:
        [token] = _TOKEN.findall(self.client.get(path).text)[:1]
        answer = self.client.post(path, data={**given, "csrfmiddlewaretoken": token})
        if answer.status_code != httpx.codes.FOUND:
            raise AnswerError(f"`{path}` answered {answer.status_code}: signing in failed")


def _size(answer: httpx.Response) -> int:
    """Return what came over the wire: head and body as sent."""
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
    return head + answer.num_bytes_downloaded
