"""What the public may know, to anybody; and making a text part of it, by a party."""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from comity.accountability.publication.commands import Passage, publish_text
from comity.accountability.publication.commands.text import (
    FIRST_PARAGRAPH,
    LONGEST_AUTHORITY,
    LONGEST_WORDS,
    MOST_WITHHELD,
    UnknownDigestError,
)
from comity.accountability.publication.facts import AgreementShown, ChangeShown, VersionShown, change_of, digest_of
from comity.accountability.publication.selectors import (
    get_published,
    get_published_version,
    get_published_version_by_digest,
    list_published,
    list_published_changes,
)
from comity.doors.api.agreement_lines import AgreementCode, Digest, find_agreement
from comity.doors.api.answers import Moment, moment
from comity.doors.api.directory import CODE
from comity.doors.api.problems import FieldProblem, ProblemError, unprocessable
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, open_to_all, reply
from comity.doors.api.scopes import caller_of
from comity.kernel.canonical import plain
from comity.kernel.time import utc_text
from comity.spine.tenancy.clock import database_now
from comity.spine.tenancy.transaction import PUBLISHED, reading_published
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["public"])

MOST_WITHHELD_BYTES: Final = 1024 * 1024
_Code = Annotated[str, Path(pattern=CODE, max_length=100)]
_Paragraph = Annotated[
    int, msgspec.Meta(ge=FIRST_PARAGRAPH, description="Of the text, from 1; blank lines part paragraphs.")
]
_Authority = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=LONGEST_AUTHORITY, description="The code of what keeps it back, such as `A05`."
    ),
]
_Words = Annotated[
    str, msgspec.Meta(max_length=LONGEST_WORDS, description="Words of the paragraph; all of it when left out.")
]


class WithheldPassage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A passage that stays back."""

    paragraph: _Paragraph
    authority: _Authority
    words: _Words = ""


class PublicationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which version's text becomes public, and what of it stays back by your agency."""

    digest: Digest
    withhold: Annotated[tuple[WithheldPassage, ...], msgspec.Meta(max_length=MOST_WITHHELD)] = ()


class PublicPartyLine(msgspec.Struct, frozen=True):
    """A party as the public knows it."""

    code: str
    name: str
    role: str


class PublicAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement that is or was in force. `standing` is as of now, `state` as it was last told."""

    code: str
    title: str
    kind: str
    standing: str
    state: str
    parties: tuple[PublicPartyLine, ...]
    number: int
    starts_at: Moment
    ends_at: Moment | None
    notice_ends_at: Moment | None
    successor: str


class PublicAgreements(msgspec.Struct, frozen=True):
    """Every agreement that is or was in force, by code."""

    agreements: tuple[PublicAgreement, ...]


class PublicVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version. `summary`: sentences by language. `text`: empty until a party has made it public (`text_at`)."""

    number: int
    title: str
    digest: str
    starts_at: Moment
    ends_at: Moment | None
    in_force_at: Moment
    summary: dict[str, list[str]]
    text: str
    text_at: Moment | None


class PublicChange(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the public was told. `entry`: of the ledger; `digest`: of what was public from then on."""

    change: str
    version: int
    happened_at: Moment
    effective_at: Moment | None
    is_notice: bool
    told_at: Moment
    digest: str
    entry: UUID


class PublicWhole(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is public of an agreement. `digest`: of its state and newest version, as the last change told."""

    agreement: PublicAgreement
    version: PublicVersion
    digest: str
    changes: tuple[PublicChange, ...]


@router.get("/public/agreements", **open_to_all(gives={200: PublicAgreements}))
def get_public_agreements(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - anybody
    """List the agreements that are or were in force, and where each stands."""
    now = database_now(PUBLISHED)
    with reading_published():
        found = list_published()
    return reply(HTTPStatus.OK, PublicAgreements(tuple(_agreement(one, one.standing(now)) for one in found)))


@router.get("/public/agreements/{code}", **open_to_all(gives={200: PublicWhole}))
def get_public_agreement(request: HttpRequest, code: _Code) -> HttpResponse:  # noqa: ARG001 - anybody
    """Read everything that is public of an agreement: state, summary in both languages, text, what was told when."""
    now = database_now(PUBLISHED)
    with reading_published():
        found = get_published(code)
        version, changes = get_published_version(code, found.number), list_published_changes(code)
    whole = PublicWhole(
        agreement=_agreement(found, found.standing(now)),
        version=_version(version),
        digest=digest_of(found, version),
        changes=tuple(map(_change, changes)),
    )
    return reply(HTTPStatus.OK, whole)


@router.get("/public/agreements/{code}/versions/{number}", **open_to_all(gives={200: PublicVersion}))
def get_public_version(
    request: HttpRequest,  # noqa: ARG001 - anybody
    code: _Code,
    number: Annotated[int, Path(ge=1, le=1_000_000)],
) -> HttpResponse:
    """Read a version of an agreement that is or was in force, with its text where it is public."""
    with reading_published():
        version = get_published_version(code, number)
    return reply(HTTPStatus.OK, _version(version))


@router.post(
    "/agreements/{code}/publication",
    **declared(Scope.AGREEMENTS_PUBLISH, takes=PublicationBody, gives={200: PublicVersion}),
)
def post_publication(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Make the text of a version public, as a party's privacy officer or counsel, without the passages that stay back.

    Sent again, it replaces what your agency withheld; what another party withheld stays withheld.
    """
    caller = caller_of(request)
    body = read_json(request, PublicationBody, most=MOST_WITHHELD_BYTES)
    found = find_agreement(caller, code)
    passages = [Passage(one.paragraph, one.words, one.authority) for one in body.withhold]
    try:
        publish_text(agreement_id=found.id, digest=body.digest, withhold=passages, by=caller.actor, now=caller.now)
    except UnknownDigestError:
        remedy = f"send the `digest` of a version that `GET /agreements/{found.code}` shows"
        problem = FieldProblem("digest", "no version of the agreement has it", remedy)
        raise ProblemError(unprocessable((problem,))) from None
    with reading_published():
        version = get_published_version_by_digest(found.code, body.digest)
    return reply(HTTPStatus.OK, _version(version))


def _agreement(one: AgreementShown, standing: str) -> PublicAgreement:
    return PublicAgreement(
        code=one.code,
        title=one.title,
        kind=one.kind,
        standing=standing,
        state=one.state,
        parties=tuple(PublicPartyLine(party.code, party.name, party.role) for party in one.parties),
        number=one.number,
        starts_at=utc_text(one.starts_at),
        ends_at=moment(one.ends_at),
        notice_ends_at=moment(one.notice_ends_at),
        successor=one.successor,
    )


def _version(one: VersionShown) -> PublicVersion:
    return PublicVersion(
        number=one.number,
        title=one.title,
        digest=one.digest,
        starts_at=utc_text(one.starts_at),
        ends_at=moment(one.ends_at),
        in_force_at=utc_text(one.in_force_at),
        summary={language: list(said) for language, said in one.summary.items()},
        text=one.text,
        text_at=moment(one.text_at),
    )


def _change(one: ChangeShown) -> PublicChange:
    return msgspec.convert(plain(change_of(one)), PublicChange)
