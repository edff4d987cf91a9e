"""What tests of the pages of agreements share: a second version on offer, and a signed text with doubtful terms."""

from pathlib import Path
from typing import Any

CODE = "az-ut-interlocal-2025"
SCAN = (
    (Path(__file__).parents[3] / "docs" / "tutorial" / "scan.txt")
    .read_text("utf-8")
    .replace("A 75-percent rating", "A seventy-five (70) percent rating")
)
"""The figure in words and the one in digits differ: a doubtful term."""


def offer_second(house: Any, *, text: str | None = None, code: str = CODE) -> int:
    """Offer another version of an agreement as its counsel; return its number."""
    from comity.kernel.time import Period
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.transaction import reading
    from comity.standing.agreements.commands import offer_agreement, revise_draft
    from comity.standing.agreements.selectors import get_agreement_by_code, get_version, list_versions

    steward, now = node_actor(Duty.STEWARD), house.node.clock()
    with reading(steward):
        found = get_agreement_by_code(code)
        old = get_version(found.current_version_id)
    terms = {**old.terms, "clauses": [dict(one) for one in old.terms["clauses"]]}
    for one in terms["clauses"]:
        if one["kind"] == "retention":
            one["days"] = 730
    terms["clauses"] = [one for one in terms["clauses"] if one["id"] != "custody"]
    changed = old.text.replace("Three years at most", "Two years at most").replace(
        "5 Custody. Sheriffs tell each other whom they hold (clause `custody`).\n\n", ""
    )
    revise_draft(
        by=steward, now=now, agreement_id=found.id, title=old.title, text=text or changed, terms=terms,
        period=Period(old.period.starts_at, old.period.ends_at),
    )  # fmt: skip
    offer_agreement(by=steward, now=now, agreement_id=found.id)
    with reading(steward):
        return list_versions(found.id)[-1].number
