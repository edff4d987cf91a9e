"""The functions somebody must be trained for. Pure."""

from enum import StrEnum


class Function(StrEnum):
    """What a person is about to do; a requirement names one."""

    RECEIVE_INFORMATION = "receive_information"
    RECEIVE_INTELLIGENCE = "receive_intelligence"
    RECEIVE_CJI = "receive_cji"
    RELEASE_INFORMATION = "release_information"
    APPROVE_RELEASE = "approve_release"
    IMMIGRATION_TASK_FORCE = "immigration_task_force"
    IMMIGRATION_WARRANT_SERVICE = "immigration_warrant_service"
    IMMIGRATION_JAIL = "immigration_jail"


class RevocationReason(StrEnum):
    """Why a credential no longer counts."""

    ISSUER_WITHDREW = "issuer_withdrew"
    EVIDENCE_WRONG = "evidence_wrong"
    RECORDED_IN_ERROR = "recorded_in_error"
    LEFT_SERVICE = "left_service"


class Reason(StrEnum):
    """Why a requirement is not met at an instant."""

    NO_CREDENTIAL = "no_credential"
    NOT_YET_VALID = "not_yet_valid"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    NO_REQUIREMENT = "no_requirement"
    """Nothing says what this function takes: nobody is eligible for it (fail closed)."""
    NO_HOLDER = "no_holder"
    """Nobody holds the post."""
