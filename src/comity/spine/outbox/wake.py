"""Waking the worker: one procrastinate job a destination, in the moments after a commit."""

from collections.abc import Iterable
from typing import Final

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

DELIVER_TASK: Final = "comity.deliver"
"""The task `doors.worker` defines; it is called with `destination=` and claims until nothing is left."""
QUEUE: Final = "outbox"

_WAITING: Final = (
    "SELECT queueing_lock FROM procrastinate_jobs WHERE queueing_lock = ANY(%s::text[]) AND status = 'todo'"
)


def wake_on_commit(destinations: Iterable[str]) -> None:
    """Wake `destinations` when the present transaction has committed; after a rollback, nobody.

    A failure to wake is logged and no more: the act has committed, and the worker's sweep finds its messages.
    """
    chosen = sorted(set(destinations))
    if chosen:
        transaction.on_commit(lambda: wake(chosen), robust=True)


def wake(destinations: Iterable[str]) -> int:
    """Defer one delivery job for each destination that has none waiting; return how many were deferred.

    A job that waits will claim what is committed by now; one already running may have looked before, so it does not
    count. Two jobs of one destination may then run at once: `claim` keeps them apart, and a killed one blocks nobody.
    Outside any transaction.
    """
    chosen = sorted(set(destinations))
    with connection.cursor() as cursor:
        # Asking first keeps refused inserts, and their lines in the server's log, to the rare race.
        cursor.execute(_WAITING, (chosen,))
        waiting = {row[0] for row in cursor.fetchall()}
    return sum(_defer(destination) for destination in chosen if destination not in waiting)


def _defer(destination: str) -> bool:
    job = app.configure_task(DELIVER_TASK, queue=QUEUE, queueing_lock=destination, allow_unknown=True)
    try:
        job.defer(destination=destination)
    except AlreadyEnqueued:
        return False
    return True
