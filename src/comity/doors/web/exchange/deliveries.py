"""What was disclosed to the agency: what waits to be received, what was received, what was stopped. No values."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.listing import MOST_EXPORTED, DeliveryLine, search_deliveries
from comity.doors.lists import PER_PAGE, Choice, Column, Filter, ListPage, asked_of, csv_of, headings_of
from comity.doors.web.exchange.words import EVENTS
from comity.doors.web.known import agencies_of, hosted_agencies
from comity.doors.web.page import NOT_RECORDED, Footing, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.kernel.time import utc_text
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts

_FOOTING: Final = Footing(
    readers=_("Posts of the agency that these disclosures went to."),
    ground=_("The decisions that let them go; each is named on the page of its ask."),
    record=NOT_RECORDED,
)


def _columns(names: Mapping[UUID, AgencyFacts]) -> tuple[Column[DeliveryLine], ...]:
    return (
        Column("asked", _("When"), lambda row: utc_text(row.happened_at)),
        Column("event", _("State"), lambda row: row.event),
        Column("partner", _("From"), lambda row: names[row.holder_id].code if row.holder_id in names else ""),
    )


@page(Permission.DELIVERY_READ, _FOOTING)
def deliveries(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List what was disclosed to the agency."""
    with reading(staff.actor) as cursor:
        hosted = hosted_agencies(staff)
        partners = sorted((one for one in hosted.values() if one.id != staff.agency.id), key=lambda one: one.name)
        filters = (
            Filter("event", _("State"), tuple(Choice(code, label) for code, label in EVENTS.items())),
            Filter("partner", _("From"), tuple(Choice(one.code, one.name) for one in partners)),
        )
        asked = asked_of(request, columns=_columns({}), filters=filters, sort="-asked")
        partner = next((one.id for one in partners if one.code == asked.filters.get("partner")), None)
        found = search_deliveries(
            cursor,
            staff.agency.id,
            event=asked.filters.get("event"),
            partner_id=partner,
            is_descending=asked.is_descending,
            offset=0 if asked.is_csv else (asked.number - 1) * PER_PAGE,
            limit=MOST_EXPORTED if asked.is_csv else PER_PAGE,
        )
        names = agencies_of(staff, {row.holder_id for row in found.rows})
    columns = _columns(names)
    if asked.is_csv:
        return csv_of("deliveries", found.rows, columns)
    headings = headings_of(asked, columns, sortable={"asked"})
    context = {
        "found": ListPage(found.rows, found.total, asked, headings, filters, found.is_cut),
        "rows": [(row, names.get(row.holder_id), EVENTS.get(row.event, row.event)) for row in found.rows],
    }
    return show(request, "exchange/deliveries.html", context)
