"""The writes of accounts: those of a security officer, and those of signing in."""

from comity.standing.accounts.commands.manage import (
    AccountStateError,
    NameTakenError,
    NotSecurityOfficerError,
    close_account,
    invite_again,
    open_account,
    unlock_account,
)
from comity.standing.accounts.commands.sign_in import accept_invitation, note_event, note_failure, note_sign_in

__all__ = [
    "AccountStateError",
    "NameTakenError",
    "NotSecurityOfficerError",
    "accept_invitation",
    "close_account",
    "invite_again",
    "note_event",
    "note_failure",
    "note_sign_in",
    "open_account",
    "unlock_account",
]
