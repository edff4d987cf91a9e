"""`comity law check`: what is wrong, missing or about to end in the law. A node is needed for a loaded release only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from comity.doors.cli.law_folder import read_folder, read_tables_folder
from comity.doors.cli.mistakes import NOT_WELL, MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import note, say, say_json
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.check import Finding, Severity, check_release
from comity.standing.law.lint import LintError
from comity.standing.law.rules import Release, shipped_release
from comity.standing.law.tables import TableError, Tables, read_tables

STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow"}
WITHOUT_NODE = "whether counsel approved was not looked at: name a loaded release with `--release`"


@dataclass(frozen=True, slots=True)
class Checking:
    """How to check: the folder of decision tables, the day that tells what ends soon, the form of the answer."""

    tables: str | None
    on: str | None
    form: str


def check_sources(folder: str | None, checking: Checking) -> int:
    """Check a folder, or the packs shipped; return the exit code. No node is opened."""
    try:
        release = shipped_release() if folder is None else read_folder(folder)
    except LintError as error:
        remedy = "mend the folder; `comity law export FOLDER` writes one as it should be"
        found = [Finding(Severity.ERROR, "broken", "", problem, remedy) for problem in error.problems]
    else:
        on = _day(checking.on) or datetime.now(UTC).date()
        found = [*check_release(release, on=on, catalogue=load_catalogue(), tables=_tables(checking))]
    code = _told(found, checking)
    if checking.form != "json":
        note(WITHOUT_NODE)
    return code


def check_loaded(node: Node, release_id: str, checking: Checking) -> int:
    """Check a loaded release, and whether counsel approved its rules; return the exit code."""
    from comity.doors.cli.acting import STEWARD
    from comity.doors.cli.law_release_chosen import chosen_release
    from comity.spine.tenancy.transaction import reading
    from comity.standing.law.approvals import list_unsigned
    from comity.standing.law.selectors import read_release

    chosen = chosen_release(node, release_id, ())
    with reading(STEWARD):
        release: Release = read_release(chosen.id)
        unsigned = list_unsigned(release)
    found = check_release(
        release,
        on=_day(checking.on) or node.now().date(),
        catalogue=load_catalogue(),
        tables=_tables(checking),
        standing=chosen,
        unsigned=unsigned,
    )
    return _told(found, checking)


def _tables(checking: Checking) -> Tables | None:
    if checking.tables is None:
        return None
    try:
        return read_tables(read_tables_folder(checking.tables))
    except TableError as error:
        raise MistakeError("--tables", str(error), "give the folder of the decision tables") from None


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise MistakeError("--on", f"`{text}` is not a day", "write a day, `2026-07-01`") from None


def _told(found: Sequence[Finding], checking: Checking) -> int:
    """Print the findings; return 1 when one is an error, for a warning may stand."""
    errors = sum(one.severity is Severity.ERROR for one in found)
    if checking.form == "json":
        for one in found:
            say_json(
                {
                    "severity": one.severity.value,
                    "code": one.code,
                    "rule": one.rule,
                    "words": one.words,
                    "remedy": one.remedy,
                }
            )
        return NOT_WELL if errors else 0
    for one in found:
        name = f"rule {one.rule}: " if one.rule and f"`{one.rule}`" not in one.words else ""
        say(f"{one.severity.value}: {name}{one.words}", style=STYLES[one.severity])
        say(f"  → {one.remedy}")
    if checking.tables is None:
        note("decision tables were not looked at: give their folder with `--tables`")
    say(f"{errors} errors, {len(found) - errors} warnings" if found else "nothing to mend was found")
    return NOT_WELL if errors else 0
