"""Signing a version by passkey, attesting a signature on paper, putting in force what lacks nothing."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

import msgspec
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.replay import NEWEST
from comity.doors.web.agreements.acts import why_not
from comity.doors.web.agreements.doing import Doing, do_on_page
from comity.doors.web.agreements.refusals import REFUSED, Refusal, refusal_of
from comity.doors.web.agreements.replaying import shown_replay
from comity.doors.web.agreements.subject import FOOTING, Subject, clauses_of, find
from comity.doors.web.drafts import forget_draft, typed_before
from comity.doors.web.page import Proof, Words, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.keys.origin import parties_of
from comity.spine.keys.passkey import Passkey, read_assertion, request_options
from comity.spine.keys.webauthn import AssertionJson, UnreadableError
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import (
    Entered,
    Scheduled,
    attest_signature,
    put_in_force,
    sign_by_passkey,
)
from comity.standing.agreements.commands.sign import AlreadySignedError
from comity.standing.agreements.digest import signed_digest
from comity.standing.agreements.readiness import PAPER_WITNESSES
from comity.standing.agreements.vocabulary import EventKind
from comity.standing.directory.selectors import NoPasskeyError, list_passkeys

_BOTH: Final = ("GET", "POST")
_LONGEST: Final = 16_384
"""Characters of an assertion: far more than a browser hands over."""


class AttestForm(forms.Form):
    """Whose signature, on which scan."""

    agency = forms.ChoiceField(label=_("Who signed on paper"))
    scan = forms.RegexField(
        r"^[0-9a-f]{64}$", label=_("SHA-256 of the scan"), max_length=64,
        help_text=_("64 digits in hex. The scan stays with you; both witnesses attest one and the same file."),
        error_messages={"invalid": _("This is no SHA-256: 64 digits of 0 to 9 and a to f.")},
    )  # fmt: skip
    seen = forms.BooleanField(label=_("I have seen the signed paper, and it is the text of this version."))


@page(Permission.AGREEMENT_SIGN, FOOTING, methods=_BOTH, proof=Proof.LATELY)
def sign(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show what would change, the text and its digest, and take the signature by a passkey of the agency.

    Nothing is signed on this page unless a replay of this very version, made within a day, stands on it.
    """
    found = find(staff, code)
    version, refusal = found.on_offer, None
    replay = shown_replay(found, version) if version else None
    if request.method == "POST":
        if replay is None and not why_not("agreement-sign", found):
            refusal = _NOT_REPLAYED
        else:
            try:
                _sign(request, found)
            except AlreadySignedError:
                messages.info(request, _("Your agency has signed this version; nothing more was recorded."))
                return redirect("console:agreement", code=code)
            except REFUSED as error:
                refusal = refusal_of(error)
            else:
                messages.success(request, _("Your agency has signed this version."))
                return redirect("console:agreement-lacks", code=code)
    forget_draft(account=staff.account, page=request.path)
    context: dict[str, object] = {
        "agreement": found.agreement,
        "found": found,
        "version": version,
        "why": why_not("agreement-sign", found),
        "refusal": refusal,
        "replay": replay,
        "most": NEWEST,
    }
    if version is not None and found.own:
        passkeys = passkeys_here(request, staff)
        challenge = signed_digest(version=version.digest, agency=found.own)
        context |= {
            "clauses": clauses_of(version, found.names),
            "signed": challenge.hex(),
            "passkeys": passkeys,
            "options": msgspec.to_builtins(request_options(challenge, passkeys)) if passkeys else None,
        }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return show(request, "agreements/sign.html", context, status)


_NOT_REPLAYED: Final = Refusal(
    _("What would change was not shown before."),
    _("Nothing was recorded. Have past decisions decided again first: it stands on this page then."),
)


def _sign(request: HttpRequest, found: Subject) -> None:
    """Sign by the assertion that the browser handed over; raises what the command raises, `UnreadableError`."""
    handed = request.POST.get("assertion", "")
    try:
        given = msgspec.json.decode(handed[:_LONGEST], type=AssertionJson)
    except msgspec.DecodeError:
        raise UnreadableError("assertion", "is none") from None
    sign_by_passkey(
        by=found.staff.actor,
        now=found.staff.now,
        agreement_id=found.agreement.id,
        digest=request.POST.get("digest", ""),
        assertion=read_assertion(given),
        hosts=settings.ALLOWED_HOSTS,
    )


