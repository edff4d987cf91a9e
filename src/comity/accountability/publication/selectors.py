"""What the public reads. The caller opens `as_public`: these rows and no others."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from comity.accountability.publication.facts import AgreementShown, ChangeShown, PublicParty, VersionShown
from comity.accountability.publication.models import PublishedAgreement, PublishedChange, PublishedVersion
from comity.accountability.publication.vocabulary import Change
from comity.spine.keys.log_key import list_verifier_keys
from comity.spine.ledger.edges import read_tile
from comity.spine.ledger.selectors import Leaf, find_leaf, get_checkpoint_note
from comity.spine.ledger.tiles import parse_tile_path
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import PUBLISHED, reading_published

_AGREEMENT = (
    "code", "title", "kind", "parties", "state", "number", "starts_at", "ends_at", "notice_ends_at", "successor",
)  # fmt: skip
_VERSION = ("number", "title", "digest", "starts_at", "ends_at", "in_force_at", "summary", "text", "text_at")
_CHANGE = ("number", "change", "is_notice", "happened_at", "effective_at", "digest", "at", "entry_id")


class NotPublishedError(LookupError):
    """Nothing under this name is public; whether there is something that is not, is not told."""


@contextmanager
def as_public() -> Iterator[datetime]:
    """Open the public's own read-only transaction, and yield the time by the database."""
    now = database_now(PUBLISHED)
    with reading_published():
        yield now


def list_published(*, using: str = PUBLISHED) -> list[AgreementShown]:
    """Return every agreement that was once in force, by code."""
    return [_agreement(row) for row in PublishedAgreement.objects.using(using).order_by("code").values(*_AGREEMENT)]


def get_published(code: str, *, using: str = PUBLISHED) -> AgreementShown:
    """Return one agreement; raise `NotPublishedError`."""
    for row in PublishedAgreement.objects.using(using).filter(code=code).values(*_AGREEMENT):
        return _agreement(row)
    raise NotPublishedError(f"no agreement `{code}` is public")


def list_published_versions(code: str, *, using: str = PUBLISHED) -> list[VersionShown]:
    """Return the versions of an agreement that were once in force, the newest first."""
    return _versions(using, code=code)


def get_published_version(code: str, number: int, *, using: str = PUBLISHED) -> VersionShown:
    """Return one version; raise `NotPublishedError`."""
    for version in _versions(using, code=code, number=number):
        return version
    raise NotPublishedError(f"no version {number} of `{code}` is public")


def get_published_version_by_digest(code: str, digest: str, *, using: str = PUBLISHED) -> VersionShown:
    """Return one version; raise `NotPublishedError`."""
    for version in _versions(using, code=code, digest=digest):
        return version
    raise NotPublishedError(f"no version `{digest}` of `{code}` is public")


def list_public_texts(*, using: str = PUBLISHED) -> frozenset[tuple[str, int]]:
    """Return the versions whose text is public, by code and number; no text is read for that."""
    rows = PublishedVersion.objects.using(using).filter(text_at__isnull=False)
    return frozenset(rows.values_list("code", "number"))


def list_published_changes(code: str, *, using: str = PUBLISHED) -> list[ChangeShown]:
    """Return what the public was told of an agreement, the latest first."""
    rows = PublishedChange.objects.using(using).filter(code=code).order_by("-happened_at", "-id").values(*_CHANGE)
    return [ChangeShown(**{**row, "change": Change(row["change"])}) for row in rows]


def get_public_checkpoint(*, using: str = PUBLISHED) -> str | None:
    """Return the newest signed checkpoint of the ledger, None before the first."""
    with connections[using].cursor() as cursor:
        return get_checkpoint_note(cursor)


def get_public_tile(path: str, *, using: str = PUBLISHED) -> bytes | None:
    """Return a tile of the ledger's tree by its path (C2SP tlog-tiles); None where there is none. Hashes only."""
    found = parse_tile_path(path)
    if found is None:
        return None
    level, index, width = found
    with connections[using].cursor() as cursor:
        return read_tile(cursor, level, index, width)


def find_public_leaf(entry_id: UUID, *, using: str = PUBLISHED) -> Leaf | None:
    """Return where an entry of the ledger stands, None for an unknown id. No body, no act, no agency."""
    with connections[using].cursor() as cursor:
        return find_leaf(cursor, entry_id=entry_id)


def list_public_log_keys(log_key: Path) -> list[str]:
    """Return the public keys of the log whose key is at `log_key`, as text: the present one first, then former ones."""
    return list_verifier_keys(log_key)


def list_told(code: str) -> frozenset[UUID]:
    """Return the events of an agreement the public was told of. In the caller's own session, not the public's."""
    told = PublishedChange.objects.using(DEFAULT_DB_ALIAS).filter(code=code).values_list("event_id", flat=True)
    return frozenset(event_id for event_id in told if event_id is not None)


def _versions(using: str, **where: str | int) -> list[VersionShown]:
    rows = PublishedVersion.objects.using(using).filter(**where).order_by("-number").values(*_VERSION)
    return [VersionShown(**row) for row in rows]


def _agreement(row: dict[str, object]) -> AgreementShown:
    parties = tuple(PublicParty(**one) for one in row.pop("parties"))  # type: ignore[attr-defined] # a JSON column
    return AgreementShown(parties=parties, **row)  # type: ignore[arg-type] # the columns are its fields
