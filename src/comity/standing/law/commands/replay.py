"""Record that past decisions were decided again under a release."""

from datetime import datetime
from uuid import UUID

from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.law.commands.record import Row, done_by, require_steward, write_act
from comity.standing.law.facts import ReplayCounts
from comity.standing.law.selectors import read_release, require_release_digest


def record_replay(
    *, by: Actor, now: datetime, release_id: UUID, against: str, period: Period, counts: ReplayCounts, list_digest: str
) -> UUID:
    """Record a replay of the decisions of `period` under a release, against the law with digest `against`.

    `period` is past at `now`; `list_digest`: hex SHA-256 of the list of differences. The replay itself is not made
    here: the caller has decided again, and counted what there was. Writes `law_replay` and a ledger entry
    `law.replayed`, in one transaction; returns the id of the row. Raises `NotStewardError`, `UnknownReleaseError` for a
    release or digest nobody loaded, `ValueError` for a period not past and for counts that cannot be.
    """
    require_steward(by)
    numbers = (counts.same, counts.different, counts.undetermined, counts.unreadable, counts.covered)
    if period.ends_at is None or period.ends_at > now or min(numbers) < 0:
        raise ValueError("a replay is of a period that is past and has counts of zero or more; give both")
    if counts.made is None or counts.made < counts.covered:
        raise ValueError("a replay covers no more decisions than were made; count both")
    row: Row = {
        **done_by(by, now),
        "id": new_id(),
        "release_id": release_id,
        "against": against,
        "starts_at": period.starts_at,
        "ends_at": period.ends_at,
        "decided": counts.decided,
        "same": counts.same,
        "different": counts.different,
        "undetermined": counts.undetermined,
        "unreadable": counts.unreadable,
        "covered": counts.covered,
        "made": counts.made,
        "list_digest": list_digest,
    }
    with acting(by) as cursor:
        release = read_release(release_id)
        require_release_digest(against)
        write_act(cursor, act="law.replayed", by=by, now=now, rows=[("law_replay", row)], ruleset=release.digest)
    return UUID(str(row["id"]))
