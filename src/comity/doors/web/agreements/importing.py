"""A signed text becomes a draft: read by rules, looked over by a person, doubtful terms first, stored or downloaded.

Between the steps what was read is kept sealed for the account, for a day; the file itself is never kept.
"""

import zlib
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Final, TypeVar

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.doors.web.agreements.doubts import UNREADABLE, said_doubt
from comity.doors.web.agreements.looking import decide, look_of
from comity.doors.web.drafts import drop_sealed, forget_draft, keep_sealed, read_sealed, typed_before
from comity.doors.web.page import Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.checking import Flaw, list_flaws, party_codes, readable_clauses, written_of
from comity.standing.agreements.commands import draft_agreement
from comity.standing.agreements.commands.draft import CodeTakenError
from comity.standing.agreements.explain import clause_sentence
from comity.standing.agreements.law_in_force import current_vocabulary
from comity.standing.agreements.reading.apart import BusyError, read_apart
from comity.standing.agreements.reading.catalogue import load_model, load_terms
from comity.standing.agreements.reading.decided import Decided, agreement_of, file_of
from comity.standing.agreements.reading.found import Model, Reading, Unreadable
from comity.standing.directory.selectors import list_agencies_by_code, list_agency_page

MOST_AGENCIES: Final = 50_000
MOST_FLAWS: Final = 50
READ_KEY, DECIDED_KEY = "agreements import: read", "agreements import: decided"
_FOOTING: Final = Footing(
    readers=_("You alone: what was read is kept sealed for you for a day, then it is gone."),
    ground=_("A draft binds nobody; agency heads, counsel and liaisons write drafts for their agency."),
    record=_(
        "Reading a file is not recorded and the file is not kept. A draft that is stored is an entry of the ledger."
    ),
)
BUSY: Final = {
    True: _("A file that you sent is still being read. Wait half a minute, then send this one again."),
    False: _("Files of others are being read. Wait half a minute, then send this one again."),
}
"""Why a file waits, by whether one of the same account is being read."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Found:
    """What the import page says of the text as a whole."""

    model: str
    model_doubt: str
    pages: int
    sections: int
    digest: str
    missing: list[tuple[str, str]]
    unplaced: list[tuple[str, str, int, str]]


UNPLACED: Final = {
    "unknown_section": _("a section nobody knows"),
    "figure": _("a figure that belongs to no term"),
    "blank": _("a blank that was not filled in"),
    "reference": _("a reference that leads nowhere"),
    "person": _("a person is named there, and left out here"),
}


@page(Permission.AGREEMENT_IMPORT, _FOOTING, methods=("GET", "POST"))
def choose(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Take a file, read it, and lead on to what was found."""
    if request.method != "POST":
        return _chosen(request, staff)
    file = request.FILES.get("file")
    if file is None:
        return _chosen(request, staff, fault=gettext("Choose a file first."))
    given = request.POST.get("model", "")
    model = Model(given) if given in set(Model) else None
    with reading(staff.actor):
        agencies = _agencies_by_name()
    try:
        found = read_apart(file.read(), model=model, agencies=agencies, account=str(staff.account.id))
    except BusyError as busy:
        return _chosen(request, staff, fault=str(BUSY[busy.own]))
    if isinstance(found, Unreadable):
        return _chosen(request, staff, fault=str(UNREADABLE[found.why]))
    _keep(staff, READ_KEY, found)
    drop_sealed(account=staff.account, name=DECIDED_KEY)
    forget_draft(account=staff.account, page="/console/agreements/import/read/")
    return redirect("console:agreement-import-read")


