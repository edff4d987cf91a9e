"""The directory as the public reads it: organizations alone; no person, no post, no telephone number."""

from dataclasses import dataclass

from comity.standing.directory.vocabulary import AgencyKind, Hosting


@dataclass(frozen=True, slots=True)
class AgencyShown:
    """An agency. `state` is two letters or ""; `parent`: a code or ""; `counties` are FIPS codes."""

    code: str
    name: str
    kind: AgencyKind
    state: str
    hosting: Hosting
    parent: str
    powers: tuple[str, ...]
    limits: tuple[str, ...]
    counties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskForceShown:
    """A task force: the code of the agency that leads it, and of those that serve in it."""

    code: str
    name: str
    area: str
    lead: str
    members: tuple[str, ...]
