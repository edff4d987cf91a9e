"""What somebody typed and did not send: kept sealed for a day, for that account and that page alone."""

import base64
from collections.abc import Mapping
from typing import Final

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from comity.doors.ring import key_ring
from comity.spine.tenancy.clock import database_now
from comity.standing.accounts.drafts import drop_draft, find_draft, forget_sent, put_draft
from comity.standing.accounts.facts import SignedIn

LONGEST: Final = 200_000
"""Characters of a form that are kept; what is longer is a file and is chosen again."""
_NEVER: Final = frozenset(
    {"acting", "again", "csrfmiddlewaretoken", "password", "oldpassword", "password1", "password2", "code", "secret"}
)


def keep_draft(*, account: SignedIn, page: str, typed: QueryDict, by_itself: bool = False) -> bool:
    """Keep what was typed on a page, in the place of what was kept before; returns whether anything is kept.

    `by_itself`: the open page saved it; what arrives just after the page was sent is not kept.
    """
    if not page.startswith("/console/"):
        return False
    fields = {name: values for name, values in typed.lists() if name not in _NEVER and any(values)}
    plain = msgspec.json.encode(fields)
    if not fields or len(plain) > LONGEST:
        return False
    sealed = _box(account).encrypt(plain)
    return put_draft(account_id=account.id, page=page, sealed=sealed, now=database_now(), is_late=by_itself)


def read_draft(*, account: SignedIn, page: str) -> Mapping[str, list[str]] | None:
    """Return what was kept of a page; None: nothing, or nothing this node can open any more."""
    sealed = find_draft(account_id=account.id, page=page, now=database_now())
    if sealed is None:
        return None
    try:
        return msgspec.json.decode(_box(account).decrypt(sealed), type=dict[str, list[str]])
    except InvalidToken:
        drop_draft(account_id=account.id, page=page)
        return None


def typed_before(request: HttpRequest, account: SignedIn) -> dict[str, str]:
    """Return what was kept of this page, as the first values of its form, and say so; nothing for most."""
    return {name: values[0] for name, values in all_typed_before(request, account).items() if values}


def all_typed_before(request: HttpRequest, account: SignedIn) -> Mapping[str, list[str]]:
    """Return every value of what was kept of this page, and say so: for forms with boxes to check."""
    kept = read_draft(account=account, page=request.path) if request.method in {"GET", "HEAD"} else None
    if not kept:
        return {}
    messages.info(request, _("What you typed here before was kept. Look it over, then send it."))
    return kept


def forget_draft(*, account: SignedIn, page: str) -> None:
    """Forget what was kept of a page that was sent; what it saved by itself a moment before comes too late."""
    forget_sent(account_id=account.id, page=page, now=database_now())


def keep_sealed(*, account: SignedIn, name: str, plain: bytes) -> None:
    """Keep what a page works on between two steps, sealed for this account alone, for a day; `name` is no address."""
    put_draft(account_id=account.id, page=name, sealed=_box(account).encrypt(plain), now=database_now())


def read_sealed(*, account: SignedIn, name: str) -> bytes | None:
    """Return what `keep_sealed` kept; None: nothing, or nothing this node can open any more."""
    sealed = find_draft(account_id=account.id, page=name, now=database_now())
    try:
        return None if sealed is None else _box(account).decrypt(sealed)
    except InvalidToken:
        return None


def drop_sealed(*, account: SignedIn, name: str) -> None:
    """Forget what `keep_sealed` kept."""
    drop_draft(account_id=account.id, page=name)


def _box(account: SignedIn) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key_ring().blind("drafts", str(account.id))))
