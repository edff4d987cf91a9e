"""What the commands of publication refuse, as the problem each is answered with: its part of the table."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from comity.accountability.publication.commands.publish import AlteredVersionError
from comity.accountability.publication.commands.text import (
    NotInForceYetError,
    NotTextPostError,
    TooMuchWithheldError,
    UnknownAuthorityError,
)
from comity.accountability.publication.selectors import NotPublishedError
from comity.accountability.publication.withholding import NoSuchPassageError
from comity.doors.api.problems import Row

TABLE: Final[Mapping[type[Exception], Row]] = {
    AlteredVersionError: Row(
        HTTPStatus.CONFLICT,
        "altered-version",
        "The stored text is not the one that was signed",
        "nothing was made public; the node's keeper restores it, `comity ledger verify` says what was altered",
        field="",
    ),
    NoSuchPassageError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "no-such-passage",
        "A passage is not in the text",
        "nothing was made public; copy the words from the text, and count its paragraphs from 1",
        field="withhold",
    ),
    NotInForceYetError: Row(
        HTTPStatus.CONFLICT,
        "not-in-force-yet",
        "The version was not in force yet",
        "nothing was made public; put it in force first, then send this again after some seconds",
        field="digest",
    ),
    NotPublishedError: Row(
        HTTPStatus.NOT_FOUND,
        "not-public",
        "Nothing of this name is public",
        "`GET /public/agreements` lists what is, each with its versions",
        field="",
    ),
    NotTextPostError: Row(
        HTTPStatus.FORBIDDEN,
        "wrong-post",
        "Another post does this",
        "nothing was made public; use the key of a post with one of the functions named",
        field="",
    ),
    TooMuchWithheldError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "too-much-withheld",
        "Too many passages",
        "nothing was made public; withhold whole paragraphs in the place of many words",
        field="withhold",
    ),
    UnknownAuthorityError: Row(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "unknown-authority",
        "Nothing is withheld without an authority",
        "nothing was made public; name the code of an authority, such as that of the public records law",
        field="withhold",
    ),
}
