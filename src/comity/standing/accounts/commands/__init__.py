"""The writes of accounts: those of a security officer, and those of signing in."""

from comity.standing.accounts.commands.identities import (
    IdentityRefusedError,
    link_identity,
    link_own_identity,
    unlink_identity,
)
from comity.standing.accounts.commands.manage import (
    AccountStateError,
    NameTakenError,
    NotSecurityOfficerError,
    close_account,
    invite_again,
    open_account,
    unlock_account,
)
from comity.standing.accounts.commands.sign_in import (
    accept_invitation,
    begin_attempt,
    forgive_attempt,
    note_event,
    note_failure,
    note_sign_in,
)

__all__ = [
    "AccountStateError",
    "IdentityRefusedError",
    "NameTakenError",
    "NotSecurityOfficerError",
    "accept_invitation",
    "begin_attempt",
    "close_account",
    "forgive_attempt",
    "invite_again",
    "link_identity",
    "link_own_identity",
    "note_event",
    "note_failure",
    "note_sign_in",
    "open_account",
    "unlink_identity",
    "unlock_account",
]
