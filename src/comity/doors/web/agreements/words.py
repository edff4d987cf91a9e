"""What pages of agreements call things."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.standing.agreements.due import DueKind
from comity.standing.agreements.history import CONFIRMED, REVIEWED
from comity.standing.agreements.redline_terms import Fate
from comity.standing.agreements.states import (
    COMING,
    DRAFT,
    EXPIRED,
    IN_FORCE,
    OFFERED,
    SUPERSEDED,
    SUSPENDED,
    TERMINATED,
)
from comity.standing.agreements.vocabulary import (
    AgreementKind,
    EventKind,
    Finding,
    PartyRole,
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
    DRAFT: _("being drafted"),
    OFFERED: _("on offer"),
    COMING: _("concluded: begins later"),
    IN_FORCE: _("in force"),
    SUSPENDED: _("suspended"),
    EXPIRED: _("expired"),
    SUPERSEDED: _("replaced by another agreement"),
    TERMINATED: _("ended"),
}
MEANS: Final[Mapping[str, Promise]] = {
    DRAFT: _("No text was offered yet: nobody is bound."),
    OFFERED: _("A text is on offer: nobody is bound until every party has signed and it is put in force."),
    COMING: _("Everybody has signed; it binds from the day it begins."),
    IN_FORCE: _("It binds its parties now."),
    SUSPENDED: _("Nothing is done under it until it is resumed."),
    EXPIRED: _("Its time is over: nothing is done under it any more."),
    SUPERSEDED: _("Another agreement has taken its place."),
    TERMINATED: _("It was ended: nothing is done under it any more."),
}
ROLES: Final[Mapping[PartyRole, Promise]] = {
    PartyRole.FEDERAL: _("federal"),
    PartyRole.STATE: _("state"),
    PartyRole.LOCAL: _("local"),
    PartyRole.TRIBAL: _("tribal"),
    PartyRole.NEIGHBOR: _("of another state"),
}
DUE: Final[Mapping[DueKind, Promise]] = {
    DueKind.END: _("its period ends"),
    DueKind.NOTICE_OVER: _("a notice runs out and it ends"),
    DueKind.FIRST_REVIEW: _("its first review"),
    DueKind.MEETING: _("its meeting"),
}
ACTS: Final[Mapping[str, Promise]] = {
    EventKind.DRAFTED.value: _("a text was written"),
    EventKind.OFFERED.value: _("a version was offered"),
    EventKind.SIGNED.value: _("a signature was given"),
    EventKind.SCHEDULED.value: _("ready: a version takes its place when its own time begins"),
    EventKind.PUT_IN_FORCE.value: _("put in force"),
    EventKind.SUSPENDED.value: _("suspended"),
    EventKind.RESUMED.value: _("resumed"),
    EventKind.SUPERSEDED.value: _("replaced by another agreement"),
    EventKind.NOTICE_GIVEN.value: _("notice given: it will end"),
    EventKind.NOTICE_WITHDRAWN.value: _("notice taken back: it goes on"),
    EventKind.END_AGREED.value: _("a party agreed to end it"),
    EventKind.TERMINATED.value: _("ended"),
    REVIEWED: _("a review was recorded"),
    CONFIRMED: _("clauses were confirmed"),
}
REASONS: Final[Mapping[str, Promise]] = {
    SuspensionReason.TERMS_BREACHED.value: _("its terms were breached"),
    SuspensionReason.LEGAL_REVIEW.value: _("legal review"),
    SuspensionReason.COURT_ORDER.value: _("an order of a court"),
    SuspensionReason.SECURITY_INCIDENT.value: _("a security incident"),
    SuspensionReason.PARTY_REQUEST.value: _("a party asked for it"),
    TerminationReason.PARTY_WITHDREW.value: _("a party withdrew"),
    TerminationReason.MUTUAL.value: _("all parties agreed"),
    TerminationReason.PUBLIC_SAFETY.value: _("public safety"),
    TerminationReason.LAW_CHANGED.value: _("the law changed"),
    TerminationReason.NOT_CONCLUDED.value: _("it was not concluded"),
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
EFFECTS: Final[Mapping[str, Promise]] = {
    "share": _("lets share"),
    "exclude": _("keeps back"),
    "onward": _("limits passing on"),
    "quota": _("limits how often"),
    "approval": _("asks for approval"),
    "retention": _("limits keeping"),
    "training": _("asks for training"),
}
FATES: Final[Mapping[Fate, Promise]] = {
    Fate.ADDED: _("added"),
    Fate.REMOVED: _("taken out"),
    Fate.CHANGED: _("changed"),
}
UNITS: Final[Mapping[str, Promise | str]] = {
    "years": _("years"),
    "months": _("months"),
    "days": _("days"),
    "hours": _("hours"),
    "minutes": _("minutes"),
    "percent": _("percent"),
}
_HEAD_FIELDS: Final[Mapping[str, Promise]] = {
    "title": _("Title"),
    "starts_at": _("From"),
    "ends_at": _("Until"),
}


SAID_IN_THE_TEXT: Final = frozenset({"word", "list"})
"""Units whose values are words of the text, in its language."""


def head_label(name: str) -> str:
    """Return what a field of a version's head is called."""
    return str(_HEAD_FIELDS.get(name, name))


def said_value(value: object, unit: str) -> str:
    """Return the value of a provision in words: `45 days`, `yes`."""
    match value:
        case bool():
            return str(_("yes") if value else _("no"))
        case list() | tuple():
            return ", ".join(str(one).replace("_", " ") for one in value)
        case str() if unit == "word":
            return value.replace("_", " ")
        case _:
            return f"{value} {UNITS.get(unit, '')}".strip()
