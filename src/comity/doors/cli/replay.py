"""`comity agreement replay`, `comity law replay`: past decisions decided again, what would have come out otherwise."""

import os
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from comity.coordination.exchange.commands.replay import replay_law, replay_version
from comity.coordination.exchange.replayed import Line, Replayed
from comity.coordination.exchange.reread import ALTERED, NOT_READABLE, PURGED, RULES_LOST
from comity.doors.cli.acting import STEWARD, acting_as
from comity.doors.cli.law_release_chosen import chosen_release
from comity.doors.cli.mistakes import NOT_WELL
from comity.doors.cli.new_file import write_new
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, note, progress, say, say_json, say_table
from comity.doors.cli.when import parse_period
from comity.kernel.canonical import canonical
from comity.kernel.time import utc_text
from comity.spine.policy.again import QUOTA
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.candidate import find_version
from comity.standing.agreements.compile import parse_rule_id
from comity.standing.agreements.explain import clause_sentence, says
from comity.standing.agreements.selectors import NoSuchAgreementError
from comity.standing.agreements.terms import read_terms
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import ReleaseFacts, ReleaseState
from comity.standing.law.packs import Texts
from comity.standing.law.selectors import get_law_of_release, list_replays

WAITING: Final = {ReleaseState.DRAFT, ReleaseState.APPROVED}
PROCESSES: Final = max(1, os.cpu_count() or 1)
_NOBODY: Final = "nothing permits it any more"
_UNREADABLE: Final = {
    PURGED: "the facts are gone: their term is over",
    ALTERED: "the facts do not open: they were changed; `comity ledger verify` says more",
    NOT_READABLE: "the facts or outcomes are not of a form that is known",
    RULES_LOST: "the rules of then are not kept, or not as they were",
}
Words = Callable[[Line], str]


def of_version(
    node: Node,
    *,
    code: str,
    number: int | None,
    since: str,
    until: str | None,
    acting: str | None,
    out: str | None,
    form: str,
) -> int:
    """Decide a period again under a version of an agreement; return 1 unless everything came out the same."""
    by = acting_as(acting) if acting else STEWARD
    period = parse_period(since, until or utc_text(node.now()))
    with reading(by):
        version = find_version(code=code, number=number)
    with progress("decisions decided again", total=0) as bar:
        done = replay_version(
            version_id=version.id,
            period=period,
            by=by,
            now=node.now(),
            keys=node.open_keys(),
            progress=bar,
            processes=PROCESSES,
        )
    head = f"version {version.number} of `{code}`, as of {done.tried['as_of']}"
    return _tell(done, head, words=_clause_words, out=out, form=form)


def of_law(node: Node, *, release: str | None, since: str, until: str | None, out: str | None, form: str) -> int:
    """Decide a period again under a release of the law, as steward; return 1 unless everything came out the same."""
    period = parse_period(since, until or utc_text(node.now()))
    found = chosen_release(node, release, WAITING, field="RELEASE")
    with progress("decisions decided again", total=0) as bar:
        done = replay_law(
            release_id=found.id,
            period=period,
            by=STEWARD,
            now=node.now(),
            keys=node.open_keys(),
            progress=bar,
            processes=PROCESSES,
        )
    with reading(STEWARD):
        texts = get_law_of_release(found.id).texts
    head = f"release {found.id} ({found.state.value}), as of {done.tried['as_of']}"
    code = _tell(done, head, words=lambda line: _law_words(line, texts), out=out, form=form)
    if form != "json":
        _say_later(found, done)
        _say_clears(found)
    return code


def _say_later(found: ReleaseFacts, done: Replayed) -> None:
    """Name the rules of the release that begin after the day it was tried for: what they change was not seen."""
    day = date.fromisoformat(done.tried["as_of"])
    with reading(STEWARD):
        later = [one.id for one in get_law_of_release(found.id).rules if one.starts_on and one.starts_on > day]
    if later:
        say(f"! not tried, because they begin after {day}: {', '.join(later)}")


