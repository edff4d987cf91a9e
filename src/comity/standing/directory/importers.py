"""Reading the two public lists of agencies as streams: lines to `rules`, rows to `commands.imports`.

The files are not part of Comity. Sources: fbi-agencies-2025, ice-287g-2025.
"""

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from comity.spine.tenancy.actor import Actor
from comity.standing.directory.commands.imports import Progress, import_agency_rows, import_participant_rows
from comity.standing.directory.import_report import ImportReport, Source
from comity.standing.directory.rules import (
    AGENCY_COLUMNS,
    PARTICIPANT_COLUMNS,
    Finding,
    Outcome,
    read_agency,
    read_participant,
)

AGENCIES_FILE: Final = "law-enforcement-agencies-2025.csv"
PARTICIPANTS_FILE: Final = "participating-agencies-2025.csv"
PARTICIPANTS_AS_OF: Final = date(2025, 7, 3)
HOME_STATES: Final = frozenset({"AZ", "UT"})
Row = TypeVar("Row")


class ListUnreadableError(ValueError):
    """A file is not the list it should be: missing, not UTF-8, not CSV, or without a needed column."""


def import_agencies(
    *,
    by: Actor,
    now: datetime,
    path: Path,
    home_states: frozenset[str] = HOME_STATES,
    progress: Progress = lambda _: None,
) -> ImportReport:
    """Import the FBI's list of law-enforcement agencies; safe to run again: then all matched, none new.

    One transaction; raises `ListUnreadableError`, and then nothing was written.
    """
    lines = _lines(path, AGENCY_COLUMNS, partial(read_agency, home_states=home_states))
    return import_agency_rows(by=by, now=now, source=_source(path, "fbi-agencies-2025"), rows=lines, progress=progress)


def import_participants(
    *,
    by: Actor,
    now: datetime,
    path: Path,
    as_of_on: date = PARTICIPANTS_AS_OF,
    progress: Progress = lambda _: None,
) -> ImportReport:
    """Import ICE's list of 287(g) participants as of a day; safe to run again: then all matched, none new.

    One transaction; raises `ListUnreadableError`, and then nothing was written.
    """
    lines = _lines(path, PARTICIPANT_COLUMNS, read_participant)
    return import_participant_rows(
        by=by, now=now, source=_source(path, "ice-287g-2025"), as_of_on=as_of_on, rows=lines, progress=progress
    )


def _source(path: Path, name: str) -> Source:
    try:
        with path.open("rb") as file:
            return Source(name, path.name, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise ListUnreadableError(f"`{path}` cannot be read: {error.strerror}") from error


def _lines(
    path: Path, columns: tuple[str, ...], read: Callable[[int, Mapping[str, str]], Row | Finding]
) -> Iterator[Row | Finding]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            heading = next(reader, [])
            missing = [column for column in columns if column not in heading]
            if missing:
                raise ListUnreadableError(f"`{path.name}` has no column `{missing[0]}`")
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(heading):
                    reason = f"{len(cells)} fields where the heading has {len(heading)}"
                    yield Finding(reader.line_num, Outcome.REFUSED, cells[0], reason)
                    continue
                yield read(reader.line_num, dict(zip(heading, cells, strict=True)))
        except UnicodeDecodeError as error:
            raise ListUnreadableError(f"`{path.name}` is not UTF-8 after line {reader.line_num}") from error
        except csv.Error as error:
            raise ListUnreadableError(f"`{path.name}` is not CSV at line {reader.line_num}: {error}") from error
