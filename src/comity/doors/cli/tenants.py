"""`comity directory tenant`: an agency with its posts and their holders, from a file, made a tenant of this node."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import say
from comity.kernel.time import Period
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.commands import (
    Assignment,
    NewAgency,
    NewOfficer,
    NewPost,
    assign_holders,
    create_posts,
    host_agencies,
    register_agencies,
    register_officers,
)
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import (
    list_agencies_by_code,
    list_officer_ids_by_reference,
    list_post_ids_by_code,
    list_posts_ever_held,
)
from comity.standing.directory.vocabulary import AgencyKind, Hosting, Limit, PostFunction, Power, SwornStatus

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
_REMEDY: Final = "docs/how-to/make-a-tenant.md shows a whole file"


class PostLine(msgspec.Struct, forbid_unknown_fields=True):
    """A post; `holder` is a badge reference, never a name."""

    code: Code
    title: Text
    function: PostFunction
    holder: Text | None = None
    sworn: SwornStatus = SwornStatus.CIVILIAN


class TenantFile(msgspec.Struct, forbid_unknown_fields=True):
    """An agency; what follows `posts` is needed only for one the directory does not know."""

    code: Code
    posts: Annotated[list[PostLine], msgspec.Meta(min_length=1)]
    name: Text | None = None
    kind: AgencyKind | None = None
    state: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2})?$")] = ""
    ori: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{9}$")] | None = None
    powers: list[Power] = []
    limits: list[Limit] = []


def make_tenant(node: Node, *, content: bytes) -> None:
    """Register the agency or make the listed one a tenant, then add the posts and holders that are missing.

    Each step is its command's own transaction; run again after a cut, it does the rest.
    """
    given, now = _read(content), node.now()
    with reading(STEWARD):
        known = list_agencies_by_code([given.code]).get(given.code)
    agency_id = _enter(given, known, now)
    posts, holders = _fill(given, agency_id, now)
    say(f"`{given.code}` is a tenant of this node: {posts} posts and {holders} holders added")
    say(f"→ `comity keys issue-api-key --as {given.code}/{given.posts[0].code} --scope exchange:ask` lets it call")


def _read(content: bytes) -> TenantFile:
    try:
        raw: dict[str, Any] = tomllib.loads(content.decode("utf-8"))
        return msgspec.convert(raw, TenantFile)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$.")
        raise MistakeError(path.removesuffix("`") or "FILE", message[:1].lower() + message[1:], _REMEDY) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise MistakeError("FILE", f"is not TOML in UTF-8: {error}", _REMEDY) from None


def _enter(given: TenantFile, known: AgencyFacts | None, now: datetime) -> UUID:
    if known is None:
        if given.name is None or given.kind is None:
            raise MistakeError("name, kind", f"`{given.code}` is not in the directory", "give `name` and `kind` too")
        new = NewAgency(
            code=given.code,
            name=given.name,
            kind=given.kind,
            origin="steward",
            ori=given.ori,
            state=given.state,
            powers=tuple(given.powers),
            limits=tuple(given.limits),
        )
        return register_agencies(by=STEWARD, now=now, agencies=[new])[0]
    if known.hosting is Hosting.ELSEWHERE:
        raise MistakeError("code", f"`{given.code}` is a tenant of another node", "its records stay there")
    if known.hosting is Hosting.LISTED:
        host_agencies(by=STEWARD, now=now, agency_ids=[known.id])
    return known.id


def _fill(given: TenantFile, agency_id: UUID, now: datetime) -> tuple[int, int]:
    with reading(STEWARD):
        posts, officers = list_post_ids_by_code([agency_id]), list_officer_ids_by_reference([agency_id])
    new = [post for post in given.posts if (agency_id, post.code) not in posts]
    made = create_posts(
        by=STEWARD, now=now, posts=[NewPost(agency_id, post.code, post.title, post.function) for post in new]
    )
    posts |= {(agency_id, post.code): post_id for post, post_id in zip(new, made, strict=True)}
    badges = {post.holder: post.sworn for post in given.posts if post.holder is not None}
    unknown = [badge for badge in badges if (agency_id, badge) not in officers]
    entered = register_officers(
        by=STEWARD,
        now=now,
        officers=[_officer(agency_id, badge, badges[badge], now) for badge in unknown],
    )
    officers |= {(agency_id, badge): officer for badge, officer in zip(unknown, entered, strict=True)}
    return len(made), _hold(given.posts, agency_id, posts, officers, now)


def _officer(agency_id: UUID, badge: str, sworn: SwornStatus, now: datetime) -> NewOfficer:
    return NewOfficer(agency_id, badge, sworn, None if sworn is SwornStatus.CIVILIAN else Period(now))


def _hold(
    lines: Sequence[PostLine],
    agency_id: UUID,
    posts: Mapping[tuple[UUID, str], UUID],
    officers: Mapping[tuple[UUID, str], UUID],
    now: datetime,
) -> int:
    with reading(STEWARD):
        held = list_posts_ever_held(posts.values())
    assignments = [
        Assignment(posts[agency_id, line.code], officers[agency_id, line.holder], Period(now))
        for line in lines
        if line.holder is not None and posts[agency_id, line.code] not in held
    ]
    return len(assign_holders(by=STEWARD, now=now, assignments=assignments))
