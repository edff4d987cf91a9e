"""Commenting: what a party says about a version on the table, or about one place of it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    WrongPostError,
    lock_agreement,
    offered_version,
    record_act,
    version_read,
)
from comity.standing.agreements.models import Comment

MAX_WORDS: Final = 4000
_MAX_PLACE: Final = 100


class NoWordsError(ValueError):
    """A comment says nothing, or far too much."""


class NoSuchCommentError(LookupError):
    """The comment that is answered is not one on this agreement."""


def comment_on_version(
    *,
    by: Actor,
    now: datetime,
    agreement_id: UUID,
    words: str,
    digest: str = "",
    place: str = "",
    answers: UUID | None = None,
) -> UUID:
    """Say something about the version on offer, as any post of a party; return the comment's id.

    `digest`: of the version that was read, "" for whatever is on offer. `place`: a clause's id or a heading's number,
    "" for the whole. One transaction: comment, ledger entry `agreement.commented`. Raises `NoWordsError`,
    `NoSuchCommentError`, `AnotherTextError`, `WrongPostError`, `NothingOfferedError`, `NoSuchAgreementError`.
    """
    if not words.strip() or len(words) > MAX_WORDS or len(place) > _MAX_PLACE:
        raise NoWordsError(f"a comment has 1 to {MAX_WORDS} characters, its place at most {_MAX_PLACE}")
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        if by.agency_id not in agreement.party_ids:
            raise WrongPostError(f"only a party of `{agreement.code}` comments on it")
        version = version_read(agreement, digest) if digest else offered_version(agreement)
        if answers is not None and not Comment.objects.filter(id=answers, agreement_id=agreement.id).exists():
            raise NoSuchCommentError(f"no comment `{answers}` on `{agreement.code}`")
        row: dict[str, object] = {
            "agreement_id": agreement.id,
            "version_id": version.id,
            "answers_id": answers,
            "place": place,
            "words": words,
        }
        return record_act(cursor, Comment, act="agreement.commented", by=by, now=now, row=row)
