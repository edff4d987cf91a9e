"""The ledger for the public: its checkpoint and tiles as C2SP tlog-tiles lays them out, and a page that checks them."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from comity.accountability.publication.selectors import (
    as_public,
    find_public_leaf,
    get_public_checkpoint,
    get_public_tile,
    list_public_log_keys,
)
from comity.doors.portal.shown import shown

_TILE_KEPT: Final = "public, max-age=86400"
"""What a tile holds never changes; a day, so that a history that was given up leaves caches soon."""


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Show the newest signed checkpoint, the log's public keys, and, where one is asked for, where an entry stands."""
    asked = request.GET.get("entry", "").strip()[:64]
    entry_id = _id_of(asked)
    with as_public():
        note = get_public_checkpoint()
        leaf = find_public_leaf(entry_id) if entry_id else None
    lines = note.splitlines() if note else []
    checkpoint = {"origin": lines[0], "size": lines[1], "root": lines[2]} if len(lines) > 3 else None  # noqa: PLR2004
    context = {
        "note": note,
        "checkpoint": checkpoint,
        "keys": list_public_log_keys(settings.NODE.log_key_file),
        "asked": asked,
        "entry_id": entry_id,
        "leaf": leaf,
        "leaf_hash": leaf.leaf_hash.hex() if leaf and leaf.leaf_hash else "",
    }
    return shown(request, "ledger.html", context)


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """Give the newest signed checkpoint (C2SP tlog-checkpoint), always as it is now."""
    with as_public():
        note = get_public_checkpoint()
    if note is None:
        raise Http404
    headers = {"Cache-Control": "no-cache", "Content-Type": "text/plain; charset=utf-8"}
    return HttpResponse(note, headers=headers)


@require_safe
def tile(request: HttpRequest) -> HttpResponse:
    """Give a tile, full or in part. Entries' bodies are private: there are no bundles."""
    with as_public():
        data = get_public_tile(request.path.removeprefix("/"))
    if data is None:
        raise Http404
    headers = {"Cache-Control": _TILE_KEPT, "Content-Type": "application/octet-stream"}
    return HttpResponse(data, headers=headers)


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
