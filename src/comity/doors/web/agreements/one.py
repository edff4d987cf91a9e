"""One agreement: how it stands and came about, what it says in words and as rules, what falls due, who signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.accountability.publication.selectors import NotPublishedError, get_published, list_published_versions
from comity.doors.web.agreements.clauses import ClauseRow, ProvisionRow, clause_rows, provision_rows
from comity.doors.web.agreements.found import Names, agreement_or_404, names_of, version_shown
from comity.doors.web.agreements.listing import FOOTING
from comity.doors.web.agreements.timeline import Moment, Timeline, timeline_of
from comity.doors.web.agreements.words import (
    ACTS,
    DUE,
    FINDINGS,
    KINDS,
    MEANS,
    METHODS,
    REASONS,
    REVIEWS,
    ROLES,
    STANDINGS,
)
from comity.doors.web.page import page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.audit import is_as_offered, list_unproven_signatures
from comity.standing.agreements.due import Due, DueKind
from comity.standing.agreements.facts import AgreementFacts, SignatureFacts, VersionFacts
from comity.standing.agreements.history import AgreementAct, list_acts
from comity.standing.agreements.selectors import get_agreement, list_due_under, list_signatures
from comity.standing.agreements.terms import Terms, UnknownTermError, read_terms
from comity.standing.agreements.vocabulary import SigningMethod

PROVES: Final[Mapping[SigningMethod, Promise]] = {
    SigningMethod.KEY: _(
        "a key that the party had published then signed exactly this text, its terms, parties and period. The code is"
        " the key's."
    ),
    SigningMethod.PASSKEY: _(
        "a passkey of the party signed exactly this text, its terms, parties and period. The code is the passkey's."
    ),
    SigningMethod.PAPER: _(
        "a post says that it saw the signed paper; the code is the digest of the scan. Two posts attest each paper."
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    """An act of the history, in words."""

    at: datetime
    what: str
    details: str
    number: int | None
    effective_at: datetime | None
    by: str
    entry: UUID


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature, and what it proves."""

    party: str
    how: str
    by: str
    at: datetime
    checked: str
    is_good: bool
    mark: str
    note: str
    entry: UUID


@dataclass(frozen=True, slots=True)
class Said:
    """What a version says: clauses and provisions; `is_usable`: its terms can be read and are those of the digest."""

    clauses: Sequence[ClauseRow]
    provisions: Sequence[ProvisionRow]
    is_usable: bool
    is_as_offered: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the public may see: whether the agreement is public, and the text of this version."""

    is_public: bool
    text_at: datetime | None


@page(Permission.AGREEMENT_READ, FOOTING)
def agreement(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show an agreement, with the version in force, or the one asked for."""
    with reading(staff.actor):
        found = agreement_or_404(code)
        version, versions = version_shown(request, found)
        acts = list_acts(found.id)
        signatures = list_signatures(version.id) if version else []
        unproven = {one.agency: one.why for one in list_unproven_signatures(version.id)} if version else {}
        names = names_of(
            found,
            posts=[*(one.post_id for one in acts), *(one.post_id for one in signatures)],
            agencies=[one.for_agency_id for one in acts if one.for_agency_id],
        )
        due = list_due_under([found], staff.now).get(found.code, ())
        successor = get_agreement(found.successor_id) if found.successor_id else None
        public = _public(found, version)
    standing = found.standing(staff.now)
    context = {
        "agreement": found,
        "kind": KINDS[found.kind],
        "standing": standing,
        "standing_label": STANDINGS[standing],
        "means": MEANS[standing],
        "reason": REASONS.get(found.suspended_reason, ""),
        "successor": successor,
        "version": version,
        "is_in_force": version is not None and version.id == found.current_version_id,
        "newest": versions[-1] if versions else None,
        "versions": list(reversed(versions)),
        "pairs": len(versions) > 1,
        "parties": [
            (one.agency_code, names.by_code.get(one.agency_code, one.agency_code), ROLES[one.role],
             version is not None and one.agency_id in version.signed_by)
            for one in found.parties
        ],
        "line": _line(found, due, staff.now),
        "said": _said(found, version, names),
        "proofs": [(METHODS[how], PROVES[how]) for how in SigningMethod if how in {one.method for one in signatures}],
        "signatures": [_signed(one, found, names, unproven) for one in signatures],
        "steps": [_step(one, names, {v.id: v.number for v in versions}) for one in acts],
        "public": public,
    }  # fmt: skip
    return show(request, "agreements/one.html", context)


