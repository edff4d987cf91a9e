"""The closed words of agreements. Pure."""

from enum import StrEnum


class AgreementKind(StrEnum):
    """What sort of agreement it is."""

    TASK_FORCE_MODEL = "task_force_model"
    WARRANT_SERVICE = "warrant_service"
    JAIL_MODEL = "jail_model"
    SHARING_MOU = "sharing_mou"
    MOU = "mou"
    INTERLOCAL = "interlocal"
    """An intergovernmental agreement of Arizona as well."""
    RESOURCE_SHARING = "resource_sharing"
    CJI_USER = "cji_user"
    TRIBAL = "tribal"
    COMPACT = "compact"
    STONEGARDEN = "stonegarden"


class PartyRole(StrEnum):
    """What a party is to the agreement."""

    FEDERAL = "federal"
    STATE = "state"
    LOCAL = "local"
    TRIBAL = "tribal"
    NEIGHBOR = "neighbor"


class SuspensionReason(StrEnum):
    """Why an agreement rests. No word says that somebody complained."""

    TERMS_BREACHED = "terms_breached"
    LEGAL_REVIEW = "legal_review"
    COURT_ORDER = "court_order"
    SECURITY_INCIDENT = "security_incident"
    PARTY_REQUEST = "party_request"


class TerminationReason(StrEnum):
    """Why an agreement ended before its time."""

    PARTY_WITHDREW = "party_withdrew"
    """One party ends it; the notice its text states runs first."""
    MUTUAL = "mutual"
    """Every party's head has said so; then it ends at once."""
    PUBLIC_SAFETY = "public_safety"
    """Exigent circumstances, where the text lets them waive the notice."""
    COURT_ORDER = "court_order"
    LAW_CHANGED = "law_changed"
    NOT_CONCLUDED = "not_concluded"


class EventKind(StrEnum):
    """What happened to an agreement, in the past tense."""

    DRAFTED = "drafted"
    OFFERED = "offered"
    SIGNED = "signed"
    SCHEDULED = "scheduled"
    """Nothing is missing; it takes the place of the present version when its own period begins."""
    PUT_IN_FORCE = "put_in_force"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    SUPERSEDED = "superseded"
    NOTICE_GIVEN = "notice_given"
    """A party will end it when the notice is over."""
    NOTICE_WITHDRAWN = "notice_withdrawn"
    END_AGREED = "end_agreed"
    """The head of one party agreed to end it."""
    TERMINATED = "terminated"


class ReviewKind(StrEnum):
    """What must be recorded before a party may sign."""

    ATTORNEY_DETERMINATION = "attorney_determination"
    """An Arizona public agency's attorney finds it in proper form and within the agency's powers (A10)."""
    INTERLOCAL_APPROVAL = "interlocal_approval"
    """A Utah public agency's attorney and governing body approve it (U13)."""
    PRIVACY_ASSESSMENT = "privacy_assessment"
    """Whoever will send under it has assessed what that does to privacy (F18, U06)."""
    TRIBAL_COUNCIL = "tribal_council"
    """The Nation has consented in its own way; what binds the Nation is the Nation's own record (F38)."""


class Finding(StrEnum):
    """How a review came out."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not_satisfied"


class SigningMethod(StrEnum):
    """How a party was bound to a version."""

    KEY = "key"
    """A signature by a published key of the agency over the version's digest."""
    PASSKEY = "passkey"
    """The same by a passkey, whose challenge is what is signed."""
    PAPER = "paper"
    """Ink on paper, attested by two posts with the hash of the scan."""


class AgreementOrder(StrEnum):
    """What a list of agreements is ordered by."""

    CODE = "code"
    TITLE = "title"
    KIND = "kind"
    STANDING = "standing"
    STARTS = "starts_at"
    ENDS = "ends_at"
