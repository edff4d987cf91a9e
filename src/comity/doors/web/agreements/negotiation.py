"""What the parties say about the versions of an agreement: comments by place, answers, what is still unanswered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from comity.doors.web.agreements.acts import why_not
from comity.doors.web.agreements.refusals import REFUSED, refusal_of
from comity.doors.web.agreements.subject import FOOTING, Subject, clauses_of, find
from comity.doors.web.drafts import forget_draft, typed_before
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.posts import title_of
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import comment_on_version
from comity.standing.agreements.commands.comment import MAX_WORDS, NoSuchCommentError
from comity.standing.agreements.facts import CommentFacts
from comity.standing.agreements.selectors import list_comments
from comity.standing.directory.facts import PostFacts
from comity.standing.directory.selectors import list_posts


@dataclass(frozen=True, slots=True)
class Said:
    """A comment, who said it about which version; `answers` below it. `waits`: no other party has answered it yet."""

    id: UUID
    agency: str
    post: str
    at: datetime
    version: int
    is_newest: bool
    words: str
    is_own: bool
    waits: bool
    answers: "tuple[Said, ...]" = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said about one place: `place` "" for the whole, `says` the clause there in words."""

    place: str
    says: str
    comments: tuple[Said, ...]

    @property
    def waiting(self) -> int:
        """How many of its comments nobody of another party has answered."""
        return sum(1 for one in self.comments if one.waits)


@page(Permission.AGREEMENT_READ, FOOTING)
def comments(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show what was said, by place; and a form to say more."""
    return _show(request, find(staff, code), {})


@page(Permission.AGREEMENT_COMMENT, FOOTING, methods=("POST",))
def say(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Say something about the version on offer; the same words sent twice are said once."""
    found = find(staff, code)
    given = request.POST
    words, place, digest = given.get("words", "").strip(), given.get("place", ""), given.get("digest", "")
    try:
        answers = _id_of(given.get("answers", ""))
        if not _was_said(found, words, place, answers):
            comment_on_version(
                by=staff.actor, now=staff.now, agreement_id=found.agreement.id, words=words, digest=digest,
                place=place, answers=answers,
            )  # fmt: skip
    except REFUSED as error:
        return _show(request, found, {"refusal": refusal_of(error), "typed": given})
    forget_draft(account=staff.account, page=_page_of(request))
    messages.success(request, _("It is said: every party reads it."))
    return redirect("console:agreement-comments", code=code)


def _page_of(request: HttpRequest) -> str:
    return request.path.removesuffix("say/")


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NoSuchCommentError("no id of a comment") from None


def _was_said(found: Subject, words: str, place: str, answers: UUID | None) -> bool:
    newest = found.on_offer
    with reading(found.staff.actor):
        rows = list_comments(found.agreement.id)
    own = [one for one in rows if newest and one.version_id == newest.id and one.post_id == found.staff.post.id]
    return any((one.words, one.place, one.answers) == (words, place, answers) for one in own)


def _show(request: HttpRequest, found: Subject, more: dict[str, object]) -> HttpResponse:
    staff, newest = found.staff, found.newest
    with reading(staff.actor):
        rows = list_comments(found.agreement.id)
        posts = list_posts({one.post_id for one in rows})
    clauses = clauses_of(newest, found.names) if newest else []
    talks = _talks(found, rows, posts, {one.id: one.says for one in clauses})
    context = {
        "agreement": found.agreement,
        "version": found.on_offer,
        "talks": talks,
        "waiting": sum(talk.waiting for talk in talks),
        "clauses": clauses,
        "why": why_not("agreement-comments", found),
        "may_say": staff.may(Permission.AGREEMENT_COMMENT) and found.on_offer is not None,
        "most": MAX_WORDS,
        "typed": typed_before(request, staff.account),
        **more,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if "refusal" in more else HTTPStatus.OK
    return show(request, "agreements/comments.html", context, status)


def _talks(
    found: Subject, rows: Sequence[CommentFacts], posts: dict[UUID, PostFacts], clauses: dict[str, str]
) -> list[Talk]:
    """Return what was said, by place: first of the whole, then of the clauses in their order, then of what is gone."""
    roots = _roots(rows)
    numbers = {version.id: version.number for version in found.versions}
    last = max(numbers.values(), default=0)

    def said(one: CommentFacts) -> Said:
        below = roots.get(one.id, [])
        is_answered = any(answer.agency_id != one.agency_id for answer in below)
        is_newest = numbers[one.version_id] == last
        return Said(
            id=one.id,
            agency=found.name(found.codes.get(one.agency_id, "")),
            post=title_of(posts[one.post_id]),
            at=one.at,
            version=numbers[one.version_id],
            is_newest=is_newest,
            words=one.words,
            is_own=one.agency_id == found.staff.agency.id,
            waits=one.id in roots and is_newest and found.on_offer is not None and not is_answered,
            answers=tuple(said(answer) for answer in below),
        )

    order = {"": -1, **{name: place for place, name in enumerate(clauses)}}
    first: dict[str, list[Said]] = {}
    for one in (row for row in rows if row.id in roots):
        first.setdefault(one.place, []).append(said(one))
    places = sorted(first, key=lambda place: (order.get(place, len(order)), place))
    return [Talk(place, clauses.get(place, ""), tuple(first[place])) for place in places]


def _roots(rows: Sequence[CommentFacts]) -> dict[UUID, list[CommentFacts]]:
    """Return what answers each comment that answers nothing itself, however far down, oldest first."""
    root: dict[UUID, UUID] = {}
    found: dict[UUID, list[CommentFacts]] = {}
    for one in rows:  # an answer comes after what it answers
        above = root.get(one.answers) if one.answers else None
        root[one.id] = above or one.id
        if above:
            found[above].append(one)
        else:
            found[one.id] = []
    return found
