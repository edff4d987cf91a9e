"""What the rules behind a decision oblige to, beyond approval: labels, notices, who decides when nobody answers."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from comity.coordination.exchange.batch import Batch
from comity.coordination.exchange.case import Case
from comity.coordination.exchange.rules import DEFAULT_RETENTION_DAYS, calendar_of
from comity.kernel.canonical import Json, canonical
from comity.kernel.digest import sha256
from comity.kernel.ids import new_id
from comity.spine.clocks.rules import Term, Unit
from comity.spine.clocks.start import Start
from comity.spine.policy.decision import NeedsApproval, Refuse
from comity.spine.policy.slices import RuleSlice
from comity.spine.tasks.open import NewTask
from comity.spine.tasks.vocabulary import Kind
from comity.spine.vault.seal import Plain
from comity.standing.directory.vocabulary import PostFunction

NOTICE: Final = "notice:"
LABEL: Final = "label:"
ESCALATE: Final = "escalate:"
RESTRICTIONS: Final = "restrictions"
"""A notice to the recipient: it goes with what is handed over."""
ORIGINATOR: Final = "originator"
CLASSIFICATIONS: Final = frozenset({"ut_private", "ut_controlled", "ut_protected"})
"""The marks that are a classification of the record (Utah Code 63G-2-206)."""
NOTICE_TERM: Final = Term(2, Unit.BUSINESS_DAYS)
GIVES: Final[Mapping[str, PostFunction]] = {
    ORIGINATOR: PostFunction.LIAISON,
    "ice": PostFunction.LIAISON,
    "validation": PostFunction.RECORDS_SUPERVISOR,
}
"""Which post a notice is for: the originator's where it is a tenant of this node, else the holder's, to pass it on."""
_MOST_INDEXES: Final = 500
_indexes: dict[str, Mapping[str, tuple[str, ...]]] = {}


def obligations_of(rules: RuleSlice) -> Mapping[str, tuple[str, ...]]:
    """Return the obligations of each rule that has any, by id; kept by the digest of the slice."""
    found = _indexes.get(rules.digest)
    if found is None:
        if len(_indexes) >= _MOST_INDEXES:
            _indexes.clear()
        found = _indexes[rules.digest] = {rule.id: rule.obligations for rule in rules.rules if rule.obligations}
    return found


def words_of(rules: RuleSlice, behind: Iterable[str], verb: str) -> frozenset[str]:
    """Return what the rules `behind` a decision say after a verb (`notice:`)."""
    index = obligations_of(rules)
    return frozenset(o.partition(":")[2] for rule in behind for o in index.get(rule, ()) if o.startswith(verb))


def labels_of(case: Case) -> list[str]:
    """Return the handling labels that travel with what leaves: `classification:<mark>`, `restrictions`; sorted."""
    behind = (*case.basis, *case.decision.duties)
    words = words_of(case.rules, behind, LABEL)
    labels = {word for word in words if word != "classification"}
    if "classification" in words and case.record is not None:
        labels |= {f"classification:{mark}" for mark in case.record.marks & CLASSIFICATIONS}
    return sorted(labels | (words_of(case.rules, behind, NOTICE) & {RESTRICTIONS}))


def escalates_to(case: Case) -> str:
    """Return the function that decides when the next approver does not answer in time, "" for none."""
    index = obligations_of(case.rules)
    asking = f"approval:{case.next_post}"
    behind = {rule for _, o in case.decision.outcomes if isinstance(o, NeedsApproval) for rule in o.rules}
    named = words_of(case.rules, (rule for rule in behind if asking in index.get(rule, ())), ESCALATE)
    return min(named - {case.next_post}, default="")


def open_notices(batch: Batch, case: Case, *, leaves: bool) -> tuple[UUID, ...]:
    """Open a task for each party the rules behind the decision say must be told; return the vault items that tell it.

    `leaves`: something left or waits for a post; else only the rules that refused are behind it.
    A notice names agencies, purpose, category, elements and rules, never the record's reference or a value.
    """
    refused = {rule for _, o in case.decision.outcomes if isinstance(o, Refuse) for rule in o.rules}
    goes = {*case.basis, *case.decision.duties} if leaves else set[str]()
    words = words_of(case.rules, refused | goes, NOTICE) - {RESTRICTIONS}
    return tuple(_open_notice(batch, case, word) for word in sorted(words))


def _open_notice(batch: Batch, case: Case, word: str) -> UUID:
    named = case.named
    origin = case.record.origin_tenant if case.record is not None and word == ORIGINATOR else None
    party = origin if origin != named.asker.id else None  # the asker learns of a record by its answer alone
    value: dict[str, Json] = {
        "about": word,
        "asker": named.asker.code,
        "category": named.ask.category,
        "elements": list[Json](sorted(named.ask.elements)),
        "holder": named.holder.code,
        "origin": case.record.origin if case.record is not None else "",
        "purpose": named.ask.purpose,
        "rules": [one for one in case.decision.rules if NOTICE + word in obligations_of(case.rules).get(one, ())],
    }
    task = NewTask(
        id=new_id(),
        kind=Kind.NOTICE,
        agency_id=party or named.holder.id,
        function=GIVES.get(word, PostFunction.LIAISON).value,
        subject_id=named.id,
        digest=sha256(canonical(value)).hex(),
        opened_at=batch.now,
        excluded_agency_ids=(named.asker.id,),
    )
    clock = Start(
        id=new_id(),
        kind=Kind.NOTICE.value,
        subject_id=task.id,
        agency_id=task.agency_id,
        term=NOTICE_TERM,
        calendar=calendar_of(named.holder.state),
        started_at=batch.now,
    )
    batch.tasks.append((task, clock))
    batch.sealed.append(
        Plain(
            id=task.id,
            kind="notice",
            owner_id=task.agency_id,
            value=value,
            retain_until=batch.now + timedelta(days=DEFAULT_RETENTION_DAYS),
        )
    )
    return task.id
