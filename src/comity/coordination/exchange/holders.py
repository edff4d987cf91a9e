"""Whether anybody holds the post that acts: nothing is decided or opened in the name of an empty one."""

from datetime import datetime

from comity.spine.tenancy.actor import Actor
from comity.standing.directory import selectors as directory
from comity.standing.directory.facts import HolderFacts


class NobodyInPostError(PermissionError):
    """Nobody holds the post, not even acting: nothing can be decided in its name."""


def require_holder(by: Actor, now: datetime) -> HolderFacts:
    """Return who holds the acting post now, or acts for it; raises `NobodyInPostError`."""
    holder = directory.get_holder(by.post_id, now)
    if holder is None:
        code = directory.get_post(by.post_id).code
        raise NobodyInPostError(f"nobody holds the post `{code}`; have the directory name a holder or an acting one")
    return holder