def _say_clears(found: ReleaseFacts) -> None:
    """Say whether the replay that was recorded clears the way for the release."""
    with reading(STEWARD):
        counts = list_replays(found.id)[-1].counts
    say(f"{counts.covered:,} of {counts.made or 0:,} decisions made under the law in force are of this period")
    if not counts.is_of_something:
        say("→ that clears no way for the release: decide a period again in which they were made")
    elif found.state is ReleaseState.APPROVED:
        say("→ the replay is recorded; `comity law put-in-force` may follow")


def _tell(done: Replayed, head: str, *, words: Words, out: str | None, form: str) -> int:
    is_same = not (done.different or done.undetermined or done.unreadable)
    if out is not None:
        write_new("--out", out, canonical(done.body))
    if form == "json":
        say_json({"replay": done.body, "sha256": done.digest})
        return 0 if is_same else NOT_WELL
    say(head, f"decisions from {moment(done.period.starts_at)} until {moment(done.period.ends_at)}", "")
    if not done.found:
        say("no decision of this period is open to you: nothing was decided again")
    if done.lines:
        with reading(STEWARD):
            rows = [_row(line, words) for line in done.lines]
        say_table(("rule", "what it says", "was", "is", "decisions", "for example"), rows)
        say("")
    _tell_unknown(done)
    say(*_totals(done), f"SHA-256 of the list: {done.digest} (whoever replays the same decisions gets the same)")
    if out is not None:
        note(f"the list is in {out}")
    return 0 if is_same else NOT_WELL


def _totals(done: Replayed) -> Sequence[str]:
    parts = [f"{done.same:,} the same", f"{done.different:,} otherwise"]
    parts += [f"{done.undetermined:,} not to be told"] if done.undetermined else []
    parts += [f"{done.not_bearing:,} it does not bear on"] if done.not_bearing else []
    parts += [f"{sum(done.unreadable.values()):,} not to be read"] if done.unreadable else []
    lines = [f"{done.found:,} decisions: {', '.join(parts)}"]
    if done.other_engine:
        lines.append(f"{done.other_engine:,} of them were made by another engine, which may be why they differ")
    return lines


def _tell_unknown(done: Replayed) -> None:
    known = load_catalogue().evidence
    rows = [
        (f"how often clause {code.removeprefix(QUOTA)} would have been used that day", count)
        if code.startswith(QUOTA)
        else (known[code].label("en") if code in known else code, count)
        for code, count in done.missing.items()
    ]
    if rows:
        say_table(("nobody asked for it then, and it decides now", "decisions"), rows)
        say("")
    for why, count in done.unreadable.items():
        say(f"{count:,} not decided again: {_UNREADABLE[why]}")


def _row(line: Line, words: Words) -> tuple[object, ...]:
    told = words(line) if line.rule else _NOBODY
    said = f"no longer there: {told}" if line.how == "gone" else told
    now = _said(line.now) if line.part == "outcome" else f"{_said(line.now)}, other {line.part}"
    return (
        line.rule,
        f"{said} ({line.cite})" if line.cite else said,
        _said(line.was),
        now,
        line.decisions,
        line.examples[0],
    )


def _said(word: str) -> str:
    return word.replace("_", " ") or "not asked"


def _law_words(line: Line, texts: Texts) -> str:
    return _clause_words(line) if parse_rule_id(line.rule) else get_rule_text(line.says, "en", texts=texts).says


def _clause_words(line: Line) -> str:
    """Return what the clause behind a rule says; of a rule of law, its words."""
    ref = parse_rule_id(line.rule)
    if ref is None:
        return get_rule_text(line.says, "en").says
    try:
        version = find_version(code=ref.code, number=ref.number)
    except NoSuchAgreementError:
        return says(line.says)
    clauses = read_terms(version.terms).clauses
    return next((clause_sentence(clause) for clause in clauses if clause.id == ref.clause), says(line.says))
