"""The enforceable clauses of an agreement, in a closed vocabulary. Pure.

A term nobody knows is never dropped (a rule emptied that way would always hold): it is refused when the agreement is
offered and again whenever the agreement is used. Sources: reference/exchange.md section 6, odrl-2.2.
"""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal, get_args

import msgspec
import msgspec.structs
from msgspec import Meta, Struct

SCHEMA: Final = "comity/terms/1"
CLAUSE_ID: Final = r"^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$"
"""Every part starts with a letter, so that in `agr-<code>-<number>-<clause>` the number is found without doubt."""
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*")
MAX_CLAUSES: Final = 5000
FEW: Final = 12
"""Up to as many known words are listed where an unknown one is refused."""
MAX_PROVISIONS: Final = 500

ClauseId = Annotated[str, Meta(pattern=CLAUSE_ID, max_length=64)]
Codes = tuple[Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)], ...]
SomeCodes = Annotated[Codes, Meta(min_length=1)]
ShortText = Annotated[str, Meta(max_length=200)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Days = Annotated[int, Meta(ge=1, le=36_525)]
OnwardRule = Literal["consent", "never", "allowed"]
Direction = Literal["one_way", "both_ways"]
Unit = Literal["minutes", "hours", "days", "months", "years", "percent", "count", "date", "word", "list", "yes"]
Pair = tuple[str, str]


class UnknownTermError(ValueError):
    """A term is not of the closed vocabulary. The message names the path, the offending value and the remedy."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The codes terms may use. `elements` maps each element to its sensitivity class; `digest` names the whole.

    `provisions` maps each term of a provision to its unit. The gate reads none, so `digest` leaves them out.
    """

    digest: str
    elements: Mapping[str, str]
    purposes: frozenset[str]
    categories: frozenset[str]
    marks: frozenset[str]
    approvers: frozenset[str]
    trainings: frozenset[str]
    provisions: Mapping[str, str]

    @property
    def classes(self) -> frozenset[str]:
        """The sensitivity classes elements fall in."""
        return frozenset(self.elements.values())


class Clause(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every clause has: who to whom, and when. `starts_on`, `ends_on` are half-open days (UTC)."""

    id: ClauseId
    senders: SomeCodes = msgspec.field(name="from")
    receivers: SomeCodes = msgspec.field(name="to")
    direction: Direction = "one_way"
    starts_on: date | None = None
    ends_on: date | None = None

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Every (sender, receiver) the clause is about, sorted."""
        receivers = set(self.receivers)
        forth = {(sender, receiver) for sender in set(self.senders) for receiver in receivers if sender != receiver}
        back = {(receiver, sender) for sender, receiver in forth} if self.direction == "both_ways" else set()
        return tuple(sorted(forth | back))

    def in_force_on(self, day: date) -> bool:
        """Tell whether the clause applies on the day; its end day is the first it does not."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day < self.ends_on)


class Share(Clause, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="share"):
    """Permits: these elements, of these categories, for these purposes, unless the subject is excluded."""

    purposes: SomeCodes
    categories: SomeCodes
    elements: SomeCodes
    excluded: Codes = ()
    onward: OnwardRule = "consent"
    retention_days: Days | None = None
    approvals: Codes = ()
    quota_per_day: Count | None = None
    training: Codes = ()


class Exclude(Clause, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="exclude"):
    """Forbids what concerns a subject with one of `marks`; `classes` empty means every sensitivity class."""

    marks: SomeCodes
    categories: Codes = ()
    classes: Codes = ()


class Onward(Clause, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="onward"):
    """What the receiver may pass on of the sender's records. `consent` unless said otherwise."""

    rule: OnwardRule = "consent"
    categories: Codes = ()


class Quota(Clause, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="quota"):
    """One daily limit over several `share` clauses, named by their ids."""

    clauses: Annotated[tuple[ClauseId, ...], Meta(min_length=1)]
    per_day: Count


class Approval(Clause, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="approval"):
    """A post of each function of the sender approves before anything of it leaves."""

    functions: SomeCodes
    purposes: Codes = ()
    categories: Codes = ()
    classes: Codes = ()


class Retention(Clause, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="retention"):
    """How long the receiver may keep what it got."""

    days: Days
    categories: Codes = ()


class Training(Clause, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="training"):
    """Forbids sending to a receiver who has not shown training for the functions."""

    functions: SomeCodes
    purposes: Codes = ()
    categories: Codes = ()
    classes: Codes = ()


AnyClause = Share | Exclude | Onward | Quota | Approval | Retention | Training


class Provision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the text lays down beside its clauses: a period, a number, a name; with the words it stands in.

    `term` is a code of the catalogue of provisions, `unit` that term's. `section` is the heading's number as written.
    """

    term: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
    value: bool | Annotated[int, Meta(ge=0, le=1_000_000)] | ShortText | tuple[ShortText, ...]
    unit: Unit
    section: Annotated[str, Meta(max_length=100)] = ""
    words: Annotated[str, Meta(max_length=4000)] = ""


class Terms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All enforceable clauses of one version, and what else its text lays down."""

    schema: Literal["comity/terms/1"]
    clauses: Annotated[tuple[AnyClause, ...], Meta(max_length=MAX_CLAUSES)]
    provisions: Annotated[tuple[Provision, ...], Meta(max_length=MAX_PROVISIONS)] = ()

    @property
    def pairs(self) -> frozenset[Pair]:
        """Every (sender, receiver) some clause is about."""
        return frozenset(pair for clause in self.clauses for pair in clause.pairs)

    @property
    def restricted_pairs(self) -> frozenset[Pair]:
        """The pairs whose receiver is bound in what it may pass on."""
        return frozenset(pair for clause in self.clauses if restricts_onward(clause) for pair in clause.pairs)


def restricts_onward(clause: AnyClause) -> bool:
    """Tell whether the clause limits what a receiver may pass on."""
    return (isinstance(clause, Share) and clause.onward != "allowed") or (
        isinstance(clause, Onward) and clause.rule != "allowed"
    )


def permits(clause: AnyClause) -> bool:
    """Tell whether the clause lets something go, or frees what was received."""
    return isinstance(clause, Share) or (isinstance(clause, Onward) and clause.rule == "allowed")


def read_terms(stored: object) -> Terms:
    """Return the terms a JSON value states; raise `UnknownTermError` for a field or form that is not of the schema."""
    try:
        return msgspec.convert(stored, Terms)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        path = place.strip("`").removeprefix("$.") or "terms"
        raise UnknownTermError(f"`{path}`: {what[:1].lower()}{what[1:]}; {_remedy(stored, path)}") from error


def _remedy(stored: object, path: str) -> str:
    """Say which words stand at a path: the fields of a clause of its kind, else the kinds, else the top level."""
    kinds = {str(kind.__struct_config__.tag): kind for kind in get_args(AnyClause)}
    if path.startswith("provisions"):
        return f"a provision has {', '.join(f'`{name}`' for name in _fields(Provision))}"
    place = re.match(r"clauses\[(\d+)\]", path)
    if place is None:
        return f'terms are {{"schema": "{SCHEMA}", "clauses": [...]}}'
    match stored:
        case {"clauses": [*clauses]}:
            clause = clauses[int(place[1])]
            kind = clause.get("kind") if isinstance(clause, Mapping) else None
            if isinstance(kind, str) and kind in kinds:
                return f"a `{kind}` clause has {', '.join(f'`{name}`' for name in _fields(kinds[kind]))}"
    return f"a clause is of kind {', '.join(f'`{kind}`' for kind in kinds)}"


def _fields(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(kind))


def plain_terms(terms: Terms) -> dict[str, object]:
    """Return the terms as JSON values, every default written out: what is stored and signed."""
    plain: dict[str, object] = msgspec.to_builtins(terms)
    return plain


def check_terms(terms: Terms, *, vocabulary: Vocabulary, parties: Collection[str]) -> None:
    """Raise `UnknownTermError` for the first code that law, directory, the parties or the catalogue do not know."""
    for error in unknown_terms(terms, vocabulary=vocabulary, parties=parties):
        raise error


def unknown_terms(terms: Terms, *, vocabulary: Vocabulary, parties: Collection[str]) -> Iterator[UnknownTermError]:
    """Yield a complaint for every code that law, directory, the parties or the catalogue do not know."""
    yield from _unknown_provisions(terms.provisions, vocabulary.provisions)
    ids: set[str] = set()
    shares = {clause.id for clause in terms.clauses if isinstance(clause, Share)}
    for place, clause in enumerate(terms.clauses):
        path = f"clauses[{place}]"
        if clause.id in ids:
            yield UnknownTermError(f"`{path}.id`: `{clause.id}` stands twice; give each clause its own id")
        ids.add(clause.id)
        if not clause.pairs:
            yield UnknownTermError(f"`{path}`: from and to are the same agency; name two of the parties")
        if clause.starts_on and clause.ends_on and clause.ends_on <= clause.starts_on:
            yield UnknownTermError(f"`{path}.ends_on`: `{clause.ends_on}` is not after starts_on; correct the dates")
        for name, codes, known, where in _codes(clause, vocabulary, parties, shares):
            for index, code in enumerate(codes):
                if code not in known:
                    yield UnknownTermError(_unknown(f"{path}.{name}[{index}]", code, known, where))


def _unknown_provisions(provisions: Collection[Provision], known: Mapping[str, str]) -> Iterator[UnknownTermError]:
    for place, one in enumerate(provisions):
        path = f"provisions[{place}]"
        if one.term not in known:
            yield UnknownTermError(_unknown(f"{path}.term", one.term, known, "the catalogue of provisions"))
        elif one.unit != known[one.term]:
            yield UnknownTermError(f"`{path}.unit`: `{one.term}` is counted in {known[one.term]}; write that unit")


def _codes(
    clause: AnyClause, words: Vocabulary, parties: Collection[str], shares: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...], Collection[str], str]]:
    """Yield (field, codes, what is known, where the known ones are listed) for each coded field of the clause."""
    yield "from", clause.senders, parties, "the parties of the agreement"
    yield "to", clause.receivers, parties, "the parties of the agreement"
    catalogue = {
        "purposes": (words.purposes, "the purposes of the law"),
        "categories": (words.categories, "the data categories of the law"),
        "elements": (words.elements, "the element catalogue of the law"),
        "excluded": (words.marks, "the marks of the law"),
        "marks": (words.marks, "the marks of the law"),
        "classes": (words.classes, "the sensitivity classes of the law"),
        "approvals": (words.approvers, "the functions of posts"),
        "training": (words.trainings, "the functions of training"),
        "clauses": (shares, "the share clauses of the agreement"),
        "functions": (words.trainings, "the functions of training")
        if isinstance(clause, Training)
        else (words.approvers, "the functions of posts"),
    }
    for name, (known, where) in catalogue.items():
        yield name, getattr(clause, name, ()), known, where


def _unknown(path: str, code: str, known: Collection[str], where: str) -> str:
    near = difflib.get_close_matches(code, sorted(known), n=3)
    few = f": {', '.join(f'`{word}`' for word in sorted(known))}" if 0 < len(known) <= FEW else ""
    hint = f"did you mean {', '.join(f'`{word}`' for word in near)}?" if near else f"choose one of {where}{few}"
    return f"`{path}`: `{code}` is not among {where}; {hint}"


def is_slug(text: str) -> bool:
    """Tell whether `text` can stand in a rule's text unescaped."""
    return _SLUG.fullmatch(text) is not None
