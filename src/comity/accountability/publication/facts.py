"""What publication tells the public: frozen rows, and the digest by which what was made public can be cited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from comity.accountability.publication.vocabulary import Change
from comity.kernel.canonical import canonical
from comity.kernel.time import Period
from comity.standing.agreements.states import standing_at

SCHEMA: Final = "comity/published/1"


@dataclass(frozen=True, slots=True)
class VersionShown:
    """A version that was once in force. `summary`: sentences by language. `text`: "" until it was published."""

    number: int
    title: str
    digest: str
    starts_at: datetime
    ends_at: datetime | None
    in_force_at: datetime
    summary: Mapping[str, Sequence[str]]
    text: str
    text_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublicParty:
    """A party as the public knows it."""

    code: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class AgreementShown:
    """An agreement that was once in force. `number`: its newest version in force; `successor`: a code, or ""."""

    code: str
    title: str
    kind: str
    parties: tuple[PublicParty, ...]
    state: str
    number: int
    starts_at: datetime
    ends_at: datetime | None
    notice_ends_at: datetime | None
    successor: str

    def standing(self, at: datetime) -> str:
        """Return the state at the instant, or `coming`, `terminated` or `expired` by period and notice."""
        period = Period(self.starts_at, self.ends_at)
        return standing_at(self.state, period=period, notice_ends_at=self.notice_ends_at, at=at)

    def stands_until(self) -> datetime | None:
        """Return when it ends by what is known now: with its period or a notice, the earlier; None for never."""
        return min((end for end in (self.ends_at, self.notice_ends_at) if end is not None), default=None)


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One thing the public was told: what happened when, when it was told, and the ledger's entry of the telling."""

    number: int
    change: Change
    is_notice: bool
    happened_at: datetime
    effective_at: datetime | None
    digest: str
    at: datetime
    entry_id: UUID


def content_of(agreement: AgreementShown, version: VersionShown) -> dict[str, object]:
    """Return everything that is public of an agreement and one of its versions, as plain JSON; `text_at` aside."""
    return {
        "schema": SCHEMA,
        "code": agreement.code,
        "title": agreement.title,
        "kind": agreement.kind,
        "parties": [{"code": one.code, "name": one.name, "role": one.role} for one in agreement.parties],
        "state": agreement.state,
        "starts_at": agreement.starts_at,
        "ends_at": agreement.ends_at,
        "notice_ends_at": agreement.notice_ends_at,
        "successor": agreement.successor,
        "version": {
            "number": version.number,
            "title": version.title,
            "digest": version.digest,
            "starts_at": version.starts_at,
            "ends_at": version.ends_at,
            "in_force_at": version.in_force_at,
            "summary": {language: list(said) for language, said in version.summary.items()},
            "text": version.text,
        },
    }


def change_of(change: ChangeShown) -> dict[str, object]:
    """Return one thing the public was told, as plain JSON: what both doors give."""
    return {
        "change": change.change,
        "version": change.number,
        "happened_at": change.happened_at,
        "effective_at": change.effective_at,
        "is_notice": change.is_notice,
        "told_at": change.at,
        "digest": change.digest,
        "entry": change.entry_id,
    }


def digest_of(agreement: AgreementShown, version: VersionShown) -> str:
    """Return hex of SHA-256 over the canonical JSON (RFC 8785) of `content_of`."""
    return sha256(canonical(content_of(agreement, version))).hexdigest()
