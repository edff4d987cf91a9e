"""API keys for posts of the demo agencies, written to a file only its owner can read before anything answers."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from comity.kernel.time import Period
from comity.spine.keys.private_file import replace_file
from comity.spine.tenancy.actor import Actor, Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.commands.keys import issue_api_key
from comity.standing.directory.facts import ApiKeyFacts
from comity.standing.directory.selectors import find_api_key, get_post_by_code
from comity.standing.directory.vocabulary import Scope

ASKING: Final = ("hsi-arizona", "ice-ero-phoenix", "az-dps", "pima-so", "ut-dps-bci")
"""Agencies whose system asks, lodges and receives."""
HOLDING: Final = ("az-dps", "pima-so", "tucson-pd", "cochise-so")
"""Agencies in whose posts a reader can answer, approve and decide as counsel."""
DECIDING: Final = ("head", "records-clerk", "records-supervisor", "privacy", "counsel")
OTHERS: Final = (("az-ag", "auditor"), ("az-ag", "counsel"))
"""Who draws samples, and whose counsel approves the law."""
DAYS: Final = 90


def key_file(home: Path) -> Path:
    """Return where the keys are written."""
    return home / "demo-api-keys.txt"


def write_api_keys(home: Path, *, now: datetime) -> Path:
    """Issue a key per post unless the file holds them and they open; return the file.

    Its lines are `agency/post secret`, its mode 0600. A key opens every scope of the API: what its post may decide is
    the exchange's business, not the key's.
    """
    path = key_file(home)
    if not _open(path, now):
        lines = [f"{agency}/{post} {_issue(agency, post, now)}\n" for agency, post in _places()]
        replace_file(path, "".join(lines).encode(), mode=0o600)
    return path


def _places() -> list[tuple[str, str]]:
    places = [(agency, "interface") for agency in ASKING]
    places += [(agency, post) for agency in HOLDING for post in DECIDING]
    return [*places, *OTHERS]


def _open(path: Path, now: datetime) -> bool:
    """Tell whether the file holds a key of this database, good now, for every post."""
    try:
        keys = dict(line.split(" ") for line in path.read_text("utf-8").splitlines())
    except (OSError, ValueError):
        return False
    named = keys.keys() == {f"{agency}/{post}" for agency, post in _places()}
    return named and all(isinstance(find_api_key(secret, now), ApiKeyFacts) for secret in keys.values())


def _issue(agency: str, post_code: str, now: datetime) -> str:
    with reading(node_actor(Duty.STEWARD)):
        post = get_post_by_code(agency, post_code)
    by = Actor(post.agency_id, post.id, Duty.AGENCY)
    period = Period(now, now + timedelta(days=DAYS))
    return issue_api_key(by=by, now=now, post_id=post.id, scopes=list(Scope), period=period).secret
