"""The auditor's workbench: a seeded random sample of decisions, decided again, as a workpaper anyone can reproduce."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.batch import Act, Batch, act_row
from comity.coordination.exchange.rulesets import RulesetLostError, load_ruleset
from comity.kernel.canonical import Json, plain
from comity.kernel.ids import new_id
from comity.kernel.time import Period, utc_text
from comity.spine.keys.ring import KeyRing
from comity.spine.policy.facts import UnreadableFactsError, facts_from_plain
from comity.spine.policy.replay import replay
from comity.spine.policy.rules import ENGINE, BrokenRuleError
from comity.spine.tenancy.actor import NODE, Actor, Duty
from comity.spine.tenancy.transaction import acting, decoded, oversight_reads
from comity.spine.vault.seal import ItemAlteredError, ItemNotVisibleError, open_item
from comity.standing.directory import selectors as directory
from comity.standing.directory.vocabulary import PostFunction, Power

SCHEMA: Final = "comity/workpaper/1"
LARGEST: Final = 1_000


class NotAuditorError(PermissionError):
    """A sample is drawn in the duty of an auditor, by a post with that function or by the node itself."""


@dataclass(frozen=True, slots=True)
class Workpaper:
    """A sample with its replays. `body` is the same for everybody who draws it; `entry_ids` are to be proven."""

    body: Json
    entry_ids: tuple[UUID, ...]


# The order is by a digest of seed and id, so the seed alone fixes the sample and nobody can steer it afterwards.
_SAMPLE: Final = """
SELECT d.id, d.ask_id, d.number, d.stage, d.headline, d.outcomes, d.ruleset, d.engine, d.facts_item, d.decided_at,
       d.entry_id
FROM exchange_decision d WHERE d.decided_at >= %s AND d.decided_at < %s
ORDER BY sha256(convert_to(%s || '/' || d.id::text, 'UTF8')) LIMIT %s
"""


def draw_sample(*, seed: str, period: Period, size: int, by: Actor, now: datetime, keys: KeyRing) -> Workpaper:
    """Draw `size` decisions of the period at random by `seed`, replay each under its recorded rules.

    An agency's auditor draws from what its agency decided as holder: what another holder decided, be it on an ask of
    the auditor's agency, is not for it. The auditor of a body with the power `oversight`, and the node, draw from all.

    One durable transaction: an `exchange_reading` row and a ledger entry say that it was drawn; nothing else is
    written. The workpaper names population, sample and every difference; an altered or purged fact is named, not
    skipped. Raises `NotAuditorError`, `ValueError` for a size that is none.
    """
    if by.duty is not Duty.AUDITOR:
        raise NotAuditorError("a sample is drawn by an auditor; act with an auditor's post")
    if not 0 < size <= LARGEST:
        raise ValueError(f"a sample of {size}; draw 1 to {LARGEST}")
    with acting(by) as cursor:
        _require_auditor(by)
        ends_at = period.ends_at or now
        with _scope(cursor, by):
            cursor.execute(
                "SELECT count(*) FROM exchange_decision WHERE decided_at >= %s AND decided_at < %s",
                (period.starts_at, ends_at),
            )
            population: int = cursor.fetchone()[0]
            cursor.execute(_SAMPLE, (period.starts_at, ends_at, seed, size))
            rows = cursor.fetchall()
            items = [_replayed(cursor, row, keys) for row in rows]
        scope = {"from": utc_text(period.starts_at), "seed": seed, "size": size, "to": utc_text(ends_at)}
        _record(cursor, scope, by, now, keys)
    body = plain({**scope, "items": items, "population": population, "schema": SCHEMA})
    return Workpaper(body, tuple(row[10] for row in rows))


def _require_auditor(by: Actor) -> None:
    if by.post_id == NODE:
        return
    post = directory.get_post(by.post_id)
    if post.function is not PostFunction.AUDITOR:
        raise NotAuditorError(f"a sample is drawn by an auditor, not by `{post.code}`; act with an auditor's post")


def _scope(cursor: CursorWrapper, by: Actor) -> AbstractContextManager[None]:
    """Widen what is read to every agency for a body that oversees the node; an agency's auditor reads its own."""
    if by.agency_id == NODE or Power.OVERSIGHT not in directory.get_agency(by.agency_id).powers:
        return nullcontext()
    return oversight_reads(cursor, by)


def _replayed(cursor: CursorWrapper, row: tuple[object, ...], keys: KeyRing) -> dict[str, object]:
    decision_id, ask_id, number, stage, headline, outcomes, ruleset, engine, facts_item, decided_at, entry_id = row
    finding: dict[str, object] = {
        "ask": ask_id,
        "decided_at": decided_at,
        "decision": decision_id,
        "engine": engine,
        "entry": entry_id,
        "headline": headline,
        "number": number,
        "outcomes": decoded(outcomes),
        "ruleset": ruleset,
        "same_engine": engine == ENGINE,
        "stage": stage,
    }
    try:
        facts = facts_from_plain(open_item(cursor, keys, UUID(str(facts_item))))
        rules = load_ruleset(cursor, str(ruleset))
        differences = replay(facts=facts, rules=rules, recorded=decoded(outcomes))
    except (ItemNotVisibleError, ItemAlteredError, UnreadableFactsError, RulesetLostError, BrokenRuleError) as error:
        return finding | {"replayed": False, "why_not": str(error)}
    told = [{"class": d.sensitivity_class, "found": d.found, "recorded": d.recorded} for d in differences]
    return finding | {"differences": told, "replayed": True}


def _record(cursor: CursorWrapper, scope: dict[str, object], by: Actor, now: datetime, keys: KeyRing) -> None:
    batch = Batch(now)
    row = act_row(
        "exchange_reading",
        id=new_id(),
        agency_id=by.agency_id,
        post_id=by.post_id,
        kind="sample_drawn",
        task_id=None,
        scope=plain(scope),
        read_at=now,
    )
    batch.acts.append(Act("audit.sample_drawn", by, (row,)))
    batch.write(cursor, keys)
