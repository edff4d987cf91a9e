"""What the pages of acts call kinds, reviews, reasons and outcomes."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.standing.agreements.vocabulary import (
    AgreementKind,
    Finding,
    ReviewKind,
    SigningMethod,
    SuspensionReason,
    TerminationReason,
)

KINDS: Final[Mapping[AgreementKind, Promise]] = {
    AgreementKind.TASK_FORCE_MODEL: _("287(g) task force model"),
    AgreementKind.WARRANT_SERVICE: _("287(g) warrant service officer model"),
    AgreementKind.JAIL_MODEL: _("287(g) jail enforcement model"),
    AgreementKind.SHARING_MOU: _("information sharing"),
    AgreementKind.MOU: _("memorandum of understanding"),
    AgreementKind.INTERLOCAL: _("interlocal agreement"),
    AgreementKind.RESOURCE_SHARING: _("sharing of resources"),
    AgreementKind.CJI_USER: _("use of criminal justice information"),
    AgreementKind.TRIBAL: _("agreement with a Nation"),
    AgreementKind.COMPACT: _("compact with another state"),
    AgreementKind.STONEGARDEN: _("Operation Stonegarden"),
}
STANDINGS: Final[Mapping[str, Promise]] = {
    "draft": _("being drafted"),
    "offered": _("on offer"),
    "coming": _("concluded: begins later"),
    "in_force": _("in force"),
    "suspended": _("suspended"),
    "expired": _("expired"),
    "superseded": _("replaced by another agreement"),
    "terminated": _("ended"),
}
REVIEWS: Final[Mapping[ReviewKind, Promise]] = {
    ReviewKind.ATTORNEY_DETERMINATION: _("its attorney finds it in proper form and within its powers"),
    ReviewKind.INTERLOCAL_APPROVAL: _("its attorney and its governing body approve it"),
    ReviewKind.PRIVACY_ASSESSMENT: _("what it does to privacy is assessed"),
    ReviewKind.TRIBAL_COUNCIL: _("the Nation has consented in its own way"),
}
FINDINGS: Final[Mapping[Finding, Promise]] = {
    Finding.SATISFIED: _("satisfied"),
    Finding.NOT_SATISFIED: _("not satisfied"),
}
METHODS: Final[Mapping[SigningMethod, Promise]] = {
    SigningMethod.KEY: _("by a key of the agency"),
    SigningMethod.PASSKEY: _("by a passkey"),
    SigningMethod.PAPER: _("on paper"),
}
SUSPENSIONS: Final[Mapping[SuspensionReason, Promise]] = {
    SuspensionReason.TERMS_BREACHED: _("its terms were breached"),
    SuspensionReason.LEGAL_REVIEW: _("legal review"),
    SuspensionReason.COURT_ORDER: _("an order of a court"),
    SuspensionReason.SECURITY_INCIDENT: _("a security incident"),
    SuspensionReason.PARTY_REQUEST: _("a party asked for it"),
}
ENDS: Final[Mapping[TerminationReason, Promise]] = {
    TerminationReason.PARTY_WITHDREW: _("our agency withdraws: with the notice the text states"),
    TerminationReason.MUTUAL: _("all parties agree: it ends once the head of every party has said so"),
    TerminationReason.PUBLIC_SAFETY: _("public safety: at once, where the text waives its notice"),
    TerminationReason.COURT_ORDER: _("an order of a court: at once"),
    TerminationReason.LAW_CHANGED: _("the law changed: with the notice the text states"),
    TerminationReason.NOT_CONCLUDED: _("it was never concluded: before it was in force only"),
}
OUTCOMES: Final[Mapping[str, Promise]] = {
    "disclosed": _("goes out"),
    "needs_approval": _("waits for approval"),
    "held": _("is held for counsel"),
    "refused": _("stays"),
    "": _("is not asked for"),
}
