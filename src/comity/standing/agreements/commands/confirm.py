"""Confirming: persons read each clause beside the text and say that it is what the text says.

Nothing a machine read, or one person wrote, permits anything: what lets go is confirmed by two, and by every sender
that is hosted here (`law-67`).
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.commands.record import (
    RESPONSIBLE,
    lock_agreement,
    record_act,
    require_post,
    require_second_person,
    version_read,
)
from comity.standing.agreements.models import Confirmation
from comity.standing.agreements.terms import read_terms


class UnknownClauseError(LookupError):
    """The version on offer has no such clause."""


def confirm_clauses(
    *, by: Actor, now: datetime, agreement_id: UUID, digest: str, clauses: Collection[str] | None = None
) -> tuple[str, ...]:
    """Confirm clauses of the version on offer (ids; None: every clause), whose `digest` was read; return the new ones.

    Done by head, counsel or privacy officer of a party; a second confirmation by another person. One transaction: one
    confirmation, ledger entry `agreement.clauses_confirmed`; nothing when the post confirmed them all before. Raises
    `WrongPostError`, `NobodyThereError`, `SamePersonError`, `AnotherTextError`, `UnknownClauseError`,
    `NothingOfferedError`, `NoSuchAgreementError`.
    """
    with acting(by) as cursor:
        agreement = lock_agreement(agreement_id)
        require_post(by, agreement, RESPONSIBLE)
        version = version_read(agreement, digest)
        known = [clause.id for clause in read_terms(version.terms).clauses]
        for name in clauses or ():
            if name not in known:
                raise UnknownClauseError(f"version {version.number} of `{agreement.code}` has no clause `{name}`")
        before = list(Confirmation.objects.filter(version_id=version.id))
        own = {name for row in before if row.post_id == by.post_id for name in row.clauses}
        chosen = tuple(name for name in (known if clauses is None else dict.fromkeys(clauses)) if name not in own)
        if chosen:
            others = [(row.post_id, row.at) for row in before if not set(row.clauses).isdisjoint(chosen)]
            require_second_person(by, now, others)
            row: dict[str, object] = {
                "agreement_id": agreement.id,
                "version_id": version.id,
                "clauses": list(chosen),
            }
            record_act(cursor, Confirmation, act="agreement.clauses_confirmed", by=by, now=now, row=row)
    return chosen
