"""What the directory tells other packages: frozen rows, never model instances."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from comity.spine.keys.passkey import Passkey
from comity.standing.directory.vocabulary import (
    AgencyKind,
    CertificationStatus,
    CertifyingBody,
    ContactKind,
    HoldingKind,
    Hosting,
    KeyPurpose,
    KeyScheme,
    ParticipationModel,
    PostFunction,
    SwornStatus,
)


@dataclass(frozen=True, slots=True)
class AgencyFacts:
    """An agency as rules see it. `state` is two letters, or empty for a federal agency."""

    id: UUID
    code: str
    ori: str | None
    name: str
    kind: AgencyKind
    state: str
    powers: frozenset[str]
    limits: frozenset[str]
    address: str
    parent_id: UUID | None
    counties: tuple[str, ...]
    hosting: Hosting
    node_url: str


@dataclass(frozen=True, slots=True)
class PostFacts:
    """A post: `code` is unique within its agency."""

    id: UUID
    agency_id: UUID
    code: str
    title: str
    function: PostFunction
    unit_id: UUID | None
    contact_point_id: UUID | None


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """Who held a post at the instant asked for."""

    post_id: UUID
    agency_id: UUID
    officer_id: UUID
    kind: HoldingKind
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """A post left at the end of a shift, with what was open then: (task, its kind, when it was due).

    `left_by`, `taken_by`: officers. `taken_at` None: nobody took it over yet. `note_item`: the words, while kept.
    """

    id: UUID
    post_id: UUID
    left_by: UUID
    left_at: datetime
    tasks: tuple[tuple[UUID, str, datetime | None], ...]
    note_item: UUID | None
    taken_by: UUID | None
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldFacts:
    """That a post was held, by a holder or somebody acting, from when to when; never by whom."""

    kind: HoldingKind
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class OfficerFacts:
    """An officer by badge reference; `agency_kind` is the kind of the agency."""

    id: UUID
    agency_id: UUID
    agency_kind: AgencyKind
    reference: str
    sworn: SwornStatus
    certifying_body: CertifyingBody
    certification: CertificationStatus


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """How an office is reached."""

    id: UUID
    kind: ContactKind
    value: str
    hours: str


@dataclass(frozen=True, slots=True)
class TaskForceFacts:
    """A task force at an instant. `command_posts` in order of succession; `members` maps agency to its liaison post."""

    id: UUID
    code: str
    name: str
    lead_agency_id: UUID
    area: str
    command_posts: tuple[UUID, ...]
    members: dict[UUID, UUID | None]
    contact_points: tuple[ContactFacts, ...]


@dataclass(frozen=True, slots=True)
class PublicKeyFacts:
    """A dated public key of an agency. Of a passkey also its credential id (base64url) and its relying party's id."""

    id: UUID
    agency_id: UUID
    key_id: str
    purpose: KeyPurpose
    scheme: KeyScheme
    public_pem: str
    starts_at: datetime
    ends_at: datetime | None
    revoked_at: datetime | None
    credential_id: str | None
    rp_id: str | None

    @property
    def passkey(self) -> Passkey | None:
        """The key as a passkey, None where it is none."""
        if self.credential_id is None or self.rp_id is None:
            return None
        return Passkey(self.credential_id, self.rp_id, self.scheme.value, self.public_pem)


@dataclass(frozen=True, slots=True)
class ApiKeyFacts:
    """A valid key of the API: for whom it speaks and what it may."""

    id: UUID
    agency_id: UUID
    post_id: UUID
    prefix: str
    scopes: frozenset[str]


class KeyRefusal(StrEnum):
    """Why a key of the API does not open."""

    UNKNOWN = "unknown"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class RefusedKey:
    """A key that does not open, and why. `UNKNOWN` covers a malformed key and a wrong secret alike."""

    reason: KeyRefusal


@dataclass(frozen=True, slots=True)
class ParticipationFacts:
    """A listing in ICE's list of 287(g) participants: `listed by ICE as of` a day, not an agreement."""

    agency_id: UUID
    model: ParticipationModel
    source: str
    as_of_on: date

    @property
    def words(self) -> str:
        """Return how the listing is to be described."""
        return f"listed by ICE as of {self.as_of_on.isoformat()}"
