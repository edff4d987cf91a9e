"""The states of a clock. Overdue is no state: it is computed from `due_at` and the present instant."""

from typing import Final

from comity.kernel.states import StateTable

RUNNING: Final = "running"
PAUSED: Final = "paused"
STOPPED: Final = "stopped"

CLOCK: Final = StateTable(
    "clock",
    RUNNING,
    {
        (RUNNING, "pause"): PAUSED,
        (PAUSED, "resume"): RUNNING,
        (RUNNING, "extend"): RUNNING,
        (RUNNING, "stop"): STOPPED,
        (PAUSED, "stop"): STOPPED,
    },
)
