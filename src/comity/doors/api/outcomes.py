"""What becomes of the elements of one sensitivity class."""

import msgspec


class ClassOutcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What becomes of the elements of one sensitivity class; `missing`: evidence to show and ask again.

    `elements` left or wait; `withheld` stay with the holder by rule; `not_held`: permitted, but not in the record.
    """

    outcome: str
    elements: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    mandates: tuple[str, ...] = ()
    reason: str = ""
    missing: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    not_held: tuple[str, ...] = ()
