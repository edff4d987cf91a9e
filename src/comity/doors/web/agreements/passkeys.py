"""The passkeys by which an agency signs: made on this page by its head, published in the directory, revoked."""

import secrets
from http import HTTPStatus
from typing import Final

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from comity.doors.web.agreements.refusals import REFUSED, refusal_of
from comity.doors.web.page import Footing, Proof, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.kernel.time import Period
from comity.spine.keys.new_passkey import read_new_passkey
from comity.spine.keys.webauthn import RegistrationJson, UnreadableError, to_base64url
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.commands import add_passkey, revoke_agency_key
from comity.standing.directory.facts import PublicKeyFacts
from comity.standing.directory.selectors import list_public_keys_of
from comity.standing.directory.vocabulary import KeyPurpose

_FOOTING: Final = Footing(
    readers=_("The head of your agency. The public half of each passkey is in the directory, for everybody."),
    ground=_("A passkey that signs binds the agency: its head publishes and revokes it."),
    record=_("Publishing and revoking are entries of the ledger."),
)
_KINDS: Final = (-7, -8)
"""COSE's ES256 and EdDSA: what counts here."""
_LONGEST: Final = 65_536


@page(Permission.SIGNING_KEY_CHANGE, _FOOTING, methods=("GET", "POST"), proof=Proof.LATELY)
def passkeys(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the agency's keys for signatures; publish a passkey that the browser just made, or revoke a key."""
    refusal = None
    if request.method == "POST":
        try:
            if request.POST.get("act") == "revoke":
                _revoke(request, staff)
            else:
                _publish(request, staff)
        except REFUSED as error:
            refusal = refusal_of(error)
        else:
            return redirect("console:agreement-passkeys")
    keys = [one for one in _keys(staff) if one.purpose is KeyPurpose.SIGNATURE]
    context = {
        "keys": [(one, _is_good(one, staff)) for one in keys],
        "refusal": refusal,
        "options": _options(request, staff, keys),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return show(request, "agreements/passkeys.html", context, status)


def _keys(staff: Staff) -> list[PublicKeyFacts]:
    with reading(staff.actor):
        return list_public_keys_of(staff.agency.id)


def _is_good(key: PublicKeyFacts, staff: Staff) -> bool:
    is_over = key.ends_at is not None and key.ends_at <= staff.now
    return key.revoked_at is None and key.starts_at <= staff.now and not is_over


def _publish(request: HttpRequest, staff: Staff) -> None:
    try:
        given = msgspec.json.decode(request.POST.get("registration", "")[:_LONGEST], type=RegistrationJson)
    except msgspec.DecodeError:
        raise UnreadableError("registration", "is none") from None
    passkey = read_new_passkey(given, settings.ALLOWED_HOSTS)
    add_passkey(by=staff.actor, now=staff.now, agency_id=staff.agency.id, passkey=passkey, period=Period(staff.now))
    messages.success(request, _("The passkey is published: what it signs from now on binds your agency."))


def _revoke(request: HttpRequest, staff: Staff) -> None:
    revoke_agency_key(by=staff.actor, now=staff.now, key_id=request.POST.get("key", ""))
    messages.success(request, _("The key is revoked. What it signed before stays signed."))


def _options(request: HttpRequest, staff: Staff, keys: list[PublicKeyFacts]) -> dict[str, object]:
    """Return what a browser makes a passkey from, as `parseCreationOptionsFromJSON()` takes it.

    It names the office, not the person. The challenge is not looked at: the head answers for what is published.
    """
    host = request.get_host().partition(":")[0]
    known = [{"type": "public-key", "id": one.credential_id} for one in keys if one.credential_id]
    return {
        "rp": {"id": host, "name": "Comity"},
        "user": {
            "id": to_base64url(secrets.token_bytes(16)),
            "name": staff.agency.code,
            "displayName": f"{staff.agency.code}/{staff.post.code}",
        },
        "challenge": to_base64url(secrets.token_bytes(32)),
        "pubKeyCredParams": [{"type": "public-key", "alg": kind} for kind in _KINDS],
        "excludeCredentials": known,
        "authenticatorSelection": {"userVerification": "required"},
        "attestation": "none",
    }
