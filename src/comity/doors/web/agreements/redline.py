"""Two versions laid side by side, by paragraph and word and by what they mean for the gate; who brought which words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comity.doors.web.agreements.found import Names, agreement_or_404, names_of, number_of
from comity.doors.web.agreements.listing import FOOTING
from comity.doors.web.agreements.words import FATES, head_label
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.excerpt import Left, excerpt
from comity.standing.agreements.facts import AgreementFacts, EventFacts, VersionFacts
from comity.standing.agreements.provision_catalogue import load_provision_terms
from comity.standing.agreements.redline import Change, Kind, TooLongError
from comity.standing.agreements.redline import redline as compared_words
from comity.standing.agreements.redline_terms import FieldChange, TermChange
from comity.standing.agreements.selectors import list_events, list_versions
from comity.standing.agreements.versions import (
    Compared,
    NoSuchVersionError,
    Offer,
    blame_versions,
    compare_versions,
    list_offers,
)

_AROUND: Final = 1
"""Paragraphs as they were that are shown around what changed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph on both sides, or how many were left out. `is_same`: nothing of it changed."""

    old: tuple[Change, ...] = ()
    new: tuple[Change, ...] = ()
    is_same: bool = False
    left: int = 0
    renumbered: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions: its number, who offered it and when."""

    number: int
    title: str
    by: str
    at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class TermRow:
    """What became of a clause or figure, in words on both sides."""

    key: str
    label: str
    fate: str
    old: tuple[Change, ...]
    new: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A field of the head on both sides; None where it is not stated."""

    label: str
    old: object
    new: object
    is_time: bool


@dataclass(frozen=True, slots=True)
class BroughtRow:
    """Words that one version brought."""

    offer: Side
    text: str


@dataclass(frozen=True, slots=True)
class _Read:
    agreement: AgreementFacts
    versions: Sequence[VersionFacts]
    events: Sequence[EventFacts]
    names: Names


@page(Permission.AGREEMENT_READ, FOOTING)
def compare(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Lay two versions side by side: those asked for, else the one in force and the newest."""
    read = _read(staff, code)
    older, newer = (number_of(request.GET.get(name, "")) for name in ("from", "to"))
    is_whole = request.GET.get("all") == "1"
    context: dict[str, object] = {"agreement": read.agreement, "versions": read.versions, "is_whole": is_whole}
    known = [one.number for one in read.versions]
    if {older, newer} - {None, *known}:
        raise Http404(code)
    if older is None and newer is not None and newer == known[0]:
        older = newer  # the first has none before it
    try:
        found = compare_versions(
            read.agreement,
            versions=read.versions,
            events=read.events,
            older=older,
            newer=newer,
            language=_language(),
            names=read.names.by_code,
        )
    except NoSuchVersionError:
        return show(request, "agreements/compare.html", context)
    except TooLongError:
        return show(request, "agreements/compare.html", context | {"is_too_long": True})
    return show(request, "agreements/compare.html", context | _shown(found, read.names, is_whole=is_whole))


@page(Permission.AGREEMENT_READ, FOOTING)
def brought(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show the text of a version with the version that brought each run of words."""
    read = _read(staff, code)
    context: dict[str, object] = {"agreement": read.agreement}
    number = number_of(request.GET.get("version", ""))
    try:
        runs = blame_versions(read.agreement, versions=read.versions, newer=number)
    except NoSuchVersionError:
        if number is not None:
            raise Http404(code) from None
        return show(request, "agreements/brought.html", context)
    except TooLongError:
        return show(request, "agreements/brought.html", context | {"is_too_long": True})
    sides = {one.number: _side(one, read.names) for one in list_offers(read.versions, events=read.events)}
    stand = [(sides[one.number], _words(one.text for one in runs if one.number == side)) for side, one in sides.items()]
    rows = [BroughtRow(sides[one.number], one.text) for one in runs if one.text.strip()]
    return show(request, "agreements/brought.html", context | {"rows": rows, "stand": stand})


def _read(staff: Staff, code: str) -> _Read:
    with reading(staff.actor):
        found = agreement_or_404(code)
        versions, events = list_versions(found.id), list_events(found.id)
        names = names_of(found, posts=(), agencies={event.agency_id for event in events})
    return _Read(found, versions, events, names)


def _shown(found: Compared, names: Names, *, is_whole: bool) -> dict[str, object]:
    return {
        "old": _side(found.old, names),
        "new": _side(found.new, names),
        "is_same": found.is_same,
        "gone": _words(one.old for one in found.changes if one.kind is Kind.DELETE),
        "came": _words(one.new for one in found.changes if one.kind is Kind.INSERT),
        "head": [_head(one) for one in found.head],
        "rows": [_row(one) for one in excerpt(found.changes, None if is_whole else _AROUND)],
        "terms": [_term(one) for one in found.terms],
    }


def _words(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)


def _row(one: tuple[Change, ...] | Left) -> Row:
    if isinstance(one, Left):
        return Row(left=one.count, renumbered=one.renumbered)
    return Row(*_sides(one), is_same=all(change.kind is Kind.KEEP for change in one))


def _sides(changes: Sequence[Change]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Return what stood, and what stands."""
    old = tuple(one for one in changes if one.kind is not Kind.INSERT)
    return old, tuple(one for one in changes if one.kind is not Kind.DELETE)


def _term(one: TermChange) -> TermRow:
    known = load_provision_terms().get(one.key.partition(" ")[0]) if one.part == "provisions" else None
    label = known.label(_language()) if known else ""
    sides = _sides(compared_words(_said(one, one.old, "old"), _said(one, one.new, "new")))
    return TermRow(one.key, label, str(FATES[one.fate]), *sides)


def _said(one: TermChange, sentence: str, side: str) -> str:
    """Return a clause or figure in words; one that cannot be read, by its fields."""
    fields = (f"{field.name}: {getattr(field, side)}" for field in one.fields if getattr(field, side) is not None)
    told = "; ".join(fields) if one.part == "provisions" or not sentence else ""
    return " · ".join(part for part in (sentence, told) if part)


def _head(one: FieldChange) -> HeadRow:
    is_time = any(isinstance(value, datetime) for value in (one.old, one.new))
    return HeadRow(head_label(one.name), one.old, one.new, is_time)


def _side(offer: Offer, names: Names) -> Side:
    return Side(offer.number, offer.title, _by(offer.agency_id, names.by_id), offer.offered_at, offer.digest)


def _by(agency_id: UUID | None, names: Mapping[UUID, str]) -> str:
    return (names.get(agency_id) if agency_id else None) or _("the node's steward")


def _language() -> str:
    return get_language() or "en"
