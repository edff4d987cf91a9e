"""Texts: a party makes the text of a version public, each passage that stays back with its authority."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from comity.accountability.publication.commands.publish import require_as_signed
from comity.accountability.publication.commands.record import Told, record_changes
from comity.accountability.publication.models import PublishedVersion
from comity.accountability.publication.vocabulary import Change
from comity.accountability.publication.withholding import NoSuchPassageError, Withheld, public_text
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.facts import AgreementFacts
from comity.standing.agreements.selectors import get_agreement, get_version, list_versions
from comity.standing.directory.selectors import get_post
from comity.standing.directory.vocabulary import PostFunction
from comity.standing.law.selectors import list_citations

TEXT_POSTS: Final = frozenset({PostFunction.PRIVACY_OFFICER, PostFunction.COUNSEL})
"""The posts of a party that may make a text public."""
MOST_WITHHELD: Final = 1_000
"""Passages of one text, of all parties together."""
FIRST_PARAGRAPH: Final = 1
LONGEST_AUTHORITY: Final = 20
LONGEST_WORDS: Final = 10_000
_LISTED: Final = "`comity law authorities` lists what a passage can be withheld on"


class NotTextPostError(PermissionError):
    """The acting post may not make the text public; the message names who may."""


class UnknownDigestError(LookupError):
    """No version of the agreement has this digest."""


class NotInForceYetError(ValueError):
    """The version has not been published: it was never in force, or the worker has not told of it yet."""


class UnknownAuthorityError(LookupError):
    """No authority of this code is known; nothing is withheld without one."""


class TooMuchWithheldError(ValueError):
    """More passages than `MOST_WITHHELD` are withheld, or more words in one than `LONGEST_WORDS`."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage to withhold: `words` of a paragraph (from 1), "" for the whole, on the authority of this code.

    Its limits are `FIRST_PARAGRAPH`, `LONGEST_AUTHORITY` and `LONGEST_WORDS`, in characters.
    """

    paragraph: int
    words: str
    authority: str


def publish_text(*, agreement_id: UUID, digest: str, withhold: Sequence[Passage], by: Actor, now: datetime) -> str:
    """Make the text of the version with this digest public without the passages; return what the public reads.

    `by`: privacy officer or counsel of a party. What another party withheld stays withheld; the acting party's own
    passages are replaced by `withhold`. One transaction: the version's row, act row `text_published`, ledger entry.
    Raises `NotTextPostError`, `UnknownDigestError`, `NotInForceYetError`, `NoSuchPassageError`,
    `UnknownAuthorityError`, `TooMuchWithheldError`, `AlteredVersionError`, `NoSuchAgreementError`.
    """
    with acting(by) as cursor:
        agreement = get_agreement(agreement_id)
        row, held, text = _text_of(agreement, PublishedVersion.objects.select_for_update(), digest, withhold, by=by)
        row.text, row.withheld, row.text_at = text, [asdict(one) for one in held], now
        row.save(update_fields=["text", "withheld", "text_at"])
        told = Told(number=row.number, change=Change.TEXT_PUBLISHED, happened_at=now)
        record_changes(cursor, code=row.code, party_ids=row.party_ids, told=[told], by=by, now=now)
    return text


def preview_text(*, agreement_id: UUID, digest: str, withhold: Sequence[Passage], by: Actor) -> str:
    """Return what `publish_text` would make public, writing nothing; in the caller's transaction, raises the same."""
    return _text_of(get_agreement(agreement_id), PublishedVersion.objects.all(), digest, withhold, by=by)[2]


def list_own_passages(*, agreement_id: UUID, digest: str, by: Actor) -> list[Passage]:
    """Return what the acting party keeps back of the version now, by paragraph; in the caller's transaction.

    Raises `NotTextPostError`, `NoSuchAgreementError`.
    """
    agreement = get_agreement(agreement_id)
    own = _require_text_post(agreement, by)
    stored = PublishedVersion.objects.filter(code=agreement.code, digest=digest).values_list("withheld", flat=True)
    held = [Withheld(**one) for one in stored.first() or ()]
    return [Passage(one.paragraph, one.words, one.authority) for one in held if one.agency == own]


def _text_of(
    agreement: AgreementFacts, rows: QuerySet[PublishedVersion], digest: str, withhold: Sequence[Passage], *, by: Actor
) -> tuple[PublishedVersion, tuple[Withheld, ...], str]:
    own = _require_text_post(agreement, by)
    row = rows.filter(code=agreement.code, digest=digest).first()
    if row is None:
        if digest not in {one.digest for one in list_versions(agreement.id)}:
            raise UnknownDigestError(f"`{digest}` is no version of `{agreement.code}`")
        raise NotInForceYetError(
            f"the public has not been told of this version of `{agreement.code}`; that follows within seconds of its"
            " being put in force, while the worker runs"
        )
    version = get_version(row.version_id)
    require_as_signed(agreement, version)
    _require_within_limits(withhold)
    held = tuple(sorted({*_of_others(row.withheld, own), *(_withheld(one, own) for one in withhold)}))
    if len(held) > MOST_WITHHELD:
        raise TooMuchWithheldError(f"{len(held)} passages are withheld; at most {MOST_WITHHELD}")
    return row, held, public_text(version.text, withheld=held, citations=_citations(held))


def _require_text_post(agreement: AgreementFacts, by: Actor) -> str:
    """Return the code of the acting party."""
    words = ", ".join(f"`{function.value}`" for function in sorted(TEXT_POSTS))
    own = {party.agency_id: party.agency_code for party in agreement.parties}.get(by.agency_id)
    if own is None:
        raise NotTextPostError(f"a party of `{agreement.code}` makes its text public, by a post with function {words}")
    post = get_post(by.post_id)
    if post.agency_id != by.agency_id or post.function not in TEXT_POSTS:
        raise NotTextPostError(f"a post with function {words} does this, `{post.code}` has `{post.function.value}`")
    return own


def _require_within_limits(withhold: Iterable[Passage]) -> None:
    for one in withhold:
        if one.paragraph < FIRST_PARAGRAPH:
            raise NoSuchPassageError(f"the text has no paragraph {one.paragraph}; they count from {FIRST_PARAGRAPH}")
        if not 1 <= len(one.authority) <= LONGEST_AUTHORITY:
            raise UnknownAuthorityError(f"the code of an authority has 1 to {LONGEST_AUTHORITY} characters; {_LISTED}")
        if len(one.words) > LONGEST_WORDS:
            raise TooMuchWithheldError(f"a passage of {len(one.words)} characters is withheld; at most {LONGEST_WORDS}")


def _withheld(one: Passage, own: str) -> Withheld:
    return Withheld(one.paragraph, " ".join(one.words.split()), one.authority, own)


def _of_others(stored: Iterable[Mapping[str, object]], own: str) -> list[Withheld]:
    every = (Withheld(**one) for one in stored)  # type: ignore[arg-type] # written by `asdict` of the same
    return [one for one in every if one.agency != own]


def _citations(held: Iterable[Withheld]) -> Mapping[str, str]:
    known = list_citations()
    for one in held:
        if one.authority not in known:
            raise UnknownAuthorityError(f"no authority `{one.authority}`; {_LISTED}")
    return known
