"""The closed words of agreements. Pure."""

from enum import StrEnum


class AgreementKind(StrEnum):
    """What sort of agreement it is."""

    TASK_FORCE_MODEL = "task_force_model"
    WARRANT_SERVICE = "warrant_service"
    SHARING_MOU = "sharing_mou"
    INTERLOCAL = "interlocal"
    TRIBAL = "tribal"


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
    MUTUAL = "mutual"
    COURT_ORDER = "court_order"
    LAW_CHANGED = "law_changed"
    NOT_CONCLUDED = "not_concluded"


class EventKind(StrEnum):
    """What happened to an agreement, in the past tense."""

    DRAFTED = "drafted"
    OFFERED = "offered"
    SIGNED = "signed"
    PUT_IN_FORCE = "put_in_force"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    SUPERSEDED = "superseded"
    TERMINATED = "terminated"
