"""The closed vocabularies of the directory. Pure: the law and the gate read the same words."""

from enum import StrEnum


class AgencyKind(StrEnum):
    """Whose law an agency lives under, seen from this node."""

    FEDERAL = "federal"
    STATE = "state"
    LOCAL = "local"
    TRIBAL = "tribal"
    NEIGHBORING_STATE = "neighboring_state"


class Hosting(StrEnum):
    """Where an agency's records of coordination live."""

    HERE = "here"
    """A tenant of this node."""
    ELSEWHERE = "elsewhere"
    """A tenant of another node, reached at its `node_url`."""
    LISTED = "listed"
    """An entry of the directory only, as an imported list shows it."""


class AgencyOrder(StrEnum):
    """By which column agencies are listed."""

    CODE = "code"
    NAME = "name"
    KIND = "kind"
    STATE = "state"
    HOSTING = "hosting"


class Power(StrEnum):
    """What the law makes an agency; rules ask for these, never for a name."""

    LAW_ENFORCEMENT = "law_enforcement"
    CRIMINAL_JUSTICE = "criminal_justice"
    DHS = "dhs"
    DOJ = "doj"
    STATE_DEPARTMENT = "state_department"
    """The U.S. Department of State, and no other."""
    STATE_AGENCY = "state_agency"
    """A department, board or office of a state's own government."""
    IMMIGRATION_ENFORCEMENT = "immigration_enforcement"
    CUSTOMS = "customs"
    BORDER_PATROL = "border_patrol"
    INVESTIGATIONS = "investigations"
    CORRECTIONS = "corrections"
    DETENTION = "detention"
    RECORDS = "records"
    CJIS_AGENCY = "cjis_agency"
    PROSECUTION = "prosecution"
    INTELLIGENCE = "intelligence"
    GRANTS = "grants"
    OVERSIGHT = "oversight"
    OFFICER_STANDARDS = "officer_standards"
    TRIBAL_GOVERNMENT = "tribal_government"
    DRIVER_LICENSES = "driver_licenses"
    CHILD_WELFARE = "child_welfare"
    JUVENILE_JUSTICE = "juvenile_justice"
    VICTIM_SERVICES = "victim_services"
    EMERGENCY_MANAGEMENT = "emergency_management"
    PRIVACY = "privacy"
    NODE_COUNSEL = "node_counsel"
    """Its counsel is that of the node and approves the law for every tenant; the steward says whose."""


class Limit(StrEnum):
    """What an agency may not do although its powers suggest it."""

    NO_TITLE_8 = "no_title_8"
    """No authority under title 8 of the U.S. Code without an agreement (F01, law.md section 0 no. 8)."""
    GRANTS_ONLY = "grants_only"
    NO_ARREST = "no_arrest"
    TRIBAL_LAND_CONSENT = "tribal_land_consent"
    UNVERIFIED = "unverified"
    """Taken from a public list; nobody at the agency has confirmed it."""


class PostFunction(StrEnum):
    """What a post is for; tasks and approvals are addressed to functions."""

    LIAISON = "liaison"
    RECORDS_SUPERVISOR = "records_supervisor"
    RECORDS_CLERK = "records_clerk"
    PRIVACY_OFFICER = "privacy_officer"
    COUNSEL = "counsel"
    AGENCY_HEAD = "agency_head"
    COMMANDER = "commander"
    TRAINING_OFFICER = "training_officer"
    AUDITOR = "auditor"
    ANALYST = "analyst"
    INTERFACE = "interface"
    SECURITY_OFFICER = "security_officer"
    """Opens, unlocks and closes the accounts of its agency (CJIS: local agency security officer)."""


class HandoverKind(StrEnum):
    """What happened to a post at the end of a shift."""

    LEFT = "left"
    TAKEN = "taken"


class HoldingKind(StrEnum):
    """How somebody holds a post."""

    HOLDER = "holder"
    ACTING = "acting"
    """Covers a gap between holders; never beside one."""


class SwornStatus(StrEnum):
    """Whether an officer is sworn."""

    SWORN = "sworn"
    CIVILIAN = "civilian"
    SPECIAL = "special"


class CertifyingBody(StrEnum):
    """Who certifies an officer as a peace officer."""

    NONE = "none"
    AZPOST = "azpost"
    UT_POST = "ut_post"
    FEDERAL = "federal"
    TRIBAL = "tribal"
    OTHER_STATE = "other_state"


class CertificationStatus(StrEnum):
    """How that certification stands."""

    NOT_REQUIRED = "not_required"
    ACTIVE = "active"
    LAPSED = "lapsed"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class ContactKind(StrEnum):
    """How an office is reached."""

    PHONE = "phone"
    EMAIL = "email"
    RADIO = "radio"


class KeyPurpose(StrEnum):
    """What a public key may prove."""

    ENVELOPE = "envelope"
    """Signs what an agency sends."""
    LOG = "log"
    """Signs checkpoints of a node's ledger."""
    DELIVERY = "delivery"
    """Authenticates a receiving system."""
    SIGNATURE = "signature"
    """Binds the agency: agreements, approvals of the law."""


class KeyFault(StrEnum):
    """Why a public key does not bind an agency at an instant."""

    UNKNOWN = "unknown"
    OF_ANOTHER_AGENCY = "of_another_agency"
    NOT_FOR_SIGNATURES = "not_for_signatures"
    NOT_YET_VALID = "not_yet_valid"
    OVER = "over"
    REVOKED = "revoked"


class KeyScheme(StrEnum):
    """How a public key verifies; those of a passkey inside the assertion of a browser."""

    ED25519 = "ed25519"
    ECDSA_P384_SHA384 = "ecdsa-p384-sha384"
    WEBAUTHN_ES256 = "webauthn-es256"
    WEBAUTHN_ED25519 = "webauthn-ed25519"


class ParticipationModel(StrEnum):
    """The model under which ICE lists an agency as a 287(g) participant."""

    TASK_FORCE = "task_force"
    WARRANT_SERVICE = "warrant_service"
    JAIL = "jail"


class Scope(StrEnum):
    """What an API key may be used for; every route of the API declares which of them it asks for."""

    AGREEMENTS_COMMENT = "agreements:comment"
    AGREEMENTS_DRAFT = "agreements:draft"
    AGREEMENTS_END = "agreements:end"
    AGREEMENTS_PUBLISH = "agreements:publish"
    AGREEMENTS_READ = "agreements:read"
    AGREEMENTS_REVIEW = "agreements:review"
    AGREEMENTS_SIGN = "agreements:sign"
    AGREEMENTS_SUSPEND = "agreements:suspend"
    AUDIT_SAMPLE = "audit:sample"
    DIRECTORY_READ = "directory:read"
    EXCHANGE_ACCOUNT = "exchange:account"
    EXCHANGE_ANSWER = "exchange:answer"
    EXCHANGE_APPROVE = "exchange:approve"
    EXCHANGE_ASK = "exchange:ask"
    EXCHANGE_CONCLUDE = "exchange:conclude"
    EXCHANGE_FILE = "exchange:file"
    EXCHANGE_RECEIVE = "exchange:receive"
    EXCHANGE_RETAIN = "exchange:retain"
    EXCHANGE_REVIEW = "exchange:review"
    EXCHANGE_SHADOW = "exchange:shadow"
    LAW_READ = "law:read"
    LEDGER_READ = "ledger:read"
