"""How every list is searched, sorted, paged and exported: by the words of its address, so that it can be shared."""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

PER_PAGE: Final = 25
_LONGEST_SEARCH: Final = 100
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: its name in the address, its heading, and what a row says there, for sorting and for the CSV.

    `is_personal`: it names or describes a person, so the CSV leaves it out.
    """

    name: str
    label: str | Promise
    value: Callable[[Row], Any]
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str | Promise


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: its name in the address, its label, what may be chosen."""

    name: str
    label: str | Promise
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a list. `sort` is a column's name, `is_descending` the other way round."""

    search: str
    filters: Mapping[str, str]
    sort: str
    is_descending: bool
    number: int
    is_csv: bool

    def address(self, **changed: object) -> str:
        """Return the query of the same list with something changed; back to its first page unless that is said."""
        whole: dict[str, object] = {
            "q": self.search,
            **self.filters,
            "sort": ("-" if self.is_descending else "") + self.sort,
            "page": 1,
        } | changed
        return "?" + urlencode({name: value for name, value in whole.items() if value not in {"", 1}})


def asked_of(
    request: HttpRequest, *, columns: Sequence[Column[Any]], filters: Sequence[Filter] = (), sort: str
) -> Asked:
    """Read what is asked; what is not known or not a number is left out, as an old link may still say it."""
    given = request.GET
    wanted = given.get("sort", "") or sort
    name = wanted.removeprefix("-")
    if name not in {column.name for column in columns}:
        name, wanted = sort.removeprefix("-"), sort
    chosen = {
        one.name: given.get(one.name, "") for one in filters if given.get(one.name) in {c.value for c in one.choices}
    }
    text = given.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1  # noqa: PLR2004 - digits
    return Asked(
        search=given.get("q", "").replace("\0", "").strip()[:_LONGEST_SEARCH],
        filters=chosen,
        sort=name,
        is_descending=wanted.startswith("-"),
        number=max(1, number),
        is_csv=given.get("as") == "csv",
    )


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: where it leads, "" where no list is sorted by it, and how this one is sorted by it.

    `sorted_by`: `ascending`, `descending`, "".
    """

    label: str | Promise
    address: str
    sorted_by: str


@dataclass(frozen=True, slots=True)
class ListPage(Generic[Row]):
    """A page of a list, and what its template needs. `total`: how many rows the search and the filters leave.

    `is_cut`: there are more than `total`; they were not counted.
    """

    rows: Sequence[Row]
    total: int
    asked: Asked
    headings: tuple[Heading, ...]
    filters: Sequence[Filter]
    is_cut: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // PER_PAGE))

    @property
    def first(self) -> int:
        """The number of the first row shown, from 1; 0 of an empty list."""
        return (self.asked.number - 1) * PER_PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def before(self) -> str:
        """The address of the page before; "" on the first."""
        return self.asked.address(page=self.asked.number - 1) if self.asked.number > 1 else ""

    @property
    def after(self) -> str:
        """The address of the page after; "" on the last."""
        return self.asked.address(page=self.asked.number + 1) if self.asked.number < self.pages else ""

    @property
    def csv(self) -> str:
        """The address of the whole list as CSV."""
        return self.asked.address(**{"as": "csv"})


def page_of(
    rows: Iterable[Row],
    *,
    asked: Asked,
    columns: Sequence[Column[Row]],
    filters: Sequence[Filter] = (),
    matches: Callable[[Row, Mapping[str, str]], bool] = lambda _row, _chosen: True,
) -> ListPage[Row]:
    """Return a page of rows that are all at hand: searched in every column, filtered by `matches`, sorted."""
    found = [row for row in rows if matches(row, asked.filters) and _says(row, asked.search, columns)]
    column = next(one for one in columns if one.name == asked.sort)
    found.sort(key=lambda row: _sortable(column.value(row)), reverse=asked.is_descending)
    start = 0 if asked.is_csv else (asked.number - 1) * PER_PAGE
    shown = found if asked.is_csv else found[start : start + PER_PAGE]
    return ListPage(shown, len(found), asked, headings_of(asked, columns), filters)


def headings_of(
    asked: Asked, columns: Sequence[Column[Any]], *, sortable: Collection[str] | None = None
) -> tuple[Heading, ...]:
    """Return the headings of a list, each leading to the list sorted by it; of all columns, or of `sortable` alone."""
    headings = []
    for one in columns:
        if sortable is not None and one.name not in sortable:
            headings.append(Heading(one.label, "", ""))
            continue
        is_sorted = one.name == asked.sort
        way = ("descending" if asked.is_descending else "ascending") if is_sorted else ""
        turned = f"-{one.name}" if is_sorted and not asked.is_descending else one.name
        headings.append(Heading(one.label, asked.address(sort=turned), way))
    return tuple(headings)


def csv_of(name: str, rows: Iterable[Row], columns: Sequence[Column[Row]]) -> HttpResponse:
    """Return rows as a CSV file without personal columns; what a spreadsheet would run as a formula is quoted."""
    kept = [one for one in columns if not one.is_personal]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([one.name for one in kept])
    writer.writerows([_harmless(one.value(row)) for one in kept] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _says(row: Row, search: str, columns: Sequence[Column[Row]]) -> bool:
    words = search.casefold().split()
    said = " ".join(str(one.value(row)) for one in columns).casefold() if words else ""
    return all(word in said for word in words)


def _sortable(value: object) -> tuple[bool, Any]:
    return (value is None, value.casefold() if isinstance(value, str) else value or 0)


def _harmless(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
