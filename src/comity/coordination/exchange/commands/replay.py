"""Replay: decisions of a period decided again under a release of the law or a version of an agreement, and counted."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.batch import Act, Batch, act_row
from comity.coordination.exchange.instead import Instead, LawInstead, VersionInstead
from comity.coordination.exchange.redeciders import FEWEST, redeciding
from comity.coordination.exchange.replayed import Line, Replayed, Tally
from comity.coordination.exchange.replays import KIND
from comity.coordination.exchange.reread import Scope, count_decisions, find_newest, read_pages
from comity.kernel.canonical import plain
from comity.kernel.ids import new_id
from comity.kernel.time import Period, utc_text
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import NODE, Actor, Duty, node_actor
from comity.spine.tenancy.transaction import acting, reading
from comity.standing.agreements.candidate import get_candidate
from comity.standing.directory import selectors as directory
from comity.standing.directory.vocabulary import PostFunction, Power
from comity.standing.law.commands import record_replay
from comity.standing.law.facts import ReplayCounts
from comity.standing.law.selectors import get_current_law, get_law_of_release, list_in_force, since_when

SIGNERS: Final = frozenset(
    {PostFunction.AGENCY_HEAD, PostFunction.COUNSEL, PostFunction.PRIVACY_OFFICER, PostFunction.AUDITOR}
)
"""The posts of a party that may see what a version would have changed of its agency's decisions."""
LINES_KEPT: Final = 200
"""Differences that stand in that row, the most frequent first; the whole list is under its digest."""
NEWEST: Final = 2_000
"""Decisions decided again by `replay_newest`: what somebody at a page waits for."""
_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
BATCH: Final = 2_000
"""Decisions read at once, and handed on."""
Progress = Callable[[int, int], None]
"""Told how many decisions were decided again, of how many."""


class NotReplayerError(PermissionError):
    """Decisions are decided again for those who answer for them: not for this post."""


class PeriodNotPastError(ValueError):
    """A replay is of a period that has begun: what is to come has not been decided."""


def replay_version(
    *, version_id: UUID, period: Period, by: Actor, now: datetime, keys: KeyRing, progress: Progress, processes: int = 1
) -> Replayed:
    """Decide again what the version would have borne on, as if it had been in force in the place of earlier ones.

    For head, counsel, privacy officer or auditor of a party, over what their agency decided as holder; for the node,
    and the auditor of a body with the power `oversight`, over what every party decided. The version may be offered
    only. `processes`: how many decide, beside this one where more than one. Decisions are read in batches, each in a
    reading transaction; at the end one durable transaction writes an `exchange_reading` row and its ledger entry, and
    nothing else. Raises `NotReplayerError`, `PeriodNotPastError`, `NoSuchAgreementError`, `AlteredTermsError`,
    `UnknownTermError`, `RedeciderEndedError`.
    """
    reader = _reader(by, SIGNERS)
    past = _until(period, now)
    with reading(reader):
        version = get_candidate(version_id)
        holders = directory.list_agencies_by_code(version.holders)
    day = version.first_day(now)
    tried = {
        "agreement": version.code,
        "as_of": day.isoformat(),
        "digest": version.digest,
        "version": str(version.number),
    }
    scope = Scope(past, tuple(sorted(one.id for one in holders.values())))
    done = _replay(
        VersionInstead(version, day), scope, tried, reader=reader, keys=keys, progress=progress, processes=processes
    )
    _record(done, by=by, now=now, keys=keys)
    return done


def replay_newest(*, version_id: UUID, by: Actor, now: datetime, keys: KeyRing, most: int = NEWEST) -> Replayed:
    """Decide again, as `replay_version` does, the newest decisions the version may bear on: `most` of them, or all.

    More are decided where several were made in the same instant as the last of them. Same transactions, same errors.
    """
    reader = _reader(by, SIGNERS)
    with reading(reader) as cursor:
        holders = directory.list_agencies_by_code(get_candidate(version_id).holders)
        scope = Scope(Period(_EVER, now), tuple(sorted(one.id for one in holders.values())))
        since = find_newest(cursor, scope, number=most) or _EVER
    period = Period(min(since, now - timedelta(seconds=1)), now)
    return replay_version(version_id=version_id, period=period, by=by, now=now, keys=keys, progress=_unseen)


def _unseen(done: int, total: int) -> None:
    del done, total


def replay_law(
    *, release_id: UUID, period: Period, by: Actor, now: datetime, keys: KeyRing, progress: Progress, processes: int = 1
) -> Replayed:
    """Decide again what was decided in the period, as if the release had been the law; clauses stay as they were.

    For the node's steward, whose replay clears the way for the release where it holds decisions made under the law in
    force (`law_replay`, in a transaction of its own after the one below), and for auditors, each over what it may read.
    Decisions are read in batches, each in a reading transaction; then one durable transaction writes an
    `exchange_reading` row and its ledger entry. Raises `NotReplayerError`, `PeriodNotPastError`,
    `UnknownReleaseError`, `DamagedReleaseError`, `NoLawInForceError`, `RedeciderEndedError`.
    """
    reader = _reader(by, {PostFunction.AUDITOR})
    past = _until(period, now)
    day = now.astimezone(UTC).date()
    with reading(reader) as cursor:
        law, against = get_law_of_release(release_id), get_current_law(now)
        covered, made = _under_the_law_now(cursor, past, now)
    tried = {"against": against.digest, "as_of": day.isoformat(), "digest": law.digest, "release": str(release_id)}
    done = _replay(
        LawInstead(law, day), Scope(past), tried, reader=reader, keys=keys, progress=progress, processes=processes
    )
    _record(done, by=by, now=now, keys=keys)
    if by.duty is Duty.STEWARD:
        record_replay(
            by=by,
            now=now,
            release_id=release_id,
            against=against.digest,
            period=past,
            counts=ReplayCounts(
                same=done.same,
                different=done.different,
                undetermined=done.undetermined,
                unreadable=sum(done.unreadable.values()),
                covered=covered,
                made=made,
            ),
            list_digest=done.digest,
        )
    return done


