"""What the directory's vocabularies are called."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.web.page import NOT_RECORDED, Footing
from comity.standing.directory.vocabulary import AgencyKind, ContactKind, Hosting, Limit, Power

FOOTING: Final = Footing(
    readers=_("Every post of every agency of this node."),
    ground=_("Agencies keep their own entries; lists of the public are named as what they are."),
    record=NOT_RECORDED,
)
CONTACTS: Final[dict[ContactKind, Promise]] = {
    ContactKind.PHONE: _("telephone"),
    ContactKind.EMAIL: _("email"),
    ContactKind.RADIO: _("radio"),
}
KINDS: Final[dict[AgencyKind, Promise]] = {
    AgencyKind.FEDERAL: _("federal"),
    AgencyKind.STATE: _("state"),
    AgencyKind.LOCAL: _("local"),
    AgencyKind.TRIBAL: _("tribal"),
    AgencyKind.NEIGHBORING_STATE: _("of another state"),
}
HOSTINGS: Final[dict[Hosting, Promise]] = {
    Hosting.HERE: _("at this node"),
    Hosting.ELSEWHERE: _("at another node"),
    Hosting.LISTED: _("listed only"),
}
POWERS: Final[dict[Power, Promise]] = {
    Power.LAW_ENFORCEMENT: _("law enforcement"),
    Power.CRIMINAL_JUSTICE: _("criminal justice"),
    Power.DHS: _("Homeland Security"),
    Power.DOJ: _("Justice Department"),
    Power.STATE_DEPARTMENT: _("Department of State"),
    Power.STATE_AGENCY: _("agency of a state"),
    Power.IMMIGRATION_ENFORCEMENT: _("immigration enforcement"),
    Power.CUSTOMS: _("customs"),
    Power.BORDER_PATROL: _("border patrol"),
    Power.INVESTIGATIONS: _("investigations"),
    Power.CORRECTIONS: _("corrections"),
    Power.DETENTION: _("detention"),
    Power.RECORDS: _("records"),
    Power.CJIS_AGENCY: _("the state's CJIS agency"),
    Power.PROSECUTION: _("prosecution"),
    Power.INTELLIGENCE: _("intelligence"),
    Power.GRANTS: _("grants"),
    Power.OVERSIGHT: _("oversight"),
    Power.OFFICER_STANDARDS: _("standards of officers"),
    Power.TRIBAL_GOVERNMENT: _("tribal government"),
    Power.DRIVER_LICENSES: _("driver licenses"),
    Power.CHILD_WELFARE: _("child welfare"),
    Power.JUVENILE_JUSTICE: _("juvenile justice"),
    Power.VICTIM_SERVICES: _("victim services"),
    Power.EMERGENCY_MANAGEMENT: _("emergency management"),
    Power.PRIVACY: _("privacy"),
    Power.NODE_COUNSEL: _("counsel of this node"),
}
LIMITS: Final[dict[Limit, Promise]] = {
    Limit.NO_TITLE_8: _("no authority under title 8 of the U.S. Code without an agreement"),
    Limit.GRANTS_ONLY: _("grants only"),
    Limit.NO_ARREST: _("no arrests"),
    Limit.TRIBAL_LAND_CONSENT: _("on tribal land by consent alone"),
    Limit.UNVERIFIED: _("unverified: taken from a public list"),
}
