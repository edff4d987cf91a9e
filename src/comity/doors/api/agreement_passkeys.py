"""Signing an agreement by passkey: what a browser is given to sign, and the assertion it hands over."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from comity.doors.api.agreement_lines import AgreementCode, Digest, find_agreement, newest_of, own_code
from comity.doors.api.agreement_signing import AgreementReadiness, readiness_of
from comity.doors.api.reading import read_json
from comity.doors.api.routes import declared, reply
from comity.doors.api.scopes import caller_of
from comity.spine.keys.passkey import read_assertion, request_options
from comity.spine.keys.webauthn import AssertionJson, RequestOptionsJson
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.commands import sign_by_passkey
from comity.standing.agreements.digest import signed_digest
from comity.standing.agreements.selectors import get_agreement_by_code
from comity.standing.directory.selectors import list_passkeys
from comity.standing.directory.vocabulary import Scope

router = Router(tags=["agreements"])


class PasskeyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a passkey of `agency` signs to be bound to the version, as `parseRequestOptionsFromJSON()` takes it.

    The challenge is the digest that `signing-digest` gives.
    """

    version: int
    version_digest: str
    agency: str
    options: RequestOptionsJson


class PasskeySignatureBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A signature by a passkey your agency published: the assertion as the browser's `toJSON()` gives it."""

    digest: Digest
    assertion: AssertionJson


@router.get("/agreements/{code}/passkey-options", **declared(Scope.AGREEMENTS_READ, gives={200: PasskeyOptions}))
def get_passkey_options(
    request: HttpRequest,
    code: AgreementCode,
    rp_id: Annotated[
        str, Query(max_length=253, description="The relying party, where your passkeys have several.")
    ] = "",
) -> HttpResponse:
    """Give what a passkey of your agency signs to bind it to the newest version, for `navigator.credentials.get()`."""
    caller = caller_of(request)
    with reading(caller.actor):
        found = get_agreement_by_code(code)
        version = newest_of(found)
        passkeys = list_passkeys(caller.actor.agency_id, caller.now, rp_id)
    own = own_code(found, caller)
    challenge = signed_digest(version=version.digest, agency=own)
    said = PasskeyOptions(
        version=version.number,
        version_digest=version.digest,
        agency=own,
        options=request_options(challenge, passkeys),
    )
    return reply(HTTPStatus.OK, said)


@router.post(
    "/agreements/{code}/passkey-signatures",
    **declared(Scope.AGREEMENTS_SIGN, takes=PasskeySignatureBody, gives={201: AgreementReadiness}),
)
def post_passkey_signature(request: HttpRequest, code: AgreementCode) -> HttpResponse:
    """Sign the version on offer, as head of a party, by a passkey your agency published, at a page of this node.

    Sent again: 409 `already-signed`.
    """
    caller = caller_of(request)
    body = read_json(request, PasskeySignatureBody)
    found = find_agreement(caller, code)
    sign_by_passkey(
        by=caller.actor,
        now=caller.now,
        agreement_id=found.id,
        digest=body.digest,
        assertion=read_assertion(body.assertion),
        hosts=settings.ALLOWED_HOSTS,
    )
    return reply(HTTPStatus.CREATED, readiness_of(caller, code))
