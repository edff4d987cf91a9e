"""The directory: agencies. Organizations only; no officer, no holder of a post."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts, PostFacts
from comity.standing.directory.selectors import get_agency_by_code, list_agency_page, list_posts_of
from comity.standing.directory.vocabulary import AgencyKind, Scope

router = Router(tags=["directory"])

CODE = r"^[a-z0-9][a-z0-9-]*$"
STATE = r"^[A-Z]{2}$"


class AgencyLine(msgspec.Struct, frozen=True, kw_only=True):
    """An agency. `hosting`: `here` may be asked through this node; `listed` is an entry of a public list only."""

    id: UUID
    code: str
    ori: str | None
    name: str
    kind: str
    state: str
    powers: tuple[str, ...]
    limits: tuple[str, ...]
    hosting: str


class PostLine(msgspec.Struct, frozen=True):
    """A post and what it is for; who holds it is not told."""

    code: str
    title: str
    function: str


class AgencyPage(msgspec.Struct, frozen=True):
    """Agencies by code. `next`: give it as `after` for those that follow; null at the end."""

    agencies: tuple[AgencyLine, ...]
    next: str | None


class OneAgency(msgspec.Struct, frozen=True):
    """An agency with its posts."""

    agency: AgencyLine
    posts: tuple[PostLine, ...]


@router.get("/directory/agencies", **declared(Scope.DIRECTORY_READ, gives={200: AgencyPage}))
def get_agencies(
    request: HttpRequest,
    kind: AgencyKind | None = None,
    state: Annotated[str | None, Query(pattern=STATE, description="Two letters, like `AZ`.")] = None,
    after: Annotated[
        str | None, Query(pattern=CODE, max_length=100, description="The `next` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> HttpResponse:
    """List agencies, by kind and state."""
    caller = caller_of(request)
    with reading(caller.actor):
        found = list_agency_page(kind=kind, state=state, hosting=None, after=after or "", limit=limit)
    following = found[-1].code if len(found) == limit else None
    return reply(HTTPStatus.OK, AgencyPage(tuple(_agency(one) for one in found), following))


@router.get("/directory/agencies/{code}", **declared(Scope.DIRECTORY_READ, gives={200: OneAgency}))
def get_agency(request: HttpRequest, code: Annotated[str, Path(pattern=CODE, max_length=100)]) -> HttpResponse:
    """Read one agency and its posts."""
    caller = caller_of(request)
    with reading(caller.actor):
        agency = get_agency_by_code(code)
        posts = list_posts_of(agency.id)
    return reply(HTTPStatus.OK, OneAgency(_agency(agency), tuple(_post(post) for post in posts)))


def _agency(facts: AgencyFacts) -> AgencyLine:
    return AgencyLine(
        id=facts.id,
        code=facts.code,
        ori=facts.ori,
        name=facts.name,
        kind=facts.kind.value,
        state=facts.state,
        powers=tuple(sorted(facts.powers)),
        limits=tuple(sorted(facts.limits)),
        hosting=facts.hosting.value,
    )


def _post(facts: PostFacts) -> PostLine:
    return PostLine(facts.code, facts.title, facts.function.value)