def read_or_none(version: VersionFacts | None) -> Terms | None:
    """Return the terms of a version; None where there is none, or they cannot be read."""
    try:
        return read_terms(version.terms) if version else None
    except UnknownTermError:
        return None


def _said(agreement: AgreementFacts, version: VersionFacts | None, names: Names) -> Said | None:
    if version is None:
        return None
    terms, language = read_or_none(version), get_language() or "en"
    whole = is_as_offered(agreement, version)
    if terms is None:
        return Said((), (), is_usable=False, is_as_offered=whole)
    return Said(
        clause_rows(agreement, version, terms, names=names.by_code, language=language),
        provision_rows(terms, language=language),
        is_usable=True,
        is_as_offered=whole,
    )


def _line(agreement: AgreementFacts, due: Sequence[Due], now: datetime) -> Timeline:
    """Return when it began, what falls due, when it ends; nothing where it was never in force."""
    if agreement.period is None:
        return timeline_of((), now=now)
    moments = [Moment(agreement.period.starts_at, gettext("it begins")), Moment(now, gettext("now"), is_now=True)]
    moments += [Moment(one.at, DUE[one.kind]) for one in due]
    known = {one.at for one in due}
    ends = {agreement.period.ends_at: DUE[DueKind.END], agreement.notice_ends_at: DUE[DueKind.NOTICE_OVER]}
    moments += [Moment(at, what) for at, what in ends.items() if at is not None and at not in known]
    return timeline_of(moments, now=now)


def _public(agreement: AgreementFacts, version: VersionFacts | None) -> Shown:
    try:
        get_published(agreement.code, using=DEFAULT_DB_ALIAS)
    except NotPublishedError:
        return Shown(is_public=False, text_at=None)
    versions = list_published_versions(agreement.code, using=DEFAULT_DB_ALIAS)
    number = version.number if version else 0
    return Shown(is_public=True, text_at=next((one.text_at for one in versions if one.number == number), None))


def _signed(one: SignatureFacts, agreement: AgreementFacts, names: Names, unproven: Mapping[str, str]) -> Signed:
    code = next((party.agency_code for party in agreement.parties if party.agency_id == one.for_agency_id), "")
    is_good = one.method is SigningMethod.PAPER or code not in unproven
    return Signed(
        party=names.by_code.get(code, code),
        how=str(METHODS[one.method]),
        by=names.post(one.post_id),
        at=one.at,
        checked=_checked(one.method, is_good=is_good),
        is_good=is_good,
        mark=one.scan_sha256 or one.key_id,
        note=one.note,
        entry=one.entry_id,
    )


def _checked(method: SigningMethod, *, is_good: bool) -> str:
    if not is_good:
        return gettext("does not verify: it binds nobody. Tell your counsel.")
    return gettext("attested") if method is SigningMethod.PAPER else gettext("verifies")


def _step(one: AgreementAct, names: Names, numbers: Mapping[UUID, int]) -> Step:
    details = [str(REASONS.get(one.reason, one.reason))] if one.reason else []
    whose = names.by_id.get(one.for_agency_id, "") if one.for_agency_id else ""
    if one.review and one.finding:
        details = [f"{whose}: {REVIEWS[one.review]}: {FINDINGS[one.finding]}", *details]
    elif whose:
        details.append(gettext("by a letter of %(agency)s") % {"agency": whose})
    if one.clauses:
        details.append(gettext("%(count)s clauses") % {"count": one.clauses})
    return Step(
        at=one.at,
        what=str(ACTS[one.act]),
        details="; ".join(details),
        number=numbers.get(one.version_id) if one.version_id else None,
        effective_at=one.effective_at,
        by=names.post(one.post_id),
        entry=one.entry_id,
    )
