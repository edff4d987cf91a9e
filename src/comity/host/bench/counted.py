"""The node's own pages with a count of what each asked of the database; served by benchmarks and by nothing else.

Counted is every way to the database and back: statements, and what opens and ends a transaction.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from importlib import import_module
from threading import local
from typing import Any, Final

import psycopg
from django.db import connections

from comity.host.bench.web_browser import HEADER

_served: Final = import_module("comity.config.wsgi").application  # by name, as the server finds it: it lies above
_of_thread: Final = local()


def _count() -> None:
    _of_thread.count = getattr(_of_thread, "count", 0) + 1


def _counting(execute: Callable[..., Any], *given: Any) -> Any:  # noqa: ANN401 - Django's wrapper of any statement
    _count()
    return execute(*given)


def _count_commands() -> None:
    """Count BEGIN, COMMIT and ROLLBACK, which the driver sends by itself."""
    kept = psycopg.Connection._exec_command  # noqa: SLF001 - the one place they all pass

    def counted(self: Any, command: Any, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - as the driver's own
        _count()
        return (yield from kept(self, command, *given, **named))

    psycopg.Connection._exec_command = counted  # type: ignore[method-assign]  # noqa: SLF001 - as above


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the node does, with the number of ways to the database in a header."""
    _of_thread.count = 0

    def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # noqa: ANN401 - WSGI
        return start_response(status, [*headers, (HEADER, str(_of_thread.count))], *more)

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(_counting))
        answer: Iterable[bytes] = _served(environ, started)
    return answer


_count_commands()
