"""`--as AGENCY/POST`: whose act this is."""

from difflib import get_close_matches
from typing import Final

from comity.doors.cli.mistakes import MistakeError
from comity.spine.tenancy.actor import Actor, Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts, PostFacts
from comity.standing.directory.selectors import (
    list_agencies_by_code,
    list_agencies_by_ori,
    list_hosted_agencies,
    list_posts_of,
)

FIELD: Final = "--as"
USUAL_POST: Final = "interface"
"""The post that acts where only the agency is named."""
STEWARD: Final = node_actor(Duty.STEWARD)
"""The node's keeper of directory, law and agreements: who the command line is where nobody is named."""


def acting_as(text: str, *, duty: Duty = Duty.AGENCY) -> Actor:
    """Return who `AGENCY/POST` names; the agency by code or ORI, its post `interface` when none is named.

    Raises `MistakeError`, naming what there is instead.
    """
    name, _, code = text.strip().partition("/")
    with reading(STEWARD):
        agency = find_agency(name, FIELD)
        posts = list_posts_of(agency.id)
    return Actor(agency.id, _post(agency, posts, code or USUAL_POST).id, duty)


def find_agency(name: str, field: str) -> AgencyFacts:
    """Return the agency with this code or ORI, in the caller's transaction; raises `MistakeError`."""
    if "\0" in name or not name.strip():
        raise MistakeError(field, "names no agency", "write an agency's code, or code and post: `pima-so/counsel`")
    found = list_agencies_by_code([name]) or list_agencies_by_ori([name])
    for agency in found.values():
        return agency
    near = get_close_matches(name, [agency.code for agency in list_hosted_agencies()], n=3)
    guess = f"did you mean {' or '.join(f'`{one}`' for one in near)}? " if near else ""
    raise MistakeError(field, f"no agency `{name}` in the directory", f"{guess}`comity directory list` shows the codes")


def _post(agency: AgencyFacts, posts: list[PostFacts], code: str) -> PostFacts:
    for post in posts:
        if post.code == code:
            return post
    if not posts:
        raise MistakeError(
            FIELD,
            f"`{agency.code}` has no posts: it is {agency.hosting.value}, not a tenant of this node",
            "act as an agency hosted here: `comity directory list --hosted`",
        )
    known = ", ".join(f"`{post.code}`" for post in posts)
    raise MistakeError(FIELD, f"`{agency.code}` has no post `{code}`", f"its posts: {known}")
