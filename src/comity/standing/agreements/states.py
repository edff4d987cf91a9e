"""The states of an agreement. `expired` is not among them: it follows from the period."""

from typing import Final

from comity.kernel.states import StateTable

DRAFT: Final = "draft"
OFFERED: Final = "offered"
IN_FORCE: Final = "in_force"
SUSPENDED: Final = "suspended"
SUPERSEDED: Final = "superseded"
TERMINATED: Final = "terminated"

AGREEMENT: Final = StateTable(
    name="agreement",
    initial=DRAFT,
    transitions={
        (DRAFT, "offer"): OFFERED,
        (DRAFT, "terminate"): TERMINATED,
        (OFFERED, "offer"): OFFERED,
        (OFFERED, "sign"): OFFERED,
        (OFFERED, "put_in_force"): IN_FORCE,
        (OFFERED, "terminate"): TERMINATED,
        # A new version is offered and signed while the present one stays in force, and replaces it in one step.
        (IN_FORCE, "offer"): IN_FORCE,
        (IN_FORCE, "sign"): IN_FORCE,
        (IN_FORCE, "put_in_force"): IN_FORCE,
        (IN_FORCE, "suspend"): SUSPENDED,
        (IN_FORCE, "supersede"): SUPERSEDED,
        (IN_FORCE, "terminate"): TERMINATED,
        (SUSPENDED, "resume"): IN_FORCE,
        (SUSPENDED, "supersede"): SUPERSEDED,
        (SUSPENDED, "terminate"): TERMINATED,
    },
)
