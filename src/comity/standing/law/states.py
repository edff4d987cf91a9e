"""The states of a release of the law. Nothing stores a state: `approvals` computes it from act rows."""

from typing import Final

from comity.kernel.states import StateTable
from comity.standing.law.facts import ReleaseState as State

RELEASE: Final = StateTable(
    name="release of the law",
    initial=State.DRAFT.value,
    transitions={
        (State.DRAFT, "approve_release"): State.APPROVED.value,
        (State.APPROVED, "put_in_force"): State.CURRENT.value,
        (State.CURRENT, "supersede"): State.SUPERSEDED.value,
        (State.SUPERSEDED, "put_in_force"): State.CURRENT.value,
    },
)
"""An earlier release may be put in force again: its approvals still stand."""
