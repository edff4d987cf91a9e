"""Templates and clauses, as anybody with a key may read them; what changed between versions, as a party may."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path, Query, Router

from comity.doors.api.answers import Moment
from comity.doors.api.bodies import Language
from comity.doors.api.directory import CODE
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.kernel.time import utc_text
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.facts import AgreementFacts, EventFacts, VersionFacts
from comity.standing.agreements.redline import paragraphs
from comity.standing.agreements.redline_terms import FieldChange, TermChange
from comity.standing.agreements.selectors import get_agreement_by_code, list_events, list_versions
from comity.standing.agreements.template_said import ClauseSaid, TemplateSaid, clauses_said, template_said
from comity.standing.agreements.templates import load_templates
from comity.standing.agreements.versions import Offer, blame_versions, compare_versions, list_offers
from comity.standing.directory.selectors import list_agencies
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["agreements"])


class TemplateLine(msgspec.Struct, frozen=True):
    """A template, in short."""

    code: str
    title: str
    about: str
    kind: str


class TemplateList(msgspec.Struct, frozen=True):
    """The templates an agreement can be written from, by code."""

    templates: tuple[TemplateLine, ...]


class ClauseCatalogue(msgspec.Struct, frozen=True):
    """Every clause a template may have."""

    clauses: tuple[ClauseSaid, ...]


class OfferLine(msgspec.Struct, frozen=True, kw_only=True):
    """That a version was offered, when and by which agency (null: by the node's steward)."""

    number: int
    title: str
    digest: str
    offered_at: Moment
    offered_by: str | None


class RunLine(msgspec.Struct, frozen=True):
    """A run of words. `kind`: `keep`, `delete` or `insert`."""

    kind: str
    text: str


class FieldLine(msgspec.Struct, frozen=True):
    """One field, as it was and as it is; null where it is not stated."""

    name: str
    old: Any
    new: Any


class TermLine(msgspec.Struct, frozen=True, kw_only=True):
    """A clause or provision that changed. `fate`: `added`, `removed`, `changed`; `old` and `new` in plain words."""

    part: str
    key: str
    fate: str
    fields: tuple[FieldLine, ...]
    old: str
    new: str


class Redline(msgspec.Struct, frozen=True, kw_only=True):
    """What changed from one version to another: head, words by paragraph, terms."""

    older: OfferLine
    newer: OfferLine
    head: tuple[FieldLine, ...]
    paragraphs: tuple[tuple[RunLine, ...], ...]
    terms: tuple[TermLine, ...]


class BroughtLine(msgspec.Struct, frozen=True):
    """A run of words of the text, and the number of the version that brought them."""

    version: int
    text: str


class Blame(msgspec.Struct, frozen=True):
    """Who brought which words of a text; the runs, joined, are the text."""

    offers: tuple[OfferLine, ...]
    runs: tuple[BroughtLine, ...]


@router.get("/agreement-templates", **declared(*Scope, gives={200: TemplateList}))
def get_templates(request: HttpRequest, language: Language = Language.EN) -> HttpResponse:  # noqa: ARG001 - keyed
    """List the templates an agreement can be written from."""
    tongue = language.value
    lines = tuple(
        TemplateLine(one.code, one.title.said(tongue), one.about.said(tongue), one.kind.value)
        for one in load_templates().templates.values()
    )
    return reply(HTTPStatus.OK, TemplateList(lines))


@router.get("/agreement-templates/{code}", **declared(*Scope, gives={200: TemplateSaid}))
def get_template(
    request: HttpRequest,  # noqa: ARG001 - keyed
    code: Annotated[str, Path(pattern=CODE, max_length=100)],
    language: Language = Language.EN,
) -> HttpResponse:
    """Read a template: its parties, clauses in plain words, fields to fill in."""
    known = load_templates()
    if code not in known.templates:
        raise Http404
    return reply(HTTPStatus.OK, template_said(known.templates[code], templates=known, language=language.value))


@router.get("/agreement-clauses", **declared(*Scope, gives={200: ClauseCatalogue}))
def get_clauses(request: HttpRequest, language: Language = Language.EN) -> HttpResponse:  # noqa: ARG001 - keyed
    """List the catalogue of clauses."""
    return reply(HTTPStatus.OK, ClauseCatalogue(clauses_said(templates=load_templates(), language=language.value)))


@router.get("/agreements/{code}/redline", **declared(Scope.AGREEMENTS_READ, gives={200: Redline}))
def get_redline(
    request: HttpRequest,
    code: Annotated[str, Path(pattern=CODE, max_length=100)],
    older: Annotated[int | None, Query(alias="from", ge=1, le=1_000_000)] = None,
    newer: Annotated[int | None, Query(alias="to", ge=1, le=1_000_000)] = None,
    language: Language = Language.EN,
) -> HttpResponse:
    """Compare two versions of an agreement your agency is party to: by default the one in force with the newest."""
    agreement, versions, events, names = _read(request, code)
    found = compare_versions(
        agreement, versions=versions, events=events, older=older, newer=newer, language=language.value
    )
    answer = Redline(
        older=_offer(found.old, names),
        newer=_offer(found.new, names),
        head=tuple(map(_field, found.head)),
        paragraphs=tuple(
            tuple(RunLine(run.kind.value, run.text) for run in paragraph) for paragraph in paragraphs(found.changes)
        ),
        terms=tuple(map(_term, found.terms)),
    )
    return reply(HTTPStatus.OK, answer)


@router.get("/agreements/{code}/blame", **declared(Scope.AGREEMENTS_READ, gives={200: Blame}))
def get_blame(
    request: HttpRequest,
    code: Annotated[str, Path(pattern=CODE, max_length=100)],
    newer: Annotated[int | None, Query(alias="to", ge=1, le=1_000_000)] = None,
) -> HttpResponse:
    """Read the text of an agreement your agency is party to with the version that brought each run of words."""
    agreement, versions, events, names = _read(request, code)
    runs = blame_versions(agreement, versions=versions, newer=newer)
    offers = tuple(_offer(offer, names) for offer in list_offers(versions, events=events))
    return reply(HTTPStatus.OK, Blame(offers, tuple(BroughtLine(run.number, run.text) for run in runs)))


def _read(
    request: HttpRequest, code: str
) -> tuple[AgreementFacts, list[VersionFacts], list[EventFacts], Mapping[UUID, str]]:
    with reading(caller_of(request).actor):
        found = get_agreement_by_code(code)
        versions, events = list_versions(found.id), list_events(found.id)
        agencies = list_agencies({event.agency_id for event in events})
    return found, versions, events, {agency_id: one.code for agency_id, one in agencies.items()}


def _offer(offer: Offer, names: Mapping[UUID, str]) -> OfferLine:
    return OfferLine(
        number=offer.number,
        title=offer.title,
        digest=offer.digest,
        offered_at=utc_text(offer.offered_at),
        offered_by=names.get(offer.agency_id) if offer.agency_id else None,
    )


def _field(change: FieldChange) -> FieldLine:
    return FieldLine(change.name, change.old, change.new)


def _term(change: TermChange) -> TermLine:
    fields = tuple(map(_field, change.fields))
    return TermLine(
        part=change.part, key=change.key, fate=change.fate.value, fields=fields, old=change.old, new=change.new
    )
