"""The ledger: how far it is, what was signed, and what one entry says, with a proof that the browser checks itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.selectors import find_ask_of_entry
from comity.doors.lists import PER_PAGE, Column, csv_of
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.posts import title_of
from comity.doors.web.staff import Staff
from comity.spine.keys.log_key import list_verifier_keys
from comity.spine.ledger.prove import NotYetSequencedError, prove_inclusion
from comity.spine.ledger.selectors import (
    Leaf,
    SignedSize,
    StoredEntry,
    find_leaf,
    get_entry,
    get_status,
    list_checkpoints,
)
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.selectors import list_posts

_FOOTING: Final = Footing(
    readers=_("Everybody: checkpoints and hashes are public."),
    ground=_("Every act leaves an entry that cannot be changed unnoticed; anybody can check that."),
    record=NOT_RECORDED,
)
_ENTRY: Final = Footing(
    readers=_("What an entry says: posts of the agency whose act it was. Its hash and its place: everybody."),
    ground=_("An entry holds no person and no record, only digests; row-level security keeps it to its agency."),
    record=NOT_RECORDED,
)
_COLUMNS: Final[tuple[Column[SignedSize], ...]] = (
    Column("size", _("Entries"), lambda row: row.size),
    Column("root", _("Root"), lambda row: row.root.hex()),
    Column("signed_at", _("Signed"), lambda row: row.signed_at.isoformat()),
)
_MOST_AS_CSV: Final = 10_000
_MOST_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says, in order: the act, when, by which post, and the digests of what it covers."""

    act: str
    at: datetime
    post: str
    ruleset: str
    facts: str
    rows: tuple[tuple[str, str], ...]
    payloads: tuple[tuple[str, str], ...]


@page(Permission.LEDGER_READ, _FOOTING)
def ledger(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show size, keys and recent checkpoints; an id given leads to its entry."""
    asked = request.GET.get("entry", "").strip()[:64]
    found = _id_of(asked)
    if found is not None:
        return redirect("console:ledger-entry", entry_id=found)
    text = request.GET.get("up_to", "").strip()
    up_to = int(text) if text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS else None
    is_csv = request.GET.get("as") == "csv"
    with reading(staff.actor) as cursor:
        status = get_status(cursor, now=staff.now)
        signed = list_checkpoints(cursor, up_to=up_to, limit=_MOST_AS_CSV if is_csv else PER_PAGE + 1)
    if is_csv:
        return csv_of("checkpoints", signed, _COLUMNS)
    context = {
        "asked": asked,
        "up_to": up_to,
        "status": status,
        "signed": signed[:PER_PAGE],
        "older": signed[PER_PAGE].size if len(signed) > PER_PAGE else None,
        "origin": status.note.partition("\n")[0] if status.note else "",
        "keys": _keys(),
    }
    return show(request, "ledger.html", context)


@page(Permission.ENTRY_READ, _ENTRY)
def entry(request: HttpRequest, staff: Staff, entry_id: UUID) -> HttpResponse:
    """Show where one entry stands with its proof, and, where it is the agency's own, what it says."""
    with reading(staff.actor) as cursor:
        leaf = find_leaf(cursor, entry_id=entry_id)
        if leaf is None:
            raise Http404(entry_id)
        try:
            proof = prove_inclusion(cursor, entry_id=entry_id)
        except NotYetSequencedError:
            proof = None
        stored = get_entry(cursor, entry_id=entry_id)
        ask_id = find_ask_of_entry(cursor, entry_id)
        said = _said(stored) if stored else None
    context: Mapping[str, Any] = {
        "entry_id": entry_id,
        "leaf": leaf,
        "leaf_hash": _hash_of(leaf),
        "proof": proof,
        "path": [one.hex() for one in proof.hashes] if proof else (),
        "said": said,
        "body": stored.body.decode() if stored else "",
        "ask_id": ask_id,
        "keys": _keys(),
    }
    return show(request, "entry.html", context)


def _said(stored: StoredEntry) -> Said:
    told: dict[str, Any] = msgspec.json.decode(stored.body)
    post_id = UUID(told["post"]) if told["post"] else None
    posts = list_posts([post_id]) if post_id else {}
    return Said(
        act=told["act"],
        at=datetime.fromisoformat(told["at"]),
        post=title_of(posts[post_id]) if post_id in posts else str(_("the node")),
        ruleset=told["ruleset"] or "",
        facts=told["facts"] or "",
        rows=tuple(sorted(told["rows"].items())),
        payloads=tuple(sorted(told["payloads"].items())),
    )


def _hash_of(leaf: Leaf) -> str:
    return leaf.leaf_hash.hex() if leaf.leaf_hash else ""


def _keys() -> list[str]:
    return list_verifier_keys(settings.NODE.log_key_file)


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
