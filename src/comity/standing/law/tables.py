"""Decision tables as a lawyer reads and signs them: which of their columns are rules, and what each says. Pure."""

import csv
import io
from collections.abc import Mapping
from typing import Final

APPLIES, DOES_NOT = "applies", "does not"
PARTIES: Final = "parties.csv"
"""The file beside the tables that says who the parties in them are."""
_FIRST, _LAST = "clause", "headline"

Tables = Mapping[str, frozenset[str]]
"""Rule id to the words its column holds in some row: `applies`, `does not`."""


class TableError(ValueError):
    """A file is no decision table; the message names it."""


def read_tables(files: Mapping[str, str]) -> Tables:
    """Return what tables (file name to CSV) say of each rule; raises `TableError`.

    The columns between `clause` and `headline` are rules.
    """
    seen: dict[str, set[str]] = {}
    for name, text in sorted(files.items()):
        if name == PARTIES:
            continue
        reader = csv.DictReader(io.StringIO(text), strict=True)
        try:
            header = list(reader.fieldnames or ())
            first = header.index(_FIRST) + 1
            rules = header[first : header.index(_LAST, first)]
            for row in reader:
                for rule in rules:
                    seen.setdefault(rule, set()).add(row[rule] or "")
        except (ValueError, csv.Error):
            raise TableError(f"`{name}` is no decision table: it has no columns `{_FIRST}` … `{_LAST}`") from None
    return {rule: frozenset(words) for rule, words in seen.items()}
