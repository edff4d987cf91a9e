"""Which decisions a sample is of, and one of them decided again: for auditors, each over what it may read."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.rulesets import RulesetLostError, load_ruleset
from comity.spine.keys.ring import KeyRing
from comity.spine.policy.facts import UnreadableFactsError, facts_from_plain
from comity.spine.policy.replay import replay
from comity.spine.policy.rules import ENGINE, BrokenRuleError
from comity.spine.tenancy.actor import NODE, Actor, Duty
from comity.spine.tenancy.transaction import decoded, oversight_reads
from comity.spine.vault.seal import ItemAlteredError, ItemNotVisibleError, open_item
from comity.standing.directory import selectors as directory
from comity.standing.directory.vocabulary import PostFunction, Power

DecisionRow = tuple[Any, ...]


class NotAuditorError(PermissionError):
    """A sample is drawn in the duty of an auditor, by a post with that function or by the node itself."""


_COLUMNS: Final = (
    "d.id, d.ask_id, d.number, d.stage, d.headline, d.outcomes, d.ruleset, d.engine, d.facts_item, d.decided_at,"
    " d.entry_id"
)
_WHERE: Final = (
    "FROM exchange_decision d WHERE d.decided_at >= %(from)s AND d.decided_at < %(to)s"
    " AND (%(stratum)s = '' OR d.headline = %(stratum)s)"
)
# The order is by a digest of seed and id, so the seed alone fixes the sample and nobody can steer it afterwards.
_ORDER: Final = "ORDER BY sha256(convert_to(%(seed)s || '/' || d.id::text, 'UTF8')) LIMIT %(size)s"


def require_auditor(by: Actor) -> None:
    """Raise `NotAuditorError` unless `by` acts as an auditor, in an auditor's post or as the node."""
    if by.duty is not Duty.AUDITOR:
        raise NotAuditorError("a sample is drawn by an auditor; act with an auditor's post")
    if by.post_id == NODE:
        return
    post = directory.get_post(by.post_id)
    if post.function is not PostFunction.AUDITOR:
        raise NotAuditorError(f"a sample is drawn by an auditor, not by `{post.code}`; act with an auditor's post")


def audited(cursor: CursorWrapper, by: Actor) -> AbstractContextManager[None]:
    """Widen what is read to every agency for a body that oversees the node; an agency's auditor reads its own.

    The caller has called `require_auditor`.
    """
    if by.agency_id == NODE or Power.OVERSIGHT not in directory.get_agency(by.agency_id).powers:
        return nullcontext()
    return oversight_reads(cursor, by)


def draw(
    cursor: CursorWrapper, *, seed: str, starts_at: datetime, ends_at: datetime, size: int, stratum: str = ""
) -> tuple[int, list[DecisionRow]]:
    """Return how many decisions the period holds and those drawn, for `replayed`; `stratum`: a headline, "" for all."""
    given: dict[str, Any] = {"from": starts_at, "to": ends_at, "seed": seed, "size": size, "stratum": stratum}
    cursor.execute(f"SELECT count(*) {_WHERE}", given)
    population: int = cursor.fetchone()[0]
    cursor.execute(f"SELECT {_COLUMNS} {_WHERE} {_ORDER}", given)
    return population, cursor.fetchall()


def rows_of(cursor: CursorWrapper, decision_ids: tuple[UUID, ...]) -> list[DecisionRow]:
    """Return decisions this session may see, for `replayed`, in the order of the ids."""
    cursor.execute(f"SELECT {_COLUMNS} FROM exchange_decision d WHERE d.id = ANY(%s)", (list(decision_ids),))
    found = {row[0]: row for row in cursor.fetchall()}
    return [found[one] for one in decision_ids if one in found]


def replayed(cursor: CursorWrapper, row: DecisionRow, keys: KeyRing) -> dict[str, object]:
    """Return a decision as it was recorded, decided again under its recorded rules; what cannot be is named.

    `differences`: by class, what was `recorded` and what is `found` now.
    """
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


def facts_of(cursor: CursorWrapper, row: DecisionRow, keys: KeyRing) -> Any:  # noqa: ANN401 - JSON
    """Return what a decision was made from, codes only; None where it was purged or altered."""
    try:
        return open_item(cursor, keys, UUID(str(row[8])))
    except (ItemNotVisibleError, ItemAlteredError):
        return None


def cites_of(cursor: CursorWrapper, row: DecisionRow) -> Mapping[str, str]:
    """Return the citation of each rule a decision was made under; none where the rules are lost."""
    try:
        return {rule.id: rule.cite for rule in load_ruleset(cursor, str(row[6])).rules}
    except (RulesetLostError, BrokenRuleError):
        return {}
