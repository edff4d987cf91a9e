"""What a letter of a party does, as it is typed."""

from enum import StrEnum


class LetterAct(StrEnum):
    """What a letter of a party does."""

    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"
    WITHDRAW_NOTICE = "withdraw-notice"
