"""SAML 2.0, web browser sign-on begun here: where to send somebody, and what the answer proves.

Stricter than the library alone: the assertion is signed, names this node as audience, and its signed confirmation names
the request it answers and the address it was meant for (SAML 2.0 Profiles 4.1.4.2).
"""

import binascii
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from lxml.etree import LxmlError
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from comity.config.identity import SamlProvider
from comity.doors.web.signin.identity.proven import SKEW, Asked, NotProvenError, Proven, Reason, blind_subject

_CONFIRMATION: Final = "/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
_STATEMENT: Final = "/saml:AuthnStatement"
LONGEST: Final = 200_000
"""Characters of a response that are read."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where this node receives what a provider sends: `audience` names it, `receiver` is the address."""

    audience: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A response whose signature, audience and times are good: to whom it answers is for the browser's session to say.

    `at`: when its person proved who it is, in seconds since 1970.
    """

    request_id: str
    proven: Proven
    at: float


def begin(provider: SamlProvider, place: Place, back_to: str) -> tuple[str, Asked]:
    """Return the address to send somebody to, and what the answer must fit."""
    auth = OneLogin_Saml2_Auth(_received_at(place, ""), _settings(provider, place))
    # Whoever sits at the desk proves it now: a session left open at the provider opens nothing here.
    there: str = auth.login(return_to="", force_authn=True)
    return there, Asked(auth.get_last_request_id(), "", "", at=time.time(), back_to=back_to)


def read(provider: SamlProvider, place: Place, sent: str) -> Answer:
    """Check what was sent to the receiver; raises `NotProvenError`."""
    if not sent or len(sent) > LONGEST:
        raise NotProvenError(Reason.NOT_PROVEN)
    try:
        settings = OneLogin_Saml2_Settings(_settings(provider, place))
        response = OneLogin_Saml2_Response(settings, sent)
        response.is_valid(_received_at(place, sent), raise_exceptions=True)
        return _answer(provider, place, response)
    except (OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError) as error:
        is_no = getattr(error, "code", None) == OneLogin_Saml2_ValidationError.STATUS_CODE_IS_NOT_SUCCESS
        raise NotProvenError(Reason.REFUSED if is_no else Reason.NOT_PROVEN) from error
    except (LxmlError, binascii.Error, ValueError, AttributeError, TypeError) as error:
        # What is no response at all fails in the library in these ways.
        raise NotProvenError(Reason.NOT_PROVEN) from error


def require_asked(answer: Answer, asked: Asked) -> Proven:
    """Return who it is if its person proved it after it was asked here; raises `NotProvenError`."""
    if answer.at < asked.at - SKEW:
        raise NotProvenError(Reason.STALE)
    return answer.proven


def metadata(provider: SamlProvider, place: Place) -> bytes:
    """Return what the provider's keepers need of this node."""
    text: bytes | str = OneLogin_Saml2_Settings(_settings(provider, place), sp_validation_only=True).get_sp_metadata()
    return text.encode() if isinstance(text, str) else text


def _answer(provider: SamlProvider, place: Place, response: OneLogin_Saml2_Response) -> Answer:
    if place.audience not in response.get_audiences():
        raise NotProvenError(Reason.NOT_PROVEN)
    request_id = str(response.get_in_response_to() or "")
    confirmed = [
        one.get("InResponseTo") == request_id
        and one.get("Recipient") == place.receiver
        and bool(one.get("NotOnOrAfter"))
        for one in response._query_assertion(_CONFIRMATION)  # noqa: SLF001 - what was signed, by the library's own path
    ]
    if not request_id or not any(confirmed):
        raise NotProvenError(Reason.NOT_ASKED if not request_id else Reason.NOT_PROVEN)
    [statement] = response._query_assertion(_STATEMENT)  # noqa: SLF001 - as above
    at = datetime.fromisoformat(str(statement.get("AuthnInstant"))).timestamp()
    contexts = set(map(str, response.get_authn_contexts()))
    subject = _subject(provider, response)
    proven = Proven(blind_subject(provider, subject), not contexts.isdisjoint(provider.second_factor))
    return Answer(request_id, proven, at)


def _subject(provider: SamlProvider, response: OneLogin_Saml2_Response) -> str:
    if provider.subject:
        values = response.get_attributes().get(provider.subject) or []
        subject = str(values[0]) if len(values) == 1 and values[0] else ""
    else:
        # A transient name says nothing the next time; an address of mail is given to somebody else some day.
        is_lasting = response.get_nameid_format() == Constants.NAMEID_PERSISTENT
        subject = str(response.get_nameid()) if is_lasting else ""
    if not subject:
        raise NotProvenError(Reason.NOT_PROVEN)
    return subject


def _received_at(place: Place, sent: str) -> Mapping[str, Any]:
    parts = urlsplit(place.receiver)
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": "",
        "request_uri": parts.path,
        "path_info": parts.path,
        "get_data": {},
        "post_data": {"SAMLResponse": sent} if sent else {},
    }


def _settings(provider: SamlProvider, place: Place) -> Mapping[str, Any]:
    return {
        "strict": True,
        "debug": False,
        "security": {
            "wantAssertionsSigned": True,
            "wantAttributeStatement": False,
            "wantNameId": True,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "allowSingleLabelDomains": True,
            "signatureAlgorithm": Constants.RSA_SHA256,
            "digestAlgorithm": Constants.SHA256,
        },
        "idp": {
            "entityId": provider.issuer,
            "singleSignOnService": {"url": provider.sign_in_url, "binding": Constants.BINDING_HTTP_REDIRECT},
            "x509cert": provider.certificate,
        },
        "sp": {
            "entityId": place.audience,
            "assertionConsumerService": {"url": place.receiver, "binding": Constants.BINDING_HTTP_POST},
            "NameIDFormat": Constants.NAMEID_UNSPECIFIED if provider.subject else Constants.NAMEID_PERSISTENT,
        },
    }
