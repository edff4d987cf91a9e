"""What accounts tell other packages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from comity.standing.accounts.vocabulary import AccountAct, AccountState


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account as its agency's security officer sees it. `last_login_at`: None before the first."""

    id: UUID
    username: str
    agency_id: UUID
    officer_id: UUID
    state: AccountState
    made_at: datetime
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountEventFacts:
    """What happened to an account. `method`: by which means; `source`: from which address, "" where none is kept."""

    at: datetime
    act: AccountAct
    method: str
    source: str


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """A link between an account and a subject of the identity provider with this code."""

    provider: str
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose account it is, for who lets people in. `is_let_in`: neither locked nor closed."""

    id: UUID
    username: str
    agency_id: UUID
    officer_id: UUID
    is_let_in: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """What lets somebody choose a password, once, until `ends_at`. `secret` exists here and nowhere else."""

    account_id: UUID
    username: str
    secret: str
    ends_at: datetime

    def __repr__(self) -> str:
        """Name the account, never the secret."""
        return f"Invitation(account_id={self.account_id}, username={self.username!r})"
