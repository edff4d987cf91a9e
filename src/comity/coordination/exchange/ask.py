"""What is asked and what comes back: frozen values that cross the floors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.kernel.canonical import Json, canonical
from comity.kernel.digest import sha256
from comity.spine.policy.decision import DISCLOSED
from comity.standing.law.facts import Law

CHUNK: Final = 200
"""The most asks one transaction decides."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for information, as an agency sends it.

    `ask_key` is the asker's own id: a second ask with the same key returns the recorded answer. `holder` and `post`
    are codes (an ORI is accepted for the holder). `reference` names a record at the holder (a booking or case
    number); the asker never searches. `claims` maps evidence codes to shown (True) or shown to be false (False).
    `reference`, `justification` and `case_number` go into the vault and nowhere else.
    """

    ask_key: str
    holder: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    reference: str
    post: str = ""
    agreement: str = ""
    claims: Mapping[str, bool] = field(default_factory=dict)
    justification: str = ""
    case_number: str = ""

    def digest(self) -> str:
        """Return hex of SHA-256 over everything asked. Never stored as it is: a guess could be confirmed by it."""
        return sha256(
            canonical(
                {
                    "agreement": self.agreement,
                    "case_number": self.case_number,
                    "category": self.category,
                    "claims": dict(self.claims),
                    "elements": self.elements,
                    "holder": self.holder,
                    "justification": self.justification,
                    "post": self.post,
                    "purpose": self.purpose,
                    "reference": self.reference,
                }
            )
        ).hex()


@dataclass(frozen=True, slots=True)
class Fault:
    """A caller's mistake: which field, what is wrong, what to do. Nothing is recorded."""

    field: str
    message: str
    remedy: str
    code: str = "invalid"


@dataclass(frozen=True, slots=True)
class Invalid:
    """The ask was not understood; each fault names its field."""

    ask_key: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """The key was used before for another ask; the first stands and is named."""

    ask_key: str
    ask_id: UUID


@dataclass(frozen=True, slots=True)
class Answered:
    """The ask is recorded; what the asker may know of its outcome.

    `status` is one of `STATUSES`. `classes` maps each sensitivity class to its outcome for the asker: `elements` that
    left (or wait), `withheld` by rule, `not_held` by the record; None while pending or where the law hides existence.
    `visible_at` is when the status counts. `law`: what the decision was made by, where it was made just now.
    """

    ask_id: UUID
    ask_key: str
    status: str
    classes: Json
    visible_at: datetime
    repeated: bool = False
    law: Law | None = field(default=None, compare=False, repr=False)

    @property
    def in_part(self) -> bool | None:
        """Tell whether something left, but not all that was asked for; None where the classes are not shown."""
        if not isinstance(self.classes, dict):
            return None
        return self.status == DISCLOSED and not all(map(_is_whole, self.classes.values()))


def _is_whole(shown: Json) -> bool:
    return isinstance(shown, dict) and shown["outcome"] == DISCLOSED and not {"withheld", "not_held"} & shown.keys()


AskResult = Answered | Invalid | Conflict

PENDING: Final = "pending"
AWAITING_ANSWER: Final = "awaiting_answer"
NO_RECORD: Final = "no_record"
NOTHING_TO_SHARE: Final = "nothing_to_share"
STOPPED: Final = "stopped"
TOLD_OUTSIDE: Final = "told_outside"
STATUSES: Final = (
    "disclosed",
    "needs_approval",
    "held",
    "refused",
    PENDING,
    AWAITING_ANSWER,
    NO_RECORD,
    NOTHING_TO_SHARE,
    STOPPED,
    TOLD_OUTSIDE,
)
