"""State tables: transitions as data, checked when used, drawn for the documentation."""

from collections.abc import Mapping
from dataclasses import dataclass


class IllegalTransitionError(ValueError):
    """An event does not apply in the present state."""


class BrokenTableError(ValueError):
    """A table names an initial state it never leaves, or a state nothing reaches."""


@dataclass(frozen=True)
class StateTable:
    """The states of one thing. `transitions` maps (state, event) to the next state."""

    name: str
    initial: str
    transitions: Mapping[tuple[str, str], str]

    def __post_init__(self) -> None:
        reached = {self.initial, *self.transitions.values()}
        for state, event in self.transitions:
            if state not in reached:
                raise BrokenTableError(f"`{self.name}`: nothing reaches `{state}` (event `{event}`)")

    @property
    def states(self) -> frozenset[str]:
        """Every state of the table."""
        return frozenset({self.initial, *self.transitions.values()})

    def next(self, state: str, event: str) -> str:
        """Return the state after `event`; raise `IllegalTransitionError` naming what would apply."""
        try:
            return self.transitions[state, event]
        except KeyError:
            open_events = ", ".join(f"`{e}`" for s, e in sorted(self.transitions) if s == state) or "nothing"
            raise IllegalTransitionError(
                f"`{event}` does not apply: the {self.name} is `{state}`; possible: {open_events}"
            ) from None

    def as_mermaid(self) -> str:
        """Return the state diagram in Mermaid, lines sorted, compared with the docs by a test."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {state} --> {target}: {event}" for (state, event), target in sorted(self.transitions.items())]
        return "\n".join(lines) + "\n"
