"""Writing an agreement: checking it, drafting it, offering the draft."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router

from comity.doors.api.agreement_lines import AgreementCode, find_agreement, newest_of
from comity.doors.api.bodies import Language
from comity.doors.api.problems import MOST_TOLD, FieldProblem, ProblemError, shown, unprocessable
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import Caller, caller_of
from comity.doors.given import text_of
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.checking import (
    Flaw,
    Written,
    list_flaws,
    party_codes,
    readable_clauses,
    written_of,
)
from comity.standing.agreements.commands import draft_agreement, offer_agreement, revise_draft
from comity.standing.agreements.explain import clause_sentence
from comity.standing.agreements.facts import AgreementFacts
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.selectors import NoSuchAgreementError, get_agreement_by_code
from comity.standing.agreements.terms import SCHEMA, Terms
from comity.standing.agreements.vocabulary import AgreementKind, PartyRole
from comity.standing.directory.selectors import list_agencies_by_code
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["agreements"])

MOST_DRAFT_BYTES: Final = 4 * 1024 * 1024
"""The longest agreement that is sent: 5,000 clauses and a text of several hundred pages."""
MOST_PARTIES: Final = 1000
MOST_FLAWS: Final = 50
"""How many are told at once."""

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_Roles = dict[Annotated[str, text_of(63, "An agency's code.", 1)], PartyRole]
_Code = Annotated[str, text_of(63, "The code it would be drafted under; left out, it is not looked at.")]


class DraftBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agreement as it is to be: parties by agency code, the text as agreed, the terms the gate enforces."""

    title: Annotated[str, msgspec.Meta(min_length=1)]
    kind: AgreementKind
    parties: Annotated[_Roles, msgspec.Meta(min_length=2, max_length=MOST_PARTIES)]
    text: Annotated[str, msgspec.Meta(min_length=1)]
    terms: Terms
    starts_at: Instant
    ends_at: Instant | None = None


