"""An agreement's TOML file, checked as offering it would, every problem named: for `validate` and `draft`."""

import tomllib
from collections.abc import Mapping
from typing import Any

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.mistakes import UNUSABLE, MistakeError, tell
from comity.doors.cli.say import say, say_json
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.checking import Written, list_flaws, party_codes, readable_clauses, written_of
from comity.standing.agreements.explain import clause_sentence
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.directory.selectors import list_agencies_by_code


def read_written(content: bytes) -> tuple[Written | None, list[MistakeError]]:
    """Return what the file says, or None and every problem with it; raises `MistakeError` for what is no TOML."""
    raw = _read(content)
    problems = _check(raw)
    return (None, problems) if problems else (written_of(raw), [])


def _check(raw: Mapping[str, Any]) -> list[MistakeError]:
    """Return every problem."""
    with reading(STEWARD):
        known = list_agencies_by_code(party_codes(raw))
    shows = "`comity directory list`"
    flaws = list_flaws(raw, vocabulary=current_vocabulary(), agencies=known, listed=shows)
    return [MistakeError(flaw.field, flaw.message, flaw.remedy) for flaw in flaws]


def validate(*, content: bytes, language: str, form: str) -> int:
    """Check the file; print every problem, or the clauses in plain words; return the exit code."""
    raw = _read(content)
    problems, clauses = _check(raw), readable_clauses(raw)
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
