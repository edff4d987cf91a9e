"""The closed vocabularies of accounts. Pure."""

from enum import StrEnum


class AccountState(StrEnum):
    """How an account stands."""

    INVITED = "invited"
    """Its person has not chosen a password yet."""
    OPEN = "open"
    LOCKED = "locked"
    """Too many failures; its agency's security officer unlocks it."""
    CLOSED = "closed"


class AccountAct(StrEnum):
    """What happened to an account: each is an entry of the ledger."""

    OPENED = "opened"
    INVITED = "invited"
    JOINED = "joined"
    """Its person chose a password by an invitation."""
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    FAILED = "sign_in_failed"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    CLOSED = "closed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an act
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    SESSION_ENDED = "session_ended"
    IDENTITY_LINKED = "identity_linked"
    """A subject of the agency's identity provider may sign in by the account."""
    IDENTITY_UNLINKED = "identity_unlinked"