@page(Permission.AGREEMENT_IMPORT, _FOOTING, methods=("GET", "POST"))
def look_over(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what was read, doubtful terms first, each beside its words; take what a person decides about them."""
    found = _kept(staff, READ_KEY, Reading)
    if found is None:
        return _nothing(request)
    language = _language()
    posted = {name: str(value) for name, value in request.POST.items()} if request.method == "POST" else None
    look = look_of(found, typed_before(request, staff.account) if posted is None else posted, language=language)
    status = HTTPStatus.OK
    if posted is not None:
        with reading(staff.actor):
            named = list_agencies_by_code([one.typed.strip() for one in look.parties])
        decided = decide(found, look, known={code: one.name for code, one in named.items()})
        if decided is not None:
            _keep(staff, DECIDED_KEY, decided)
            forget_draft(account=staff.account, page=request.path)
            return redirect("console:agreement-import-draft")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"look": look, "about": _about(found, language), "is_wrong": posted is not None}
    return show(request, "agreements/import_read.html", context, status)


@page(Permission.AGREEMENT_IMPORT, _FOOTING, methods=("GET", "POST"))
def draft(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show the draft that comes of it, what offering would still refuse, and store it as the agency's."""
    found, decided = _kept(staff, READ_KEY, Reading), _kept(staff, DECIDED_KEY, Decided)
    if found is None or decided is None:
        return _nothing(request)
    whole = agreement_of(found, decided)
    flaws, names = _flaws(staff, whole)
    is_party = staff.agency.code in party_codes(whole)
    context: dict[str, object] = {
        "decided": decided,
        "parties": [(code, names.get(code, code)) for code in sorted(party_codes(whole))],
        "flaws": flaws,
        "no_clauses": any(one.field == "clauses" for one in flaws),
        "is_party": is_party,
        "clauses": [
            (one.clause.id, clause_sentence(one.clause, language=_language(), names=names))
            for one in readable_clauses(whole)
        ],
    }
    if request.method != "POST":
        return show(request, "agreements/import_draft.html", context)
    if flaws or not is_party:
        return show(request, "agreements/import_draft.html", context, HTTPStatus.UNPROCESSABLE_ENTITY)
    written = written_of(whole)
    try:
        draft_agreement(
            by=staff.actor,
            now=staff.now,
            code=written.code,
            title=written.title,
            kind=written.kind,
            parties=written.parties,
            text=written.text,
            terms=written.terms,
            period=written.period,
        )
    except CodeTakenError:
        context["is_taken"] = True
        return show(request, "agreements/import_draft.html", context, HTTPStatus.UNPROCESSABLE_ENTITY)
    for name in (READ_KEY, DECIDED_KEY):
        drop_sealed(account=staff.account, name=name)
    messages.success(request, gettext("The draft of your agency is stored. Nobody is bound by it."))
    return redirect("console:agreement", code=written.code)


@page(Permission.AGREEMENT_IMPORT, _FOOTING)
def file(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Give the draft as the file that people go on editing."""
    found, decided = _kept(staff, READ_KEY, Reading), _kept(staff, DECIDED_KEY, Decided)
    if found is None or decided is None:
        return _nothing(request)
    text = file_of(found, agreement_of(found, decided))
    headers = {"Content-Disposition": f'attachment; filename="{decided.code}.toml"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="application/toml; charset=utf-8", headers=headers)


def _chosen(request: HttpRequest, staff: Staff, *, fault: str = "") -> HttpResponse:
    models = [(one.value, load_model(one).names[_language()]) for one in Model]
    has_kept = read_sealed(account=staff.account, name=READ_KEY) is not None
    context = {"models": models, "fault": fault, "has_kept": has_kept, "given": request.POST.get("model", "")}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
    return show(request, "agreements/import.html", context, status)


def _nothing(request: HttpRequest) -> HttpResponse:
    messages.info(request, gettext("Nothing that was read is kept: it is gone after a day. Choose the file again."))
    return redirect("console:agreement-import")


def _about(found: Reading, language: str) -> _Found:
    terms = load_terms()
    return _Found(
        model=load_model(found.model).names[language],
        model_doubt=said_doubt(found.model_doubt),
        pages=found.pages,
        sections=len(found.sections),
        digest=found.digest,
        missing=[
            (terms[one.what].names[language], one.model_value) for one in found.missing if one.what in terms
        ],
        unplaced=[(str(UNPLACED.get(one.why, one.why)), one.section, one.page, one.words) for one in found.unplaced],
    )  # fmt: skip


def _flaws(staff: Staff, whole: dict[str, object]) -> tuple[list[Flaw], dict[str, str]]:
    """Return what offering would refuse, and what the parties are called, by code."""
    with reading(staff.actor):
        known = list_agencies_by_code(party_codes(whole))
    flaws = list_flaws(whole, vocabulary=current_vocabulary(), agencies=known, listed=gettext("The directory"))
    return list(islice(flaws, MOST_FLAWS)), {code: one.name for code, one in known.items()}


def _agencies_by_name() -> dict[str, list[str]]:
    """Return the codes of the directory by the agency's name; several where agencies have the same name."""
    names: dict[str, list[str]] = {}
    for one in list_agency_page(kind=None, state=None, hosting=None, after="", limit=MOST_AGENCIES):
        names.setdefault(one.name, []).append(one.code)
    return names


def _keep(staff: Staff, name: str, value: Reading | Decided) -> None:
    keep_sealed(account=staff.account, name=name, plain=zlib.compress(msgspec.json.encode(value)))


def _kept(staff: Staff, name: str, kind: type[T]) -> T | None:
    """Return what an earlier step kept; None for nothing, and for what an earlier release kept in another form."""
    plain = read_sealed(account=staff.account, name=name)
    try:
        return None if plain is None else msgspec.json.decode(zlib.decompress(plain), type=kind)
    except msgspec.ValidationError:
        return None


def _language() -> str:
    return "es" if get_language() == "es" else "en"
