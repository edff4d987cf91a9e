"""The states of a task. Overdue is no state: it is computed from `due_at` and the present instant."""

from typing import Final

from comity.kernel.states import StateTable

OPEN: Final = "open"
DONE: Final = "done"
WITHDRAWN: Final = "withdrawn"
LAPSED: Final = "lapsed"

TASK: Final = StateTable(
    "task",
    OPEN,
    {
        (OPEN, "decide"): DONE,
        (OPEN, "withdraw"): WITHDRAWN,
        (OPEN, "lapse"): LAPSED,
    },
)