def _under_the_law_now(cursor: CursorWrapper, past: Period, now: datetime) -> tuple[int, int]:
    """Return how many decisions were made under the law in force: in the period `past`, which has an end, and at all.

    Counted before they are decided again, so that none is counted that is not.
    """
    every = list_in_force()
    in_force = next((one for one in every if one.effective_at <= now), None)
    since = since_when(every, in_force) if in_force else now
    ends_at = past.ends_at or now
    made = count_decisions(cursor, Scope(Period(since, now))) if since < now else 0
    starts_at = max(past.starts_at, since)
    covered = count_decisions(cursor, Scope(Period(starts_at, ends_at))) if starts_at < ends_at else 0
    return covered, made


def _until(period: Period, now: datetime) -> Period:
    """Return the part of the period that is past."""
    if period.starts_at >= now:
        raise PeriodNotPastError(f"the period begins on {period.starts_at:%Y-%m-%d %H:%M} UTC, which is to come")
    return Period(period.starts_at, min(period.ends_at or now, now))


def _reader(by: Actor, functions: Collection[PostFunction]) -> Actor:
    """Return in whose name decisions are read: always in the duty of an auditor, which alone reads rules and facts.

    The node, and an auditor of a body that oversees it, read what every agency decided; a post its agency's.
    """
    if by.agency_id == NODE:
        if by.duty in {Duty.STEWARD, Duty.AUDITOR}:
            return node_actor(Duty.AUDITOR)
        raise NotReplayerError(f"the node decides nothing again in the duty `{by.duty}`; act as steward or auditor")
    with reading(by):
        post, agency = directory.get_post(by.post_id), directory.get_agency(by.agency_id)
    if post.agency_id != by.agency_id or post.function not in functions:
        known = ", ".join(sorted(function.value for function in functions))
        raise NotReplayerError(f"`{post.code}` does not answer for decisions here; act with a post of {known}")
    if post.function is PostFunction.AUDITOR and Power.OVERSIGHT in agency.powers:
        return replace(by, agency_id=NODE, duty=Duty.AUDITOR)
    return replace(by, duty=Duty.AUDITOR)


def _replay(
    instead: Instead,
    scope: Scope,
    tried: Mapping[str, str],
    *,
    reader: Actor,
    keys: KeyRing,
    progress: Progress,
    processes: int,
) -> Replayed:
    """Decide every decision of the scope again, batch by batch, each read in a transaction of its own."""
    tally, last = Tally(), None
    with reading(reader) as cursor:
        total = count_decisions(cursor, scope)
    progress(0, total)
    with redeciding(instead, processes=processes if total >= FEWEST else 1) as others:
        while True:
            with reading(reader) as cursor:
                pages = read_pages(cursor, keys, scope, last, known=others.known, limit=BATCH)
            _count(tally, others.give(pages), total, progress)
            if len(pages.past) < BATCH:
                break
            last = pages.past[-1]
        _count(tally, others.rest(), total, progress)
    return tally.finish(tried=tried, period=scope.period)


def _count(tally: Tally, done: Iterable[Tally], total: int, progress: Progress) -> None:
    for one in done:
        tally.merge(one)
    progress(tally.found, max(total, tally.found))


def _record(done: Replayed, *, by: Actor, now: datetime, keys: KeyRing) -> None:
    """Write that it was done, and the digest of what came of it."""
    own = replace(by, duty=Duty.AUDITOR)
    scope = {
        **done.tried,
        "different": done.different,
        "found": done.found,
        "from": utc_text(done.period.starts_at),
        "lines": [_kept(line) for line in done.lines[:LINES_KEPT]],
        "lines_found": len(done.lines),
        "list_digest": done.digest,
        "not_bearing": done.not_bearing,
        "same": done.same,
        "to": utc_text(done.period.ends_at or now),
        "undetermined": done.undetermined,
        "unreadable": sum(done.unreadable.values()),
    }
    batch = Batch(now)
    row = act_row(
        "exchange_reading",
        id=new_id(),
        agency_id=own.agency_id,
        post_id=own.post_id,
        kind=KIND,
        task_id=None,
        scope=plain(scope),
        read_at=now,
    )
    batch.acts.append(Act("audit.replayed", own, (row,)))
    with acting(own) as cursor:
        batch.write(cursor, keys)


def _kept(line: Line) -> dict[str, object]:
    """Return a difference as the row has it: codes, counts and ids of decisions."""
    return {field.name: getattr(line, field.name) for field in fields(Line)}
