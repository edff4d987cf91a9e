"""State tables: what may follow, what may not, and how it is drawn."""

import pytest

from comity.kernel.states import BrokenTableError, IllegalTransitionError, StateTable

GATE = StateTable(
    "gate",
    "closed",
    {("closed", "open"): "open", ("closed", "lock"): "locked", ("open", "close"): "closed", ("locked", "rust"): "rust"},
)


def test_an_event_leads_to_the_next_state() -> None:
    assert GATE.next("closed", "lock") == "locked"
    assert GATE.states == {"closed", "open", "locked", "rust"}


def test_an_illegal_event_is_told_with_what_would_apply() -> None:
    with pytest.raises(IllegalTransitionError) as told:
        GATE.next("closed", "close")
    assert str(told.value) == "`close` does not apply: the gate is `closed`; possible: `lock`, `open`"


@pytest.mark.parametrize("state", ["rust", "never heard of"])
def test_where_nothing_follows_it_is_said(state: str) -> None:
    with pytest.raises(IllegalTransitionError, match="possible: nothing"):
        GATE.next(state, "open")


def test_a_state_that_nothing_reaches_breaks_the_table() -> None:
    with pytest.raises(BrokenTableError, match="`gate`: nothing reaches `ajar` \\(event `close`\\)"):
        StateTable("gate", "closed", {("closed", "open"): "open", ("ajar", "close"): "closed"})


def test_the_diagram_is_the_same_whatever_order_the_table_was_written_in() -> None:
    turned = StateTable("gate", "closed", dict(reversed(list(GATE.transitions.items()))))
    assert GATE.as_mermaid() == turned.as_mermaid()
    assert GATE.as_mermaid() == (
        "stateDiagram-v2\n"
        "    [*] --> closed\n"
        "    closed --> locked: lock\n"
        "    closed --> open: open\n"
        "    locked --> rust: rust\n"
        "    open --> closed: close\n"
    )
