"""`comity directory`: the lists of agencies taken in, and what the directory knows."""

import csv
from pathlib import Path
from typing import Final

from comity.doors.cli.acting import STEWARD, find_agency
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import progress, say, say_facts, say_json, say_table
from comity.spine.tenancy.transaction import reading
from comity.standing.directory import selectors
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.import_report import ImportReport
from comity.standing.directory.importers import import_agencies, import_participants
from comity.standing.directory.rules import AGENCY_COLUMNS, PARTICIPANT_COLUMNS, Outcome
from comity.standing.directory.selectors import list_agency_page
from comity.standing.directory.vocabulary import AgencyKind, Hosting

KINDS: Final = {"fbi": AGENCY_COLUMNS, "287g": PARTICIPANT_COLUMNS}
"""The lists that can be taken in, and the columns each is known by."""
WORDS: Final = {
    Outcome.NEW: "new: entered",
    Outcome.MATCHED: "matched: known already",
    Outcome.AMBIGUOUS: "ambiguous: a person decides",
    Outcome.REFUSED: "refused: nothing taken from the line",
}
SHOWN: Final = 10


def import_list(node: Node, *, file: Path, kind: str | None, report_file: Path | None, form: str) -> None:
    """Take a public list into the directory in one transaction, and say what became of its lines."""
    lines = _count_lines(file)
    chosen = kind or _guess(file)
    with progress(f"lines of {file.name}", total=lines) as bar:

        def dealt_with(done: int) -> None:
            bar(done, max(lines, done))

        if chosen == "fbi":
            report = import_agencies(by=STEWARD, now=node.now(), path=file, progress=dealt_with)
        else:
            report = import_participants(by=STEWARD, now=node.now(), path=file, progress=dealt_with)
    if report_file is not None:
        _write_report(report, report_file)
    if form == "json":
        say_json(_as_json(report))
    else:
        _say_report(report, report_file)


