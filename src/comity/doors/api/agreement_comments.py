"""What the parties say about a version on offer; they alone read it."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from comity.doors.api.agreement_lines import AgreementCode, Digest, find_agreement
from comity.doors.api.answers import Moment
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.doors.given import text_of
from comity.kernel.time import utc_text
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import comment_on_version
from comity.standing.agreements.commands.comment import MAX_WORDS
from comity.standing.agreements.selectors import get_agreement_by_code, list_comments, list_versions
from comity.standing.directory.selectors import list_agencies, list_posts
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["agreements"])

_Words = Annotated[str, text_of(MAX_WORDS, "What you say, without names of persons.", 1)]
_Place = Annotated[str, msgspec.Meta(max_length=100, description="A clause's id or a heading's number.")]


class CommentBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to say about the version on offer, or about one place of it; `digest`: of the text that was read."""

    words: _Words
    digest: Digest | None = None
    place: _Place = ""
    answers: UUID | None = None


class CommentLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a party's post said of a version. `place` is "" for the whole; `answers`: the comment it answers."""

    id: UUID
    at: Moment
    version: int
    place: str
    by: str
    words: str
    answers: UUID | None


class CommentList(msgspec.Struct, frozen=True):
    """What was said, oldest first."""

    comments: tuple[CommentLine, ...]


class Commented(msgspec.Struct, frozen=True):
    """The comment as it was recorded."""

    comment: UUID


@router.get("/agreements/{code}/comments", **declared(Scope.AGREEMENTS_READ, gives={200: CommentList}))
def get_comments(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Read what the parties said about the versions of an agreement, oldest first."""
    with reading(caller_of(request).actor):
        agreement = get_agreement_by_code(code)
        found = list_comments(agreement.id)
        numbers = {version.id: version.number for version in list_versions(agreement.id)}
        agencies = list_agencies({one.agency_id for one in found})
        posts = list_posts({one.post_id for one in found})
    lines = tuple(
        CommentLine(
            id=one.id,
            at=utc_text(one.at),
            version=numbers[one.version_id],
            place=one.place,
            by=f"{agencies[one.agency_id].code}/{posts[one.post_id].code}",
            words=one.words,
            answers=one.answers,
        )
        for one in found
    )
    return reply(HTTPStatus.OK, CommentList(lines))


@router.post(
    "/agreements/{code}/comments",
    **declared(Scope.AGREEMENTS_COMMENT, takes=CommentBody, gives={200: Commented, 201: Commented}),
)
def post_comment(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Say something about the version on offer, as any post of a party.

    The same words of the same post on the same place are recorded once: sent again, the answer is 200 and the first.
    """
    caller = caller_of(request)
    body = read_json(request, CommentBody)
    found = find_agreement(caller, code)
    with reading(caller.actor):
        newest = {one.id for one in list_versions(found.id)[-1:] if body.digest in {None, one.digest}}
        said = [one for one in list_comments(found.id) if one.version_id in newest]
    for one in said:
        if (one.post_id, one.words, one.place, one.answers) == (
            caller.actor.post_id,
            body.words,
            body.place,
            body.answers,
        ):
            return reply(HTTPStatus.OK, Commented(one.id))
    comment = comment_on_version(
        by=caller.actor,
        now=caller.now,
        agreement_id=found.id,
        words=body.words,
        digest=body.digest or "",
        place=body.place,
        answers=body.answers,
    )
    return reply(HTTPStatus.CREATED, Commented(comment))
