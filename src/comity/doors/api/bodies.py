"""What a caller sends. Unknown fields are refused; limits are stated here and held by the commands."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from comity.coordination.exchange.ask import Ask
from comity.coordination.exchange.commands.answer import HolderAnswer, Verdict
from comity.coordination.exchange.commands.audit import LARGEST
from comity.coordination.exchange.commands.retention import SHORT_REASONS
from comity.coordination.exchange.commands.review import ReviewFinding
from comity.coordination.exchange.rules import LONGEST_KEY, LONGEST_REFERENCE, LONGEST_TEXT
from comity.doors.given import Claims, Code, Elements, text_of

_Holder = Annotated[str, text_of(LONGEST_KEY, "The holding agency's code or ORI.", 1)]
_Post = Annotated[str, text_of(LONGEST_KEY, "The post that asks; the key's own when left out.")]
_Agreement = Annotated[str, text_of(LONGEST_KEY, "The agreement asked under; any that applies when left out.")]


class AskBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ask. The asker names a record by its reference and never searches."""

    ask_id: Annotated[str, text_of(LONGEST_KEY, "Your own id: the same id and body never ask twice.", 1)]
    holder: _Holder
    purpose: Code
    category: Code
    elements: Elements
    reference: Annotated[str, text_of(LONGEST_REFERENCE, "The record's number at the holder.", 1)]
    post: _Post = ""
    agreement: _Agreement = ""
    claims: Claims = {}
    justification: Annotated[str, text_of(LONGEST_TEXT, "Kept in the vault, for the holder.")] = ""
    case_number: Annotated[str, text_of(LONGEST_REFERENCE, "Kept in the vault, for the holder.")] = ""

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
    purpose: Code
    category: Code
    elements: Elements
    post: _Post = ""
    agreement: _Agreement = ""
    claims: Claims = {}
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
    reason: Annotated[str, text_of(LONGEST_TEXT, "Why, for your own agency; kept in the vault.")] = ""


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
