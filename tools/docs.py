"""Writes the parts of the documentation that the code already says: `python -m tools.docs`, `--check` to compare only.

A page that is generated whole begins with `MADE`. In other pages the lines between `<!-- made: NAME -->` and
`<!-- end: NAME -->`, or a diagram's fence, are replaced. No database is needed: settings are read, nothing connects.
"""

import difflib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
MADE: Final = "<!-- Made from the code by `python -m tools.docs`; change the code and run it again. -->\n\n"


def set_up() -> None:
    """Let Django's models be imported, with a home folder where there is no node."""
    os.environ["COMITY_HOME"] = str(Path(tempfile.gettempdir()) / "comity-docs-no-node")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")
    import django  # noqa: PLC0415 - after the environment is set

    django.setup()


def pages() -> Iterator[tuple[Path, str]]:
    """Yield every page that is made, or holds something made, with the text it should have."""
    from tools.pages import (  # noqa: PLC0415 - after set_up
        acts,
        api,
        architecture,
        commands,
        errors,
        law,
        readings,
        states,
        tables,
        templates,
    )

    whole: dict[str, Callable[[], str]] = {
        "reference/acts.md": acts.page,
        "reference/api.md": api.page,
        "reference/catalogue.md": law.catalogue_page,
        "reference/cli.md": commands.page,
        "reference/errors.md": errors.page,
        "reference/law-coverage.md": law.coverage_page,
        "reference/law-settings.md": law.settings_page,
        "reference/provisions.md": readings.page,
        "reference/rules.md": law.rules_page,
        "reference/tables.md": tables.page,
        "reference/templates.md": templates.page,
    }
    for name, make in whole.items():
        yield DOCS / name, MADE + make()
    for name, table in states.tables().items():
        path = DOCS / "reference" / "states" / name
        yield path, states.page(path, table)
    path = DOCS / "explanation" / "architecture.md"
    yield path, architecture.page(path)


def stale() -> Iterator[tuple[Path, str, str]]:
    """Yield (page, text it has, text it should have) of every page that is not as the code says."""
    for path, wanted in pages():
        found = path.read_text("utf-8") if path.exists() else ""
        if found != wanted:
            yield path, found, wanted


def difference(path: Path, found: str, wanted: str) -> str:
    """Return what is to be changed, as a unified diff."""
    name = path.relative_to(ROOT).as_posix()
    lines = difflib.unified_diff(found.splitlines(True), wanted.splitlines(True), name, f"{name} (from the code)")
    return "".join(lines)


def main(arguments: list[str]) -> int:
    """Write stale pages, or with `--check` show what is stale; return the exit code."""
    set_up()
    todo = list(stale())
    if "--check" in arguments:
        for path, found, wanted in todo:
            sys.stdout.write(difference(path, found, wanted))
        if todo:
            sys.stdout.write(f"{len(todo)} pages are stale; run `make docs`\n")
        return int(bool(todo))
    for path, _, wanted in todo:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted, "utf-8")
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
