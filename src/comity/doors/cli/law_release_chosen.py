"""Which release of the law a person means, and how one is shown."""

from collections.abc import Collection

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.spine.tenancy.transaction import reading
from comity.standing.law.approvals import list_releases
from comity.standing.law.facts import DEMO_APPROVAL, ReleaseFacts, ReleaseState


def chosen_release(
    node: Node, release: str | None, states: Collection[ReleaseState], *, field: str = "--release"
) -> ReleaseFacts:
    """Return the release an id (or its first characters) names, else the newest in one of `states`.

    Raises `MistakeError` at `field`, naming the releases there are.
    """
    with reading(STEWARD):
        releases = list_releases(node.now())
    if release is not None:
        found = [one for one in releases if str(one.id).startswith(release.lower())]
        if len(found) != 1:
            known = ", ".join(f"`{one.id}` ({one.state.value})" for one in releases) or "none; `comity law load`"
            what = "fits several releases" if found else "is no release"
            raise MistakeError(field, f"`{release}` {what}", f"there are: {known}")
        return found[0]
    newest = [one for one in releases if one.state in states]
    if not newest:
        raise MistakeError(field, "no release waits for this", "`comity law show` lists them, `comity law load` adds")
    return newest[-1]


def release_json(release: ReleaseFacts) -> dict[str, object]:
    """Return a release as it is printed for machines."""
    return {
        "release": release.id,
        "digest": release.digest,
        "state": release.state.value,
        "loaded_at": release.loaded_at,
        "effective_at": release.effective_at,
        "approval": release.approval,
        "unapproved": release.unapproved,
        "takes_out": release.takes_out,
        "demo_approvals": release.demo_approvals,
    }


def approvals_of(release: ReleaseFacts) -> str:
    """Return how counsel's approvals of a release stand, in words."""
    parts = [f"{len(release.unapproved)} rules are not"] if release.unapproved else ["every rule"]
    parts += [] if release.is_signed else ["the release as such is not"]
    if release.demo_approvals:
        parts.append(f"{DEMO_APPROVAL}: {release.demo_approvals}")
    return "; ".join(parts)
