"""Letters: a party that is no tenant of this node suspends, resumes or ends an agreement in writing."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from comity.spine.tenancy.actor import Actor, Duty
from comity.standing.agreements.commands.record import WrongPostError, require_post
from comity.standing.agreements.commands.review import NoDocumentError
from comity.standing.agreements.digest import is_sha256
from comity.standing.agreements.models import Agreement
from comity.standing.directory.selectors import list_agencies
from comity.standing.directory.vocabulary import Hosting, PostFunction


class NotByLetterError(PermissionError):
    """Only the steward enters a letter, and only of a party that is not hosted here."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a party elsewhere wrote: whose it is, and the SHA-256 of the paper, which stays with the steward."""

    agency_id: UUID
    document_sha256: str


class LetterColumns(TypedDict):
    """What an event says of a letter."""

    for_agency_id: UUID | None
    digest: str


def by_letter(letter: Letter | None) -> LetterColumns:
    """Return the columns of an event that name the letter it was done by; none where a post did it itself."""
    if letter is None:
        return {"for_agency_id": None, "digest": ""}
    return {"for_agency_id": letter.agency_id, "digest": letter.document_sha256}


def acting_party(by: Actor, agreement: Agreement, functions: Collection[PostFunction], letter: Letter | None) -> UUID:
    """Return the party whose act it is: that of the acting post, or the one whose letter the steward enters.

    Raises `WrongPostError`, `NotByLetterError`, `NoDocumentError`.
    """
    if letter is None:
        require_post(by, agreement, functions)
        return by.agency_id
    if by.duty is not Duty.STEWARD:
        raise NotByLetterError("letters are entered by the node's steward")
    if not is_sha256(letter.document_sha256):
        raise NoDocumentError(f"`{letter.document_sha256}` is no SHA-256; give the hash of the letter")
    if letter.agency_id not in agreement.party_ids:
        raise WrongPostError(f"only a party of `{agreement.code}` may do this")
    party = list_agencies([letter.agency_id])[letter.agency_id]
    if party.hosting is Hosting.HERE:
        raise NotByLetterError(f"`{party.code}` is hosted here: a post of its own does this")
    return letter.agency_id
