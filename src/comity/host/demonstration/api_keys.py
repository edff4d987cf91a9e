"""API keys for posts of the demo agencies, written once to a file only its owner can read."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor, Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.commands.keys import issue_api_key
from comity.standing.directory.selectors import get_post_by_code
from comity.standing.directory.vocabulary import Scope

ASKING: Final = ("hsi-arizona", "ice-ero-phoenix", "az-dps", "pima-so", "ut-dps-bci")
"""Agencies whose system asks, lodges and receives."""
HOLDING: Final = ("az-dps", "pima-so", "tucson-pd")
"""Agencies in whose posts a reader can answer, approve and decide as counsel."""
DECIDING: Final = ("records-clerk", "records-supervisor", "privacy", "counsel")
DAYS: Final = 90


def write_api_keys(home: Path, *, now: datetime) -> Path:
    """Issue a key per post unless the file is there; return the file (`agency/post secret` lines, mode 0600).

    A key opens every scope of the API: what its post may decide is the exchange's business, not the key's.
    """
    path = home / "demo-api-keys.txt"
    if path.exists():
        return path
    places = [(agency, "interface") for agency in ASKING]
    places += [(agency, post) for agency in HOLDING for post in DECIDING]
    lines = [f"{agency}/{post} {_issue(agency, post, now)}\n" for agency, post in places]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(lines)
    return path


def _issue(agency: str, post_code: str, now: datetime) -> str:
    with reading(node_actor(Duty.STEWARD)):
        post = get_post_by_code(agency, post_code)
    by = Actor(post.agency_id, post.id, Duty.AGENCY)
    period = Period(now, now + timedelta(days=DAYS))
    return issue_api_key(by=by, now=now, post_id=post.id, scopes=list(Scope), period=period).secret