def _count_lines(file: Path) -> int:
    try:
        with file.open("rb") as content:
            return max(0, sum(block.count(b"\n") for block in iter(lambda: content.read(1 << 20), b"")) - 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise MistakeError("FILE", f"`{file}` cannot be read: {why}", "give the path of a list") from None


def _guess(file: Path) -> str:
    """Return which list a file is by its heading; raises `MistakeError`."""
    with file.open("rb") as content:
        first = content.readline(1 << 16).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    heading = next(csv.reader([first]), [])
    for kind, columns in KINDS.items():
        if set(columns) <= set(heading):
            return kind
    known = "; ".join(f"`{kind}` has the columns {', '.join(columns)}" for kind, columns in KINDS.items())
    raise MistakeError(
        "FILE", f"`{file.name}` is neither list: its heading fits none", f"give the published file: {known}"
    )


def _say_report(report: ImportReport, report_file: Path | None) -> None:
    say(f"{report.read:,} lines of {report.source.file} (SHA-256 {report.source.sha256})")
    say_table(("lines", "became"), [(f"{report.counts[outcome]:,}", words) for outcome, words in WORDS.items()])
    for outcome in (Outcome.AMBIGUOUS, Outcome.REFUSED):
        listed = report.of(outcome)
        if listed:
            say("")
            rows = [(one.line, one.names, one.reason) for one in listed[:SHOWN]]
            say_table(("line", outcome.value, "why"), rows)
            if report.counts[outcome] > SHOWN:
                say(f"and {report.counts[outcome] - SHOWN:,} more; `--report FILE` writes them down")
    if report_file is not None:
        say("", f"written to {report_file}")


def _write_report(report: ImportReport, file: Path) -> None:
    lines = [finding for finding in report.findings if finding.outcome in {Outcome.AMBIGUOUS, Outcome.REFUSED}]
    with file.open("w", encoding="utf-8", newline="") as target:
        rows = csv.writer(target)
        rows.writerow(("line", "outcome", "names", "reason"))
        rows.writerows((one.line, one.outcome.value, one.names, one.reason) for one in lines)
        left_out = sum(report.counts[o] for o in (Outcome.AMBIGUOUS, Outcome.REFUSED)) - len(lines)
        if left_out:
            rows.writerow(("", "", "", f"{left_out} more lines were counted but not kept"))


def _as_json(report: ImportReport) -> dict[str, object]:
    kept = [one for one in report.findings if one.outcome in {Outcome.AMBIGUOUS, Outcome.REFUSED}]
    return {
        "source": report.source.name,
        "file": report.source.file,
        "sha256": report.source.sha256,
        "read": report.read,
        "counts": {outcome.value: count for outcome, count in report.counts.items()},
        "findings": [
            {"line": one.line, "outcome": one.outcome.value, "names": one.names, "reason": one.reason} for one in kept
        ],
    }


def show(node: Node, *, name: str, form: str) -> None:
    """Print one agency with its posts and who holds them, its contact points and what lists say of it."""
    now = node.now()
    with reading(STEWARD):
        agency = find_agency(name, "AGENCY")
        parent = selectors.get_agency(agency.parent_id).code if agency.parent_id else ""
        posts = selectors.list_posts_of(agency.id)
        holders = selectors.list_holders([post.id for post in posts], now)
        officers = selectors.list_officers([holder.officer_id for holder in holders.values()])
        contacts = selectors.list_contact_points(agency.id)
        listings = selectors.list_participations([agency.id])
    held = {
        post_id: f"{officers[holder.officer_id].reference} ({holder.kind.value})" for post_id, holder in holders.items()
    }
    if form == "json":
        whole = _agency_json(agency) | {
            "parent": parent,
            "posts": [
                {"code": p.code, "title": p.title, "function": p.function.value, "holder": held.get(p.id)}
                for p in posts
            ],
            "contact_points": [{"kind": c.kind.value, "value": c.value, "hours": c.hours} for c in contacts],
            "listings": [{"model": one.model.value, "words": one.words} for one in listings],
        }
        say_json(whole)
        return
    say(agency.name, style="bold")
    say_facts(
        {
            "code": agency.code,
            "ORI": agency.ori,
            "kind": _words(agency.kind),
            "state": agency.state,
            "part of": parent,
            "hosted": agency.hosting.value,
            "address": agency.address,
            "powers": ", ".join(sorted(map(_words, agency.powers))),
            "limits": ", ".join(sorted(map(_words, agency.limits))),
            "counties": ", ".join(agency.counties),
            "reached": "; ".join(f"{c.value} ({c.hours})" for c in contacts),
            "287(g)": "; ".join(f"{_words(one.model)}, {one.words}" for one in listings),
        }
    )
    if posts:
        say("")
        rows = [(p.code, p.title, _words(p.function), held.get(p.id, "nobody")) for p in posts]
        say_table(("post", "title", "function", "held by badge"), rows)


def list_agencies(
    *,
    state: str | None,
    kind: AgencyKind | None,
    hosting: Hosting | None,
    after: str,
    limit: int,
    form: str,
) -> None:
    """Print agencies by code."""
    with reading(STEWARD):
        found = list_agency_page(
            kind=kind, state=state.upper() if state else None, hosting=hosting, after=after, limit=limit + 1
        )
    page = found[:limit]
    if form == "json":
        for agency in page:
            say_json(_agency_json(agency))
        return
    rows = [(a.code, a.ori or "", _words(a.kind), a.state, a.hosting.value, a.name) for a in page]
    say_table(("code", "ORI", "kind", "state", "hosted", "name"), rows)
    if len(found) > limit:
        say(f"there are more: `--after {page[-1].code}`, or a larger `--limit`")


def _agency_json(agency: AgencyFacts) -> dict[str, object]:
    return {
        "code": agency.code,
        "ori": agency.ori,
        "name": agency.name,
        "kind": agency.kind.value,
        "state": agency.state,
        "hosting": agency.hosting.value,
        "powers": sorted(agency.powers),
        "limits": sorted(agency.limits),
        "counties": agency.counties,
        "address": agency.address,
    }


def _words(code: str) -> str:
    return str(code).replace("_", " ")
