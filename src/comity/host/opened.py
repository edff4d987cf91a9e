"""A node opened for one command: its database started or joined, its keys seen to, connections closed at the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from comity.config.node import NodeSettings
from comity.doors.cli.node import Node
from comity.doors.cli.say import note
from comity.host.keystore import open_ring
from comity.host.prepare import Paths, make_keys, ready_node
from comity.host.start import require_node


@contextmanager
def opened_node(settings: NodeSettings, *, keys: Callable[[NodeSettings], None] = make_keys) -> Iterator[Node]:
    """Start or join the node's database for one command; connections are closed before the database is.

    Raises `StartRefused` where there is no node, and what `ready_node` and `keys` raise.
    """
    require_node(settings)
    paths = Paths(settings.home)
    with ready_node(settings, say=lambda word: note(f"{word} …"), keys=keys):
        from django.db import connections
        from django.db.backends.postgresql.base import DatabaseWrapper

        from comity.spine.tenancy.clock import database_now

        try:
            yield Node(database_now, lambda: open_ring(settings), paths.log_key, paths.last_signed, settings.hosts)
        finally:
            connections.close_all()
            wrapper = connections["default"]
            if isinstance(wrapper, DatabaseWrapper):
                wrapper.close_pool()
