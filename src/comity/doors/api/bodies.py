"""What a caller sends. Unknown fields are refused; limits are stated here and held by the commands."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from comity.coordination.exchange.ask import Ask
from comity.coordination.exchange.commands.answer import HolderAnswer, Verdict
from comity.coordination.exchange.commands.audit import LARGEST
from comity.coordination.exchange.commands.file import NewRecord
from comity.coordination.exchange.commands.outside import LONGEST_OUTSIDE_KEY, Means, ToldOutside
from comity.coordination.exchange.commands.retention import SHORT_REASONS
from comity.coordination.exchange.commands.review import ReviewFinding
from comity.coordination.exchange.rules import LONGEST_KEY, LONGEST_REFERENCE, LONGEST_TEXT, MOST_ELEMENTS


def _text(longest: int, words: str, shortest: int = 0) -> msgspec.Meta:
    return msgspec.Meta(description=words, extra_json_schema={"minLength": shortest, "maxLength": longest})


_Code = Annotated[str, _text(LONGEST_KEY, "A code of the catalogue; `GET /law/elements` lists them.", 1)]
_Elements = Annotated[
    tuple[str, ...],
    msgspec.Meta(
        description="Element codes, all of the category.", extra_json_schema={"minItems": 1, "maxItems": MOST_ELEMENTS}
    ),
]
_Claims = Annotated[
    dict[str, bool], msgspec.Meta(description="Evidence codes: true for shown, false for shown not to be so.")
]
_Holder = Annotated[str, _text(LONGEST_KEY, "The holding agency's code or ORI.", 1)]
_Post = Annotated[str, _text(LONGEST_KEY, "The post that asks; the key's own when left out.")]
_Agreement = Annotated[str, _text(LONGEST_KEY, "The agreement asked under; any that applies when left out.")]


class AskBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ask. The asker names a record by its reference and never searches."""

    ask_id: Annotated[str, _text(LONGEST_KEY, "Your own id: the same id and body never ask twice.", 1)]
    holder: _Holder
    purpose: _Code
    category: _Code
    elements: _Elements
    reference: Annotated[str, _text(LONGEST_REFERENCE, "The record's number at the holder.", 1)]
    post: _Post = ""
    agreement: _Agreement = ""
    claims: _Claims = {}
    justification: Annotated[str, _text(LONGEST_TEXT, "Kept in the vault, for the holder.")] = ""
    case_number: Annotated[str, _text(LONGEST_REFERENCE, "Kept in the vault, for the holder.")] = ""

    def as_ask(self) -> Ask:
        """Return what the exchange decides."""
        return Ask(
            ask_key=self.ask_id,
            holder=self.holder,
            purpose=self.purpose,
            category=self.category,
            elements=self.elements,
            reference=self.reference,
            post=self.post,
            agreement=self.agreement,
            claims=self.claims,
            justification=self.justification,
            case_number=self.case_number,
        )


class Language(StrEnum):
    """The languages the rules are worded in."""

    EN = "en"
    ES = "es"


class PreviewBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An ask by type: no subject, no reference, no record is looked at."""

    holder: _Holder
    purpose: _Code
    category: _Code
    elements: _Elements
    post: _Post = ""
    agreement: _Agreement = ""
    claims: _Claims = {}
    language: Language = Language.EN

    def as_ask(self) -> Ask:
        """Return it as an ask about no record."""
        return Ask(
            ask_key="preview",
            holder=self.holder,
            purpose=self.purpose,
            category=self.category,
            elements=self.elements,
            reference="preview",
            post=self.post,
            agreement=self.agreement,
            claims=self.claims,
        )


class RecordBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record to lodge, so that asks naming it are decided at once."""

    category: _Code
    reference: Annotated[str, _text(LONGEST_REFERENCE, "The number the record goes by.", 1)]
    values: Annotated[
        dict[str, str],
        msgspec.Meta(description="Element code to text; kept in the vault.", extra_json_schema={"minProperties": 1}),
    ]
    marks: tuple[str, ...] = ()
    evidence: Annotated[tuple[str, ...], msgspec.Meta(description="What the holder attests of the record.")] = ()
    origin: Annotated[str, _text(LONGEST_KEY, "Code of the agency the record came from; left out for your own.")] = ""
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


class AnswerBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the holder found. `values` null: there is no record; fewer elements than asked: in part."""

    values: Annotated[dict[str, str] | None, msgspec.Meta(description="Element code to text, or null: no record.")]
    marks: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    subject_handle: UUID | None = None

    def as_answer(self) -> HolderAnswer:
        """Return what the exchange judges."""
        return HolderAnswer(self.values, self.marks, self.evidence, self.subject_handle)


class VerdictBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A verdict on exactly what the task showed."""

    verdict: Verdict
    digest: Annotated[str, msgspec.Meta(description="The task's `digest`.", pattern="^[0-9a-f]{64}$")]


class OutsideBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A disclosure made by radio or telephone. What was told is named, the values are not sent again."""

    key: Annotated[str, _text(LONGEST_OUTSIDE_KEY, "Your own id: the same key and body are recorded once.", 1)]
    recipient: Annotated[str, _text(LONGEST_KEY, "Code or ORI of the agency that was told.", 1)]
    purpose: _Code
    category: _Code
    elements: _Elements
    reference: Annotated[str, _text(LONGEST_REFERENCE, "The record's number.", 1)]
    told_at: Annotated[datetime, msgspec.Meta(tz=True)]
    means: Means
    claims: _Claims = {}
    justification: Annotated[str, _text(LONGEST_TEXT, "Kept in the vault.")] = ""
    subject_handle: UUID | None = None
    recipient_post: Annotated[
        str, _text(LONGEST_KEY, "The recipient's post that was told; left out, nobody's training counts.")
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


class ReviewBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A privacy officer's finding on exactly what the review showed."""

    finding: ReviewFinding
    digest: Annotated[str, msgspec.Meta(description="The review's `digest`.", pattern="^[0-9a-f]{64}$")]


class AccountingBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose accounting is asked for. The handle is in your own file of the person; nothing here finds one."""

    subject_handle: UUID


class ValidationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why something is kept another term; only these reasons count."""

    reason: Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(SHORT_REASONS)})]


class HoldBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why something is held, as a code of your own; shown to nobody but the post that placed the hold."""

    reason: Annotated[
        str, msgspec.Meta(description="A code such as `lawsuit`.", pattern="^[a-z][a-z0-9_.-]{0,63}$", max_length=64)
    ]


_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class SampleBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sample to draw: the seed alone fixes it. Decisions made from `from` on and before `to`."""

    seed: Annotated[str, msgspec.Meta(description="Write down who chose it and how.", min_length=1, max_length=100)]
    since: Annotated[_Instant, msgspec.Meta(description="The first instant taken.")] = msgspec.field(name="from")
    until: Annotated[_Instant, msgspec.Meta(description="The first instant not taken.")] = msgspec.field(name="to")
    size: Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]