class ValidationOfDraft(DraftBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agreement to look through, perhaps with the code it would have."""

    code: _Code = ""


class TermsGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Terms as they were sent, to be looked through whole: the first misfit is not the only one told."""

    schema: str
    clauses: tuple[dict[str, Any], ...]
    provisions: tuple[dict[str, Any], ...] = ()


class DraftGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `DraftBody` as it was sent."""

    title: str
    kind: str
    parties: Annotated[dict[str, str], msgspec.Meta(max_length=MOST_PARTIES)]
    text: str
    terms: TermsGiven
    starts_at: Instant
    ends_at: Instant | None = None


class ValidationGiven(DraftGiven, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `ValidationOfDraft` as it was sent."""

    code: str = ""


class ClauseRead(msgspec.Struct, frozen=True):
    """A clause read back in plain words, for whoever wrote it to say whether that was meant."""

    id: str
    says: str


class DraftValidated(msgspec.Struct, frozen=True):
    """Whether it could be offered, every problem with it (50 at most), the clauses in plain words if it could."""

    valid: bool
    problems: tuple[FieldProblem, ...]
    clauses: tuple[ClauseRead, ...]


class AgreementDrafted(msgspec.Struct, frozen=True):
    """The draft was written; nobody is bound. `is_new`: the agreement was not there before."""

    code: str
    is_new: bool


class AgreementOffered(msgspec.Struct, frozen=True):
    """The draft is a version that nothing changes any more; `digest` names it for who confirms and signs."""

    code: str
    version: int
    digest: str


@router.post(
    "/agreements/validate",
    **declared(Scope.AGREEMENTS_DRAFT, takes=ValidationOfDraft, gives={200: DraftValidated}),
)
def post_draft_validation(request: HttpRequest, language: Language = Language.EN) -> HttpResponse:
    """Check an agreement as offering it would: every problem with its place and remedy. Nothing is written."""
    caller = caller_of(request)
    body = read_json(request, ValidationGiven, MOST_DRAFT_BYTES)
    raw = _raw(body, body.code or "unnamed")
    problems = _problems(caller, body, raw)
    read = () if problems else readable_clauses(raw)
    clauses = tuple(ClauseRead(one.clause.id, clause_sentence(one.clause, language=language.value)) for one in read)
    return reply(HTTPStatus.OK, DraftValidated(not problems, problems, clauses))


@router.put(
    "/agreements/{code}/draft",
    **declared(Scope.AGREEMENTS_DRAFT, takes=DraftBody, gives={200: AgreementDrafted, 201: AgreementDrafted}),
)
def put_draft(request: HttpRequest, code: str) -> HttpResponse:
    """Write an agreement as a party, or the next text of one that is there; nobody is bound by a draft.

    What offering would refuse is not written: every problem is named. Sent again it is written again, to the same end.
    """
    caller = caller_of(request)
    body = read_json(request, DraftGiven, MOST_DRAFT_BYTES)
    raw = _raw(body, code)
    if problems := _problems(caller, body, raw):
        raise ProblemError(unprocessable(problems))
    written = written_of(raw)
    known = _known(caller, written.code)
    if known is None:
        _draft(caller, written)
    else:
        _revise(caller, written, known)
    return reply(HTTPStatus.OK if known else HTTPStatus.CREATED, AgreementDrafted(written.code, known is None))


@router.post("/agreements/{code}/offer", **declared(Scope.AGREEMENTS_DRAFT, gives={201: AgreementOffered}))
def post_offer(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Offer your agency's draft, as a party: it becomes a version that nothing changes any more.

    What was given to an earlier offer lapses; on top of another party's offer it is a counter-offer.
    """
    caller = caller_of(request)
    found = find_agreement(caller, code)
    offer_agreement(by=caller.actor, now=caller.now, agreement_id=found.id)
    with reading(caller.actor):
        version = newest_of(get_agreement_by_code(code))
    return reply(HTTPStatus.CREATED, AgreementOffered(code, version.number, version.digest))


def _known(caller: Caller, code: str) -> AgreementFacts | None:
    try:
        return find_agreement(caller, code)
    except NoSuchAgreementError:
        return None


def _draft(caller: Caller, written: Written) -> None:
    draft_agreement(
        by=caller.actor,
        now=caller.now,
        code=written.code,
        title=written.title,
        kind=written.kind,
        parties=written.parties,
        text=written.text,
        terms=written.terms,
        period=written.period,
    )


def _revise(caller: Caller, written: Written, known: AgreementFacts) -> None:
    """Write the next text; who is party and of what kind it is do not change."""
    remedy, problems = "draft another agreement, under another code", []
    if written.kind != known.kind:
        problems.append(FieldProblem("kind", f"`{known.code}` is a `{known.kind.value}`", remedy))
    parties = {party.agency_code: party.role for party in known.parties}
    if dict(written.parties) != parties:
        told = ", ".join(f"{code} ({role.value})" for code, role in sorted(parties.items()))
        problems.append(FieldProblem("parties", f"the parties of `{known.code}` are {told}", remedy))
    if problems:
        raise ProblemError(unprocessable(tuple(problems)))
    revise_draft(
        by=caller.actor,
        now=caller.now,
        agreement_id=known.id,
        title=written.title,
        text=written.text,
        terms=written.terms,
        period=written.period,
    )


def _raw(body: DraftGiven, code: str) -> dict[str, object]:
    """Return the agreement as `checking` reads one."""
    parts: dict[str, object] = {
        "code": code,
        "title": body.title,
        "kind": body.kind,
        "parties": body.parties,
        "text": body.text,
        "clauses": body.terms.clauses,
        "starts_at": body.starts_at,
        "ends_at": body.ends_at,
    }
    return parts | ({"provisions": body.terms.provisions} if body.terms.provisions else {})


def _problems(caller: Caller, body: DraftGiven, raw: Mapping[str, object]) -> tuple[FieldProblem, ...]:
    with reading(caller.actor):
        known = list_agencies_by_code(party_codes(raw))
    shows = "`GET /directory/agencies`"
    flaws = list_flaws(raw, vocabulary=current_vocabulary(), agencies=known, listed=shows)
    told = [_told(flaw) for flaw in islice(flaws, MOST_FLAWS)]
    if body.terms.schema != SCHEMA:
        told.insert(0, FieldProblem("terms.schema", "is not known", f"send `{SCHEMA}`"))
    if next(flaws, None) is not None:
        told.append(FieldProblem("", "there are more problems than are told at once", "mend these and send it again"))
    return tuple(told)


def _told(flaw: Flaw) -> FieldProblem:
    field = flaw.field if not flaw.field.startswith(("clauses", "provisions")) else f"terms.{flaw.field}"
    return FieldProblem(shown(field), shown(flaw.message, MOST_TOLD), flaw.remedy)
