"""Addresses of the console about asks and disclosures, below `/console/exchange/`."""

from typing import Final

from django.urls import URLPattern, path

from comity.doors.web.exchange import asking, asks, deliveries, outside, start, story

ADDRESSES: Final[list[URLPattern]] = [
    path("", start.start, name="exchange"),
    path("ask/", asking.ask, name="ask"),
    path("asks/", asks.asks, name="asks"),
    path("asks/<uuid:ask_id>/", story.exchange_ask, name="exchange-ask"),
    path("asks/<uuid:ask_id>/deliveries/<uuid:disclosure_id>/receive/", story.receive, name="delivery-receive"),
    path("asks/<uuid:ask_id>/disclosures/<uuid:disclosure_id>/open/", story.open_one, name="disclosure-open"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("told/", asks.told, name="told"),
    path("told/new/", outside.tell, name="tell"),
]
