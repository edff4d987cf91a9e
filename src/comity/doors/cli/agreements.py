"""`comity agreement`: what was agreed, in plain words; suspending and resuming; checking terms before they are offered."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from comity.doors.cli.acting import STEWARD, acting_as
from comity.doors.cli.input import read_bytes
from comity.doors.cli.mistakes import UNUSABLE, MistakeError, tell
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, say, say_facts, say_json, say_table
from comity.kernel.time import EmptyPeriodError, NaiveTimeError, Period
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import resume_agreement, suspend_agreement
from comity.standing.agreements.explain import clause_sentence
from comity.standing.agreements.facts import AgreementFacts
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.selectors import get_agreement_by_code, list_agreements, list_events, list_versions
from comity.standing.agreements.terms import SCHEMA, AnyClause, Share, Terms, UnknownTermError, check_terms, read_terms
from comity.standing.agreements.vocabulary import AgreementKind, PartyRole, SuspensionReason
from comity.standing.directory.selectors import list_agencies, list_agencies_by_code, list_posts

SHOWN: Final = 20
_EXPECTED: Final = ("code", "title", "kind", "starts_at", "parties", "text", "clauses")


def show_all(node: Node, *, form: str) -> None:
    """Print every agreement of the node and where it stands now."""
    now = node.now()
    with reading(STEWARD):
        found = list_agreements()
    if form == "json":
        for one in found:
            say_json(_agreement_json(one, now))
        return
    rows = [(a.code, _words(a.standing(now)), _words(a.kind), _parties(a), _period(a.period), a.title) for a in found]
    say_table(("code", "standing", "kind", "parties", "period", "title"), rows)


def show_one(node: Node, *, code: str, parts: Collection[str], language: str, form: str) -> None:
    """Print an agreement; `parts` may hold `text` and `clauses` (each clause in plain words)."""
    now = node.now()
    with reading(STEWARD):
        agreement = get_agreement_by_code(code)
        versions = list_versions(agreement.id)
    current = next((v for v in versions if v.id == agreement.current_version_id), versions[-1] if versions else None)
    clauses = read_terms(current.terms).clauses if current and "clauses" in parts else ()
    if form == "json":
        whole = _agreement_json(agreement, now)
        if current is not None:
            whole |= {"version": current.number, "digest": current.digest}
            whole |= {"text": current.text} if "text" in parts else {}
            whole |= {"terms": current.terms} if "clauses" in parts else {}
        say_json(whole)
        return
    say(agreement.title, style="bold")
    waits = [v for v in versions if current and v.number > current.number]
    say_facts(
        {
            "code": agreement.code,
            "standing": _words(agreement.standing(now)),
            "suspended because": _words(agreement.suspended_reason),
            "kind": _words(agreement.kind),
            "parties": _parties(agreement),
            "period": _period(agreement.period),
            "version": f"{current.number}, digest {current.digest}" if current else "none offered yet",
            "signed by": f"{len(current.signed_by)} of {len(current.parties)} parties" if current else "",
            "waits": f"version {waits[-1].number}, offered {moment(waits[-1].offered_at)}" if waits else "",
        }
    )
    for clause in clauses:
        say("", f"clause `{clause.id}`", style="bold")
        say(f"  {clause_sentence(clause, language=language)}")
    if current and "text" in parts:
        say("", current.text)


def suspend(node: Node, *, code: str, acting: str, reason: SuspensionReason) -> None:
    """Suspend an agreement in force: from now on nothing leaves under it."""
    by = acting_as(acting)
    with reading(by):
        agreement = get_agreement_by_code(code)
    suspend_agreement(by=by, now=node.now(), agreement_id=agreement.id, reason=reason)
    say(f"`{code}` is suspended: nothing leaves under it any more, and what was on its way is stopped")


def resume(node: Node, *, code: str, acting: str) -> None:
    """Resume a suspended agreement."""
    by = acting_as(acting)
    with reading(by):
        agreement = get_agreement_by_code(code)
    resume_agreement(by=by, now=node.now(), agreement_id=agreement.id)
    say(f"`{code}` is in force again")


def history(node: Node, *, code: str, form: str) -> None:
    """Print what happened to an agreement, oldest first."""
    del node
    with reading(STEWARD):
        agreement = get_agreement_by_code(code)
        events = list_events(agreement.id)
        versions = {version.id: version.number for version in list_versions(agreement.id)}
        agencies = list_agencies({event.agency_id for event in events})
        posts = list_posts({event.post_id for event in events})
    rows = []
    for event in events:
        agency, post = agencies.get(event.agency_id), posts.get(event.post_id)
        who = f"{agency.code}/{post.code}" if agency and post else "the node's steward"
        number = versions.get(event.version_id) if event.version_id else None
        rows.append((event.at, event.event.value, number, event.reason, who))
    if form == "json":
        for at, event_name, number, reason, who in rows:
            say_json({"at": at, "event": event_name, "version": number, "reason": reason or None, "by": who})
        return
    say_table(
        ("at", "event", "version", "reason", "by"),
        [(moment(at), _words(name), number or "", _words(reason), who) for at, name, number, reason, who in rows],
    )


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of an agreement's file found: problems, and its clauses when there is none."""

    problems: tuple[MistakeError, ...]
    clauses: tuple[AnyClause, ...]


