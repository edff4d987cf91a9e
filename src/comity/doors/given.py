"""What is handed in, with the same fields over HTTP and on the command line.

Unknown fields are refused; limits are stated here and held by the commands.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from comity.coordination.exchange.commands.file import NewRecord
from comity.coordination.exchange.commands.outside import LONGEST_OUTSIDE_KEY, Means, ToldOutside
from comity.coordination.exchange.rules import LONGEST_KEY, LONGEST_REFERENCE, LONGEST_TEXT, MOST_ELEMENTS


def text_of(longest: int, words: str, shortest: int = 0) -> msgspec.Meta:
    """Describe a text and its lengths in characters, for the API's documentation."""
    return msgspec.Meta(description=words, extra_json_schema={"minLength": shortest, "maxLength": longest})


Code = Annotated[str, text_of(LONGEST_KEY, "A code of the catalogue; `GET /law/elements` lists them.", 1)]
Elements = Annotated[
    tuple[str, ...],
    msgspec.Meta(
        description="Element codes, all of the category.", extra_json_schema={"minItems": 1, "maxItems": MOST_ELEMENTS}
    ),
]
Claims = Annotated[
    dict[str, bool], msgspec.Meta(description="Evidence codes: true for shown, false for shown not to be so.")
]


class RecordBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record to lodge, so that asks naming it are decided at once."""

    category: Code
    reference: Annotated[str, text_of(LONGEST_REFERENCE, "The number the record goes by.", 1)]
    values: Annotated[
        dict[str, str],
        msgspec.Meta(description="Element code to text; kept in the vault.", extra_json_schema={"minProperties": 1}),
    ]
    marks: tuple[str, ...] = ()
    evidence: Annotated[tuple[str, ...], msgspec.Meta(description="What the holder attests of the record.")] = ()
    origin: Annotated[str, text_of(LONGEST_KEY, "Code of the agency the record came from; left out for your own.")] = ""
    subject_handle: Annotated[
        UUID | None, msgspec.Meta(description="Adds to the accounting of a subject you lodged before.")
    ] = None

    def as_record(self) -> NewRecord:
        """Return what the exchange lodges."""
        return NewRecord(
            category=self.category,
            reference=self.reference,
            values=self.values,
            marks=self.marks,
            evidence=self.evidence,
            origin=self.origin,
            subject_handle=self.subject_handle,
        )


class OutsideBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A disclosure made by radio or telephone. What was told is named, the values are not sent again."""

    key: Annotated[str, text_of(LONGEST_OUTSIDE_KEY, "Your own id: the same key and body are recorded once.", 1)]
    recipient: Annotated[str, text_of(LONGEST_KEY, "Code or ORI of the agency that was told.", 1)]
    purpose: Code
    category: Code
    elements: Elements
    reference: Annotated[str, text_of(LONGEST_REFERENCE, "The record's number.", 1)]
    told_at: Annotated[datetime, msgspec.Meta(tz=True)]
    means: Means
    claims: Claims = {}
    justification: Annotated[str, text_of(LONGEST_TEXT, "Kept in the vault.")] = ""
    subject_handle: UUID | None = None
    recipient_post: Annotated[
        str, text_of(LONGEST_KEY, "The recipient's post that was told; left out, nobody's training counts.")
    ] = ""

    def as_told(self) -> ToldOutside:
        """Return what the exchange records."""
        return ToldOutside(
            key=self.key,
            recipient=self.recipient,
            purpose=self.purpose,
            category=self.category,
            elements=self.elements,
            reference=self.reference,
            told_at=self.told_at,
            means=self.means,
            claims=self.claims,
            justification=self.justification,
            subject_handle=self.subject_handle,
            recipient_post=self.recipient_post,
        )
