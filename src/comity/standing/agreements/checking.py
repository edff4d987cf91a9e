"""What is wrong with an agreement as it was written, before anybody drafts it: every place, not the first. Pure.

Both doors ask here, whatever form it was written in; offering then refuses nothing that drafting let pass.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comity.kernel.time import EmptyPeriodError, NaiveTimeError, Period, utc_text
from comity.standing.agreements.terms import (
    MAX_CLAUSES,
    MAX_PROVISIONS,
    SCHEMA,
    AnyClause,
    Terms,
    UnknownTermError,
    Vocabulary,
    plain_terms,
    read_terms,
    unknown_terms,
)
from comity.standing.agreements.vocabulary import AgreementKind, PartyRole

MOST_PAIRS: Final = 200_000
"""How many pairs of sender and receiver all clauses together may name; each is a row the gate looks through."""

CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,62}")
"""What the code of an agreement or agency looks like."""
_TAKEN: Final = frozenset({"due", "import", "new", "passkeys", "validate"})
"""No codes: addresses of the API and of the console."""
_NEEDED: Final = ("code", "title", "kind", "starts_at", "parties", "text", "clauses")
_MOST: Final = {"clauses": MAX_CLAUSES, "provisions": MAX_PROVISIONS}
_PLACE: Final = re.compile(r"(clauses|provisions)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that offering would refuse. `field` is a path such as `clauses[3].elements[0]`."""

    field: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A clause that could be read, and where it was written, from 0."""

    place: int
    clause: AnyClause


@dataclass(frozen=True, slots=True)
class Written:
    """An agreement in which offering would find nothing wrong. `terms`: every default written out."""

    code: str
    title: str
    kind: AgreementKind
    parties: Mapping[str, PartyRole]
    text: str
    terms: Mapping[str, object]
    period: Period


def list_flaws(
    raw: Mapping[str, object], *, vocabulary: Vocabulary, agencies: Collection[str], listed: str
) -> Iterator[Flaw]:
    """Yield everything that is wrong with an agreement as it was written, one after the other as it is found.

    `raw` holds `code`, `title`, `kind`, `starts_at`, `parties` (agency code to role), `text`, `clauses` and where it is
    said `ends_at`, `provisions`. `agencies`: the codes that the directory knows, of the parties'; `listed` shows them.
    """
    for name in _NEEDED:
        if name not in raw:
            yield Flaw(name, "is missing", f"give `{name}`")
    yield from _text_flaws(raw)
    yield from _period_flaws(raw)
    yield from _party_flaws(raw, agencies, listed)
    if not _items(raw, "clauses"):
        yield Flaw("clauses", "there are none", "write at least one clause")
    for part, most in _MOST.items():
        if len(_items(raw, part)) > most:
            yield Flaw(part, f"there are more than {most}", "write several agreements, or fewer for more agencies each")
            return
    yield from _unreadable(raw)
    yield from _unknown_codes(raw, readable_clauses(raw), vocabulary)


def readable_clauses(raw: Mapping[str, object]) -> list[Placed]:
    """Return the clauses that can be read, each by itself."""
    return [Placed(place, clause) for place, one in _readable(raw, "clauses") for clause in one.clauses]


def written_of(raw: Mapping[str, object]) -> Written:
    """Return what was written in `raw`, in which `list_flaws` found nothing."""
    match raw:
        case {"code": str(code), "title": str(title), "text": str(text), "parties": dict(parties)}:
            terms = read_terms({"schema": SCHEMA, **{name: raw[name] for name in _MOST if name in raw}})
            return Written(
                code=code,
                title=title,
                kind=AgreementKind(str(raw["kind"])),
                parties={name: PartyRole(role) for name, role in parties.items()},
                text=text.strip() + "\n",
                terms=plain_terms(terms),
                period=_period(raw),
            )
    raise TypeError("what was written has flaws; `list_flaws` names them")


def party_codes(raw: Mapping[str, object]) -> list[str]:
    """Return the agencies named as parties that can be looked for."""
    parties = raw.get("parties")
    return [code for code in parties if isinstance(code, str) and "\0" not in code] if isinstance(parties, dict) else []


def _text_flaws(raw: Mapping[str, object]) -> Iterator[Flaw]:
    for name in ("code", "title", "text"):
        value = raw.get(name, "there")
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            yield Flaw(name, "is not a text", "write it in quotes")
        elif name == "code" and (not CODE.fullmatch(value) or value in _TAKEN):
            remedy = "use small letters, digits and hyphens, a letter first: `az-sharing-2026`"
            yield Flaw(name, f"`{value}` is no code", remedy)
    if "kind" in raw:
        yield from _not_among("kind", raw["kind"], [kind.value for kind in AgreementKind])


def _period_flaws(raw: Mapping[str, object]) -> Iterator[Flaw]:
    try:
        if "starts_at" in raw:
            period = _period(raw)
            utc_text(period.starts_at)
            utc_text(period.ends_at or period.starts_at)
    except (EmptyPeriodError, NaiveTimeError, TypeError, AttributeError, OverflowError):
        remedy = "write two instants with a zone, the end after the start: `2026-01-01T07:00:00Z`"
        yield Flaw("starts_at, ends_at", "are not a period", remedy)


def _period(raw: Mapping[str, object]) -> Period:
    match raw.get("starts_at"), raw.get("ends_at"):
        case datetime() as starts_at, (datetime() | None) as ends_at:
            return Period(starts_at, ends_at)
    raise TypeError("not two instants")


def _party_flaws(raw: Mapping[str, object], agencies: Collection[str], listed: str) -> Iterator[Flaw]:
    parties = raw.get("parties", {})
    if not isinstance(parties, dict):
        yield Flaw("parties", "is not a table", "name each party by its agency's code, with its role")
        return
    if "parties" in raw and len(parties) < len(("one", "another")):
        yield Flaw("parties", "are fewer than two", "name each party by its agency's code, with its role")
    for code, role in parties.items():
        yield from _not_among(f"parties.{code}", role, [one.value for one in PartyRole])
        if code not in agencies:
            yield Flaw(f"parties.{code}", "no such agency in the directory", f"{listed} shows them")


def _not_among(field: str, value: object, known: Collection[str]) -> Iterator[Flaw]:
    if value not in known:
        yield Flaw(field, f"`{value}` is not known", f"use one of: {', '.join(sorted(known))}")


def _items(raw: Mapping[str, object], part: str) -> Sequence[object]:
    found = raw.get(part, ())
    return found if isinstance(found, list | tuple) else ()


def _read_one(part: str, item: object) -> Terms | UnknownTermError:
    alone = {"schema": SCHEMA, "clauses": (), part: (item,)}
    try:
        return read_terms(alone)
    except UnknownTermError as error:
        return error


def _readable(raw: Mapping[str, object], part: str) -> Iterator[tuple[int, Terms]]:
    for place, item in enumerate(_items(raw, part)):
        one = _read_one(part, item)
        if isinstance(one, Terms):
            yield place, one


def _unreadable(raw: Mapping[str, object]) -> Iterator[Flaw]:
    if "provisions" in raw and not isinstance(raw["provisions"], list | tuple):
        yield Flaw("provisions", "is not a list", "write each with its term, value and unit, or leave it out")
    for part in _MOST:
        for place, item in enumerate(_items(raw, part)):
            error = _read_one(part, item)
            if isinstance(error, UnknownTermError):
                yield _flaw_of(error, {part: [place]})


def _unknown_codes(raw: Mapping[str, object], clauses: Sequence[Placed], vocabulary: Vocabulary) -> Iterator[Flaw]:
    pairs = sum(len(set(one.clause.senders)) * len(set(one.clause.receivers)) for one in clauses)
    if pairs > MOST_PAIRS:
        remedy = f"name fewer agencies a clause; all clauses together may name {MOST_PAIRS}"
        yield Flaw("clauses", f"they name {pairs} pairs of sender and receiver", remedy)
        return
    provisions = list(_readable(raw, "provisions"))
    terms = Terms(
        schema=SCHEMA,
        clauses=tuple(one.clause for one in clauses),
        provisions=tuple(provision for _, one in provisions for provision in one.provisions),
    )
    places = {"clauses": [one.place for one in clauses], "provisions": [place for place, _ in provisions]}
    parties = raw.get("parties")
    named = frozenset(parties if isinstance(parties, dict) else _agencies_in(clauses))
    for error in unknown_terms(terms, vocabulary=vocabulary, parties=named):
        yield _flaw_of(error, places)


def _agencies_in(clauses: Iterable[Placed]) -> set[str]:
    """Return the agencies the clauses name: without parties to compare them with, any will do."""
    return {code for one in clauses for code in (*one.clause.senders, *one.clause.receivers)}


def _flaw_of(error: UnknownTermError, places: Mapping[str, Sequence[int]]) -> Flaw:
    """Return the complaint under the place where it was written; `places`: that of each item that was checked."""
    path, _, rest = str(error).removeprefix("`").partition("`: ")
    message, _, remedy = rest.rpartition("; ")
    return Flaw(_PLACE.sub(lambda at: f"{at[1]}[{places[at[1]][int(at[2])]}]", path, count=1), message, remedy)
