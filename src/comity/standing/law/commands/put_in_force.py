"""Make an approved release the law."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from comity.kernel.ids import new_id
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.law.commands.record import Row, done_by, require_steward, write_act
from comity.standing.law.rules import Release
from comity.standing.law.selectors import get_in_force, list_approved, list_replays, read_release


class NotApprovedError(ValueError):
    """A release may not be put in force while rules lack counsel's approval; `rules` names them."""

    def __init__(self, rules: Sequence[str]) -> None:
        self.rules = tuple(rules)
        super().__init__(f"counsel has not approved {len(self.rules)} rules, first `{self.rules[0]}`")


class DatedBackError(ValueError):
    """Law is not put in force in the past: decisions already made stay as they were."""


class NotReplayedError(ValueError):
    """A release may not take the place of another before past decisions were decided again under it."""


def put_in_force(*, by: Actor, now: datetime, release_id: UUID, effective_at: datetime | None = None) -> UUID:
    """Make a release the law from `effective_at` (default `now`) on; returns the id of the act.

    Only when counsel approved every rule of it: compared by digest, from the stored sources; and, where another
    release is the law at `now`, when a replay against that one was recorded since it took effect. Writes
    `law_in_force` and a ledger entry `law.put_in_force`, in one transaction. Raises `NotStewardError`,
    `NotApprovedError`, `NotReplayedError`, `DatedBackError`, `UnknownReleaseError`.
    """
    require_steward(by)
    starts_at = effective_at or now
    if starts_at < now:
        raise DatedBackError(f"`{starts_at.isoformat()}` is before {now.isoformat()}")
    with acting(by) as cursor:
        release = read_release(release_id)
        _require_approved(release)
        _require_replayed(release_id, release.digest, now)
        act_id = new_id()
        row: Row = {**done_by(by, now), "id": act_id, "release_id": release_id, "effective_at": starts_at}
        write_act(cursor, act="law.put_in_force", by=by, now=now, rows=[("law_in_force", row)], ruleset=release.digest)
    return act_id


def _require_approved(release: Release) -> None:
    approved = list_approved(release.rule_digests.values())
    open_rules = [name for name, digest in release.rule_digests.items() if digest not in approved]
    if open_rules:
        raise NotApprovedError(open_rules)


def _require_replayed(release_id: UUID, digest: str, now: datetime) -> None:
    found = get_in_force(now)
    if found is None or found.digest == digest:
        return
    if not any(one.against == found.digest and one.at >= found.effective_at for one in list_replays(release_id)):
        raise NotReplayedError(
            f"release `{release_id}` has not been replayed against the law in force, release `{found.release_id}`; "
            "decide past decisions again under it first"
        )
