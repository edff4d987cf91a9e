"""The closed words of publication. Pure."""

from enum import StrEnum


class Change(StrEnum):
    """What the public was told. All but the last are events of the agreement (`standing.agreements`)."""

    PUT_IN_FORCE = "put_in_force"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    SUPERSEDED = "superseded"
    """Another agreement took its place. A later version of the same one is told as put in force alone."""
    NOTICE_GIVEN = "notice_given"
    NOTICE_WITHDRAWN = "notice_withdrawn"
    TERMINATED = "terminated"
    TEXT_PUBLISHED = "text_published"
    """A version's text was made public, or again with other passages withheld."""
