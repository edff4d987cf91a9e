"""A ledger to be looked at: entries beside those of a demo, and the log's public key where the node keeps it."""

import shutil
from pathlib import Path
from typing import Any


def grown(node: Any, count: int, *, signed: bool = True) -> None:
    """Append `count` entries of az-dps to the ledger of `node`; `signed`: sequence them and put the key in place."""
    from comity.spine.ledger.append import Entry, append_entries
    from comity.spine.tenancy.transaction import acting

    by = node.actor("az-dps", "liaison")
    with acting(by) as cursor:
        made = [Entry.make(act="test.made", at=node.clock(), actor=by, rows={}) for _ in range(count)]
        append_entries(cursor, made)
    if signed:
        node.sequence()
        put_key(node, node.folder / "log-key.vkey")


def put_key(_node: Any, source: Path | None) -> None:
    """Lay the log's public key where pages look for it; None takes it away."""
    from django.conf import settings

    place = settings.NODE.log_key_file.with_suffix(".vkey")
    if source is None:
        place.unlink(missing_ok=True)
    else:
        shutil.copyfile(source, place)