def validate(node: Node, *, file: str, language: str, form: str) -> int:
    """Check an agreement's TOML file as offering it would; print every problem, or the clauses in plain words."""
    del node
    checked = _check(read_bytes(file, "FILE"))
    if form == "json":
        problems = [{"field": p.field, "message": p.message, "remedy": p.remedy} for p in checked.problems]
        say_json({"valid": not problems, "clauses": len(checked.clauses), "problems": problems})
        return UNUSABLE if problems else 0
    for problem in checked.problems:
        tell(problem)
    if checked.problems:
        say(f"{len(checked.problems)} problems: this would be refused when offered")
        return UNUSABLE
    for clause in checked.clauses:
        say(f"{clause.id}: {clause_sentence(clause, language=language)}")
    say("", f"{len(checked.clauses)} clauses, every term known: this can be offered")
    return 0


def _check(content: bytes) -> Checked:
    try:
        raw = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise MistakeError("FILE", "is not UTF-8", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise MistakeError("FILE", f"is not TOML: {error}", "see the shipped agreements for the form") from None
    problems = list(_check_head(raw))
    clauses: list[AnyClause] = []
    stored = raw.get("clauses")
    if not isinstance(stored, list) or not stored:
        problems.append(MistakeError("clauses", "there are none", "write at least one `[[clauses]]`"))
        stored = []
    for place, clause in enumerate(stored):
        try:
            clauses += read_terms({"schema": SCHEMA, "clauses": [clause]}).clauses
        except UnknownTermError as error:
            problems.append(_term_problem(error, place))
    problems += _check_codes(raw, clauses, first_places=[p for p, c in enumerate(stored) if _is_read(c, clauses)])
    return Checked(tuple(problems), tuple(clauses))


def _is_read(clause: Any, clauses: Collection[AnyClause]) -> bool:  # noqa: ANN401 - whatever TOML holds
    return isinstance(clause, dict) and any(clause.get("id") == one.id for one in clauses)


def _check_head(raw: Mapping[str, Any]) -> Iterator[MistakeError]:
    for name in _EXPECTED:
        if name not in raw:
            yield MistakeError(name, "is missing", f"give `{name}`")
    yield from _not_among("kind", [raw.get("kind")] if "kind" in raw else [], [k.value for k in AgreementKind])
    parties = raw.get("parties", {})
    if not isinstance(parties, dict):
        yield MistakeError("parties", "is not a table", "write `[parties]` with agency code = role")
        return
    yield from _not_among("parties", list(parties.values()), [role.value for role in PartyRole])
    with reading(STEWARD):
        known = list_agencies_by_code([code for code in parties if "\0" not in code])
    for code in parties:
        if code not in known:
            yield MistakeError(f"parties.{code}", "no such agency in the directory", "`comity directory list` shows them")
    try:
        if "starts_at" in raw:
            Period(raw["starts_at"], raw.get("ends_at"))
    except (EmptyPeriodError, NaiveTimeError, TypeError, AttributeError) as error:
        yield MistakeError("starts_at, ends_at", str(error), "write instants with a zone: `2026-01-01T07:00:00Z`")


def _not_among(field: str, values: Collection[object], known: Collection[str]) -> Iterator[MistakeError]:
    for value in values:
        if value not in known:
            yield MistakeError(field, f"`{value}` is not known", f"use one of: {', '.join(sorted(known))}")


def _check_codes(raw: Mapping[str, Any], clauses: list[AnyClause], *, first_places: list[int]) -> Iterator[MistakeError]:
    """Check each clause by itself, so that every unknown code is named and not only the first."""
    vocabulary = current_vocabulary()
    parties = raw.get("parties")
    named = set(parties) if isinstance(parties, dict) else {c for one in clauses for c in (*one.senders, *one.receivers)}
    shares = tuple(clause for clause in clauses if isinstance(clause, Share))
    ids: set[str] = set()
    for place, clause in zip(first_places, clauses, strict=False):
        beside = tuple(share for share in shares if share.id != clause.id and not isinstance(clause, Share))
        try:
            check_terms(Terms(schema=SCHEMA, clauses=(clause, *beside)), vocabulary=vocabulary, parties=named)
        except UnknownTermError as error:
            if "`clauses[0]" in str(error):
                yield _term_problem(error, place)
        if clause.id in ids:
            yield MistakeError(f"clauses[{place}].id", f"`{clause.id}` stands twice", "give each clause its own id")
        ids.add(clause.id)


def _term_problem(error: UnknownTermError, place: int) -> MistakeError:
    """Return the complaint about the only clause of a check under that clause's place in the file."""
    path, _, rest = str(error).replace("clauses[0]", f"clauses[{place}]", 1).removeprefix("`").partition("`: ")
    message, _, remedy = rest.partition("; ")
    return MistakeError(path, message, remedy)


def _agreement_json(agreement: AgreementFacts, now: datetime) -> dict[str, object]:
    return {
        "code": agreement.code,
        "title": agreement.title,
        "kind": agreement.kind.value,
        "standing": agreement.standing(now),
        "suspended_reason": agreement.suspended_reason or None,
        "parties": {party.agency_code: party.role.value for party in agreement.parties},
        "from": agreement.period.starts_at if agreement.period else None,
        "to": agreement.period.ends_at if agreement.period else None,
    }


def _parties(agreement: AgreementFacts) -> str:
    return ", ".join(party.agency_code for party in agreement.parties)


def _period(period: Period | None) -> str:
    if period is None:
        return ""
    return f"{period.starts_at:%Y-%m-%d} to {f'{period.ends_at:%Y-%m-%d}' if period.ends_at else 'no end'}"


def _words(code: str) -> str:
    return str(code).replace("_", " ")
