"""Make an approved release the law."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from comity.kernel.ids import new_id
from comity.kernel.time import Period, utc_text
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.law.approvals import list_rule_digests, read_approvals
from comity.standing.law.commands.record import Row, done_by, require_steward, write_act
from comity.standing.law.facts import ReplayFacts
from comity.standing.law.rules import Release
from comity.standing.law.selectors import get_in_force, list_in_force, list_replays, read_release, since_when

SHOWN: Final = 8
"""Rules a message names."""
EMPTY_COUNTS: Final = timedelta(days=1)
"""For how long a replay counts that was made when there was no decision yet."""


class NotApprovedError(ValueError):
    """A release may not be put in force while rules lack counsel's approval; `rules` names them."""

    def __init__(self, rules: Sequence[str]) -> None:
        self.rules = tuple(rules)
        super().__init__(f"counsel has not approved {len(self.rules)} rules, first `{self.rules[0]}`")


class ReleaseNotApprovedError(ValueError):
    """A release may not be put in force before counsel approved it as such; `takes_out` names what it leaves out."""

    def __init__(self, release_id: UUID, takes_out: Sequence[str]) -> None:
        self.takes_out = tuple(takes_out)
        named = ", ".join(f"`{rule_id}`" for rule_id in self.takes_out[:SHOWN])
        more = f" and {len(self.takes_out) - SHOWN} more" if len(self.takes_out) > SHOWN else ""
        without = f"; it leaves out rules of the law in force: {named}{more}" if named else ""
        super().__init__(f"counsel has not approved release `{release_id}` as such{without}")


class DatedBackError(ValueError):
    """Law is not put in force in the past: decisions already made stay as they were."""


class NotReplayedError(ValueError):
    """A release may not take the place of another before decisions made under that were decided again under it."""


class LaterScheduledError(ValueError):
    """Another release is to follow that was not replayed against this one."""


def put_in_force(*, by: Actor, now: datetime, release_id: UUID, effective_at: datetime | None = None) -> UUID:
    """Make a release the law from `effective_at` (default `now`) on; returns the id of the act.

    Only when counsel approved every rule of it, compared by digest from the stored sources, and the release as such,
    each by a signature that is checked again; and, where another release is the law just before `effective_at`,
    when a replay was recorded of decisions made under that one: at least one of them was decided again, or there is
    none. Waits for any other that puts a release in force. Writes `law_in_force` and a ledger entry
    `law.put_in_force`, in one transaction. Raises `NotStewardError`, `NotApprovedError`, `ReleaseNotApprovedError`,
    `NotReplayedError`, `LaterScheduledError`, `DatedBackError`, `UnknownReleaseError`.
    """
    require_steward(by)
    starts_at = effective_at or now
    if starts_at < now:
        raise DatedBackError(f"`{starts_at.isoformat()}` is before {now.isoformat()}")
    with acting(by) as cursor:
        # Two of these wait for one another: what one puts in force is the law the other replaces.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('law.put_in_force', 0))")
        release = read_release(release_id)
        _require_approved(release_id, release, now)
        _require_replayed(release_id, release.digest, now=now, starts_at=starts_at)
        act_id = new_id()
        row: Row = {**done_by(by, now), "id": act_id, "release_id": release_id, "effective_at": starts_at}
        write_act(cursor, act="law.put_in_force", by=by, now=now, rows=[("law_in_force", row)], ruleset=release.digest)
    return act_id


def _require_approved(release_id: UUID, release: Release, now: datetime) -> None:
    approvals = read_approvals()
    open_rules = approvals.list_open(release.rule_digests)
    if open_rules:
        raise NotApprovedError(open_rules)
    if not approvals.is_release_approved(release_id):
        found = get_in_force(now)
        in_force = list_rule_digests().get(found.release_id, {}) if found else {}
        raise ReleaseNotApprovedError(release_id, sorted(in_force.keys() - release.rule_digests.keys()))


def _require_replayed(release_id: UUID, digest: str, *, now: datetime, starts_at: datetime) -> None:
    every = list_in_force()
    replaced = next((one for one in every if one.effective_at < starts_at), None)
    if replaced is None or replaced.digest == digest:
        return
    since = since_when(every, replaced)
    if not any(_clears(one, replaced.digest, since, now) for one in list_replays(release_id)):
        raise NotReplayedError(
            f"release `{release_id}` has not been replayed against the law it would replace, release "
            f"`{replaced.release_id}`, in force since {utc_text(since)}; decide again under it, first, "
            "decisions made since then"
        )
    later = [one for one in every if one.effective_at > starts_at]
    follows = later[-1] if later else None
    if follows is not None and follows.digest != digest:
        raise LaterScheduledError(
            f"release `{follows.release_id}` is to follow at {utc_text(follows.effective_at)} and was not replayed "
            "against this one; put this one in force at that instant, first, to take its place"
        )


def _clears(replay: ReplayFacts, replaced: str, since: datetime, now: datetime) -> bool:
    """Tell whether a replay was of what was decided under the law to be replaced; one of nothing grows old."""
    return (
        replay.against == replaced
        and replay.at >= since
        and replay.period.overlaps(Period(since))
        and replay.counts.is_of_something
        and (replay.counts.made != 0 or replay.at >= now - EMPTY_COUNTS)
    )
