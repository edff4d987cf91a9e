"""An agreement's TOML file, checked as offering it would, every problem named: for `validate` and `draft`."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.mistakes import UNUSABLE, MistakeError, tell
from comity.doors.cli.say import say, say_json
from comity.kernel.time import EmptyPeriodError, NaiveTimeError, Period
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.explain import clause_sentence
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.terms import SCHEMA, AnyClause, Share, Terms, UnknownTermError, check_terms, read_terms
from comity.standing.agreements.vocabulary import AgreementKind, PartyRole
from comity.standing.directory.selectors import list_agencies_by_code

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_NEEDED: Final = ("code", "title", "kind", "starts_at", "parties", "text", "clauses")


@dataclass(frozen=True, slots=True)
class Placed:
    """A clause that could be read, and where it stands in the file, from 0."""

    place: int
    clause: AnyClause


@dataclass(frozen=True, slots=True)
class Written:
    """A file in which offering would find nothing wrong."""

    code: str
    title: str
    kind: AgreementKind
    parties: Mapping[str, PartyRole]
    text: str
    terms: Mapping[str, object]
    period: Period


def read_written(content: bytes) -> tuple[Written | None, list[MistakeError]]:
    """Return what the file says, or None and every problem with it; raises `MistakeError` for what is no TOML."""
    raw = _read(content)
    problems, _ = _check(raw)
    if problems:
        return None, problems
    return (
        Written(
            code=raw["code"],
            title=raw["title"],
            kind=AgreementKind(raw["kind"]),
            parties={code: PartyRole(role) for code, role in raw["parties"].items()},
            text=raw["text"].strip() + "\n",
            terms={"schema": SCHEMA, "clauses": raw["clauses"], "provisions": raw.get("provisions", [])},
            period=Period(raw["starts_at"], raw.get("ends_at")),
        ),
        [],
    )


def _check(raw: Mapping[str, Any]) -> tuple[list[MistakeError], list[Placed]]:
    """Return every problem, and the clauses that can be read."""
    problems = list(_head_problems(raw))
    clauses = _clauses(raw, problems)
    problems += _code_problems(raw, clauses)
    problems += _provision_problems(raw)
    return problems, clauses


def validate(*, content: bytes, language: str, form: str) -> int:
    """Check the file; print every problem, or the clauses in plain words; return the exit code."""
    problems, clauses = _check(_read(content))
    if form == "json":
        told = [{"field": p.field, "message": p.message, "remedy": p.remedy} for p in problems]
        say_json({"valid": not problems, "clauses": len(clauses), "problems": told})
        return UNUSABLE if problems else 0
    if problems:
        for problem in problems:
            tell(problem)
        say(f"{len(problems)} problems: this would be refused when offered")
        return UNUSABLE
    for one in clauses:
        say(f"{one.clause.id}: {clause_sentence(one.clause, language=language)}")
    say("", f"{len(clauses)} clauses, every term known: this can be offered")
    return 0


def _read(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise MistakeError("FILE", "is not UTF-8", "save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        remedy = "write it as the shipped agreements are written: keys, `[parties]`, `[[clauses]]`"
        raise MistakeError("FILE", f"is not TOML: {str(error)[:1].lower()}{str(error)[1:]}", remedy) from None


def _head_problems(raw: Mapping[str, Any]) -> Iterator[MistakeError]:
    for name in _NEEDED:
        if name not in raw:
            yield MistakeError(name, "is missing", f"give `{name}`")
    yield from _text_problems(raw)
    if "kind" in raw:
        yield from _unknown("kind", raw["kind"], [kind.value for kind in AgreementKind])
    try:
        if "starts_at" in raw:
            Period(raw["starts_at"], raw.get("ends_at"))
    except (EmptyPeriodError, NaiveTimeError, TypeError, AttributeError):
        remedy = "write two instants with a zone, the end after the start: `2026-01-01T07:00:00Z`"
        yield MistakeError("starts_at, ends_at", "are not a period", remedy)
    parties = raw.get("parties", {})
    if not isinstance(parties, dict):
        yield MistakeError(
            "parties", "is not a table", 'write `[parties]` and below it a line `agency-code = "role"` each'
        )
        return
    with reading(STEWARD):
        known = list_agencies_by_code([code for code in parties if "\0" not in code])
    for code, role in parties.items():
        yield from _unknown(f"parties.{code}", role, [one.value for one in PartyRole])
        if code not in known:
            yield MistakeError(
                f"parties.{code}", "no such agency in the directory", "`comity directory list` shows them"
            )


def _text_problems(raw: Mapping[str, Any]) -> Iterator[MistakeError]:
    for name in ("code", "title", "text"):
        value = raw.get(name, "there")
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            yield MistakeError(name, "is not a text", "write it in quotes")
        elif name == "code" and not _CODE.fullmatch(value):
            remedy = "use small letters, digits and hyphens: `az-sharing-2026`"
            yield MistakeError(name, f"`{value}` is no code", remedy)


def _unknown(field: str, value: object, known: Collection[str]) -> Iterator[MistakeError]:
    if value not in known:
        yield MistakeError(field, f"`{value}` is not known", f"use one of: {', '.join(sorted(known))}")


def _clauses(raw: Mapping[str, Any], problems: list[MistakeError]) -> list[Placed]:
    """Return the clauses that can be read; what is wrong with the others is added to `problems`."""
    stored = raw.get("clauses", [])
    if not isinstance(stored, list) or not stored:
        problems.append(MistakeError("clauses", "there are none", "write at least one `[[clauses]]`"))
        return []
    found: list[Placed] = []
    for place, clause in enumerate(stored):
        try:
            found += [Placed(place, one) for one in read_terms({"schema": SCHEMA, "clauses": [clause]}).clauses]
        except UnknownTermError as error:
            problems.append(_term_problem(error, place))
    return found


def _provision_problems(raw: Mapping[str, Any]) -> Iterator[MistakeError]:
    """Check each provision by itself: its form, and that its term and unit are of the catalogue."""
    stored = raw.get("provisions", [])
    if not isinstance(stored, list):
        yield MistakeError("provisions", "is not a list", "write `[[provisions]]` for each, or none")
        return
    for place, provision in enumerate(stored):
        try:
            terms = read_terms({"schema": SCHEMA, "clauses": [], "provisions": [provision]})
            check_terms(terms, vocabulary=current_vocabulary(), parties=())
        except UnknownTermError as error:
            yield _term_problem(error, place)


def _code_problems(raw: Mapping[str, Any], clauses: Sequence[Placed]) -> Iterator[MistakeError]:
    """Check each clause by itself: the first unknown code of every clause is named, not of the first alone."""
    vocabulary, parties = current_vocabulary(), raw.get("parties")
    shares = tuple(one.clause for one in clauses if isinstance(one.clause, Share))
    ids: set[str] = set()
    for one in clauses:
        clause = one.clause
        named = set(parties) if isinstance(parties, dict) else {*clause.senders, *clause.receivers}
        beside = () if isinstance(clause, Share) else shares
        try:
            check_terms(Terms(schema=SCHEMA, clauses=(clause, *beside)), vocabulary=vocabulary, parties=named)
        except UnknownTermError as error:
            if "clauses[0]" in str(error):
                yield _term_problem(error, one.place)
        if clause.id in ids:
            yield MistakeError(f"clauses[{one.place}].id", f"`{clause.id}` stands twice", "give each clause its own id")
        ids.add(clause.id)


def _term_problem(error: UnknownTermError, place: int) -> MistakeError:
    """Return the complaint about the first clause of a check, under that clause's place in the file."""
    told = re.sub(r"(clauses|provisions)\[0\]", rf"\1[{place}]", str(error), count=1)
    path, _, rest = told.removeprefix("`").partition("`: ")
    message, _, remedy = rest.partition("; ")
    return MistakeError(path, message, remedy)
