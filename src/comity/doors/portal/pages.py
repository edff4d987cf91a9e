"""What the public reads, as pages. Nothing is written, nobody is asked who they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from comity.accountability.publication.directory_selectors import count_public_agencies
from comity.accountability.publication.facts import AgreementShown, ChangeShown, VersionShown, digest_of
from comity.accountability.publication.law_selectors import get_public_law
from comity.accountability.publication.selectors import (
    NotPublishedError,
    as_public,
    get_published,
    get_published_version,
    list_public_texts,
    list_published,
    list_published_changes,
    list_published_versions,
)
from comity.accountability.publication.summary import load_texts
from comity.doors.lists import Choice, Column, Filter, asked_of, csv_of, page_of
from comity.doors.portal.shown import shown

_STANDINGS: Final = ("in_force", "suspended", "coming", "expired", "superseded", "terminated")


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement as a line of the list, in the reader's words."""

    code: str
    title: str
    kind: str
    standing: str
    standing_label: str
    parties: str
    until: datetime | None
    has_text: bool


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Something the public was told."""

    at: datetime
    says: str
    number: int
    effective_at: datetime | None
    entry: str


_COLUMNS: Final[tuple[Column[AgreementRow], ...]] = (
    Column("title", _("Agreement"), lambda row: row.title),
    Column("kind", _("Kind"), lambda row: row.kind),
    Column("standing", _("How it stands"), lambda row: row.standing_label),
    Column("parties", _("Parties"), lambda row: row.parties),
    Column("until", _("Until"), lambda row: row.until),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what this is, and where to go."""
    with as_public() as now:
        found, law, agencies = list_published(), get_public_law(now), count_public_agencies()
    standing = [one.standing(now) for one in found]
    rules = len(law.rules) if law else 0
    return shown(request, "home.html", {"in_force": standing.count("in_force"), "rules": rules, "agencies": agencies})


@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """List every agreement that is or was in force."""
    words = _words()
    filters = (Filter("how", _("How it stands"), tuple(Choice(one, words[f"standing.{one}"]) for one in _STANDINGS)),)
    asked = asked_of(request, columns=_COLUMNS, filters=filters, sort="title")
    with as_public() as now:
        published, texts = list_published(), list_public_texts()
    rows = [_row(one, now, words, (one.code, one.number) in texts) for one in published]
    found = page_of(
        rows, asked=asked, columns=_COLUMNS, filters=filters,
        matches=lambda row, chosen: chosen.get("how", row.standing) == row.standing,
    )  # fmt: skip
    if asked.is_csv:
        return csv_of("agreements", found.rows, _COLUMNS)
    return shown(request, "agreements.html", {"found": found})


@require_safe
def agreement(request: HttpRequest, code: str) -> HttpResponse:
    """Show everything that is public of an agreement: how it stands, in plain words, its text, what was told when."""
    words = _words()
    with as_public() as now:
        found = _found(code)
        version = get_published_version(code, found.number)
        versions, changes = list_published_versions(code), list_published_changes(code)
    context = {
        "row": _row(found, now, words, version.text_at is not None),
        "parties": found.parties,
        "version": version,
        "summary": _summary(version),
        "versions": versions,
        "changes": [_change(one, words) for one in changes],
        "digest": digest_of(found, version),
        "successor": found.successor,
    }
    return shown(request, "agreement.html", context)


@require_safe
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Show the text of a version, as it was signed, but for passages that stay back."""
    with as_public():
        found = _found(code)
        try:
            one = get_published_version(code, number)
        except NotPublishedError:
            raise Http404(number) from None
    return shown(request, "version.html", {"agreement": found, "version": one, "summary": _summary(one)})


@require_safe
def protocols(request: HttpRequest) -> HttpResponse:
    """Say that no protocol is public yet."""
    return shown(request, "protocols.html", {})


@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """Say what a person may ask for, and where."""
    return shown(request, "rights.html", {})


def _found(code: str) -> AgreementShown:
    try:
        return get_published(code)
    except NotPublishedError:
        raise Http404(code) from None


def _row(one: AgreementShown, now: datetime, words: Mapping[str, str], has_text: bool) -> AgreementRow:  # noqa: FBT001
    standing = one.standing(now)
    return AgreementRow(
        code=one.code,
        title=one.title,
        kind=words[f"kind.{one.kind}"],
        standing=standing,
        standing_label=words[f"standing.{standing}"],
        parties=", ".join(party.name for party in one.parties),
        until=one.stands_until(),
        has_text=has_text,
    )


def _change(one: ChangeShown, words: Mapping[str, str]) -> ChangeRow:
    return ChangeRow(one.happened_at, words[f"change.{one.change}"], one.number, one.effective_at, str(one.entry_id))


def _summary(one: VersionShown) -> Sequence[str]:
    return one.summary.get(get_language() or "en", one.summary.get("en", ()))


def _words() -> Mapping[str, str]:
    return load_texts(get_language() or "en")
