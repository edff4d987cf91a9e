"""What a reading finds: frozen values, in the words of the document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

Value = bool | int | str | tuple[str, ...]
"""Of a provision: yes, a figure in its unit, a word, or a list of codes."""

EXACT: Final = 0.95
"""The words stand where the models have them, and were read as they are written."""
REPAIRED: Final = 0.85
"""As `EXACT`, but some word had to be repaired from a recognition error."""
ELSEWHERE: Final = 0.7
"""The words stand in another section than in the models, or across sentences."""
FIGURE_REPAIRED: Final = 0.5
"""A figure had to be repaired from a recognition error."""
CONFLICTING: Final = 0.4
"""The document gives two values; each is told."""


class Model(StrEnum):
    """The published models of 287(g) agreements."""

    TFM = "tfm"
    WSO = "wso"
    JEM = "jem"


class Why(StrEnum):
    """Why a document could not be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TANGLED = "tangled"
    TOO_MANY_PAGES = "too_many_pages"
    NO_TEXT = "no_text"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NOT_TEXT = "not_text"
    NOT_AN_AGREEMENT = "not_an_agreement"
    TWO_AGREEMENTS = "two_agreements"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing was read. `message` says what the document is, `remedy` what to do."""

    why: Why
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Party:
    """A party as the document names it. `code` is the directory's, or a placeholder that offering refuses."""

    name: str
    role: str
    code: str
    words: str
    confidence: float
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A paragraph or an item of a list. `mark` is what the item bears, empty for a paragraph."""

    mark: str
    words: str
    page: int
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A section. `path` is how it is cited, `heading` its code in the catalogue or empty; lines count from 1."""

    path: str
    number: str
    title: str
    heading: str
    level: int
    page: int
    first_line: int
    last_line: int
    doubt: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Provision:
    """One term of the catalogue that the document states, with the words it came from."""

    term: str
    value: Value
    unit: str
    section: str
    page: int
    line: int
    words: str
    confidence: float
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class ModelScore:
    """How much speaks for a model, from 0 to 1, and what."""

    model: Model
    score: float
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the document is not as its model. `kind`: section or provision; empty texts where there is nothing."""

    kind: str
    what: str
    change: str
    model_value: str
    document_value: str
    section: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What the model has and the document does not state."""

    kind: str
    what: str
    label: str
    model_value: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Words nobody could place: a person reads them. `why` is a code, `words` are of the document."""

    why: str
    section: str
    page: int
    line: int
    words: str


@dataclass(frozen=True, slots=True)
class ProposedClause:
    """A clause of the gate's vocabulary a person may take over. One that permits is always doubtful."""

    clause: Mapping[str, object]
    term: str
    words: str
    permits: bool
    doubtful: bool
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read of one document; doubtful provisions first. Nothing here binds anybody."""

    digest: str
    form: str
    pages: int
    revised: str
    model: Model
    model_given: bool
    model_doubt: str
    scores: tuple[ModelScore, ...]
    parties: tuple[Party, ...]
    sections: tuple[Section, ...]
    provisions: tuple[Provision, ...]
    clauses: tuple[ProposedClause, ...]
    differences: tuple[Difference, ...]
    missing: tuple[Missing, ...]
    unplaced: tuple[Unplaced, ...]
    text: str
    notes: tuple[str, ...] = field(default=())

    @property
    def doubtful(self) -> tuple[Provision, ...]:
        """The provisions somebody must compare with the document before anything else."""
        return tuple(one for one in self.provisions if one.doubt)
