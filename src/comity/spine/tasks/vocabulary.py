"""The words of tasks."""

from enum import StrEnum


class Kind(StrEnum):
    """What a task asks for."""

    APPROVAL = "approval"
    ANSWER = "answer"
    COUNSEL = "counsel"
    REVIEW = "review"
    RETENTION = "retention"
    CORRECTION = "correction"
    REDRESS = "redress"
    NOTICE = "notice"
    DEAD_LETTER = "dead_letter"


class Capacity(StrEnum):
    """In what capacity a person spoke for a post."""

    HOLDER = "holder"
    ACTING = "acting"


class Level(StrEnum):
    """For what a post is interrupted: something new, or something that became worse."""

    NEW = "new"
    NEAR = "near"
    """Due within a day."""
    OVERDUE = "overdue"
    URGENT = "urgent"
    """Its clock runs by the hour: danger to life, or the review of what was done in one. Never held back."""


class Order(StrEnum):
    """By what open tasks are listed."""

    DUE = "due"
    OPENED = "opened"