def passkeys_here(request: HttpRequest, staff: Staff) -> Sequence[Passkey]:
    """Return the passkeys of the agency that a browser would use on this page, of the nearest relying party."""
    with reading(staff.actor):
        for party in parties_of(f"https://{request.get_host()}"):
            try:
                return list_passkeys(staff.agency.id, staff.now, party)
            except NoPasskeyError:
                continue
    return ()


@page(Permission.AGREEMENT_ATTEST, FOOTING, methods=_BOTH, proof=Proof.LATELY)
def attest(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Attest that a party signed the version on paper, by the hash of its scan."""
    found = find(staff, code)
    version = found.on_offer

    def run(given: Mapping[str, object]) -> Words:
        seen = attest_signature(
            by=staff.actor,
            now=staff.now,
            agreement_id=found.agreement.id,
            digest=request.POST.get("digest", ""),
            agency=str(given["agency"]),
            scan_sha256=str(given["scan"]),
        )
        counts = {"seen": seen, "needed": PAPER_WITNESSES}
        return _("Your word is recorded. Witnesses of this signature: %(seen)s of %(needed)s.") % counts

    typed = typed_before(request, staff.account) | {"seen": ""}
    form = AttestForm(request.POST if request.method == "POST" else None, initial=typed)
    unsigned = found.lacks.unsigned if found.lacks else ()
    form.fields["agency"].choices = [(one, found.name(one)) for one in unsigned]  # type: ignore[attr-defined]
    effect = (
        _("Two persons, in two posts, attest the same scan; then the party is bound."),
        _("Of a party of this node one of the two is its own head or counsel: others do not bind it."),
        _("The scan stays with you. Its fingerprint is recorded, so that nobody can exchange it later."),
    )
    doing = Doing(
        "agreement-attest", _("Attest a signature on paper"), effect, _("Attest it"), run, form, is_grave=True,
        more={"version": version, "digest": version.digest if version else "", "hashes": "id_scan"},
    )  # fmt: skip
    return do_on_page(request, found, doing)


@page(Permission.AGREEMENT_FORCE, FOOTING, methods=_BOTH, proof=Proof.LATELY)
def force(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Put in force the version that lacks nothing any more."""
    found = find(staff, code)
    version = found.on_offer

    def run(_given: Mapping[str, object]) -> Words:
        match put_in_force(by=staff.actor, now=staff.now, agreement_id=found.agreement.id):
            case Scheduled(number, since):
                given = {"number": number, "when": date_format(localtime(since), "DATETIME_FORMAT")}
                return _("Version %(number)s is scheduled: it takes effect on %(when)s.") % given
            case Entered(number):
                return _("Version %(number)s is in force.") % {"number": number}

    doing = Doing(
        "agreement-force", _("Put this version in force"), _forcing(found), _("Put it in force"), run,
        is_done=request.method == "POST" and _is_forced(found, request), is_grave=True,
        more={"version": version, "digest": version.digest if version else "",
              "replay": shown_replay(found, version) if version and staff.may(Permission.AGREEMENT_REPLAY) else None},
    )  # fmt: skip
    return do_on_page(request, found, doing)


def _forcing(found: Subject) -> tuple[Words, ...]:
    version = found.on_offer
    if version is None:
        return ()
    starts, present = version.period.starts_at, found.in_force
    when = {"when": date_format(localtime(starts), "DATETIME_FORMAT"), "number": version.number}
    told: list[Words] = []
    if starts > found.staff.now:
        told.append(_("The period of version %(number)s begins on %(when)s; the gate follows it from then on.") % when)
    else:
        told.append(_("The gate follows version %(number)s from the moment this is recorded.") % when)
    if present is not None:
        told.append(_("It takes the place of version %(number)s, in one step.") % {"number": present.number})
    told.append(_("The public is told parties, period and a summary in plain words; the text once a party says so."))
    return tuple(told)


def _is_forced(found: Subject, request: HttpRequest) -> bool:
    """Tell whether the version that the form was about is in force, or scheduled: a form that was sent twice."""
    about = request.POST.get("digest", "")
    scheduled = {one.version_id for one in found.events if one.event is EventKind.SCHEDULED}
    return any(
        one.digest == about and (one.id == found.agreement.current_version_id or one.id in scheduled)
        for one in found.versions
    )
