"""`comity agreement verify`: every signature checked again, and where every agreement stands."""

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.mistakes import NOT_WELL
from comity.doors.cli.say import say, say_json, say_table
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.audit import list_contradictions, list_unproven_signatures


def verify(*, form: str) -> int:
    """Print what does not hold of the signatures and the states of agreements; return 1 when something does not."""
    with reading(STEWARD):
        unproven, contradictions = list_unproven_signatures(), list_contradictions()
    if form == "json":
        for one in unproven:
            say_json({"agreement": one.code, "version": one.version, "agency": one.agency, "why": one.why})
        for row in contradictions:
            say_json({"agreement": row.code, "version": None, "agency": None, "why": _told(row.row[0], row.acts[0])})
        return NOT_WELL if unproven or contradictions else 0
    rows: list[tuple[object, ...]] = [(one.code, one.version, one.agency, one.why) for one in unproven]
    rows += [(row.code, "", "", _told(row.row[0], row.acts[0])) for row in contradictions]
    if not rows:
        say("every signature by key or passkey proves what it says; every agreement stands as its acts say")
        return 0
    say_table(("agreement", "version", "of", "does not hold"), rows)
    say("→ `comity ledger verify` says whether a row was altered; a verified backup restores it")
    return NOT_WELL


def _told(stands: str, acts: str) -> str:
    return f"stands as `{stands}`, its acts lead to `{acts}`, or to another version or end of notice"
