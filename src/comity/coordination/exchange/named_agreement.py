"""What is the matter with an agreement an ask names: which of its states it is in, and what to do about it."""

from datetime import datetime

from comity.coordination.exchange.ask import Fault
from comity.coordination.exchange.facts import Named
from comity.standing.agreements.facts import AgreementFacts
from comity.standing.agreements.selectors import get_agreement, get_agreement_by_code
from comity.standing.agreements.states import COMING, DRAFT, EXPIRED, OFFERED, SUPERSEDED, SUSPENDED, TERMINATED


def not_in_force(named: Named, now: datetime) -> Fault:
    """Return the fault of an ask under an agreement of the asker's that is not in force with the holder.

    Read in the caller's transaction, of the asker.
    """
    found = get_agreement_by_code(named.ask.agreement)
    message, remedy = _matter(found, named.holder.code, now)
    return Fault("agreement", f"`{found.code}` {message}", remedy, code="not_in_force")


def _matter(found: AgreementFacts, holder: str, now: datetime) -> tuple[str, str]:
    """Return what is the matter and the remedy."""
    another = "name another, or leave it out"
    period = found.period
    match found.standing(now):
        case standing if standing in {DRAFT, OFFERED}:
            message = f"is not in force yet: it is `{standing}`"
            return message, "have its parties sign it and put it in force; until then leave it out"
        case standing if standing == SUSPENDED:
            return "is suspended", "wait until it is resumed, or leave it out: another may cover this"
        case standing if standing == TERMINATED:
            return "is terminated", another
        case standing if standing == SUPERSEDED:
            successor = get_agreement(found.successor_id).code if found.successor_id else ""
            return "is superseded", f"name `{successor}`, or leave it out" if successor else another
        case standing if standing == EXPIRED and period is not None and period.ends_at is not None:
            message = f"expired on {period.ends_at.date().isoformat()}"
            return message, "have its parties put a new version in force, name another, or leave it out"
        case standing if standing == COMING and period is not None:
            message = f"is not in force yet: it begins on {period.starts_at.date().isoformat()}"
            return message, "ask again from that day on, or leave it out"
    return f"is in force, but not for what `{holder}` sends to you", f"name one that binds `{holder}`, or leave it out"
