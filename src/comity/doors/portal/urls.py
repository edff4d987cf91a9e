"""Addresses of the portal."""

from typing import Final

from django.urls import URLPattern, path

from comity.doors.portal import pages

app_name: Final = "portal"
urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("agreements/", pages.agreements, name="agreements"),
    path("agreements/<slug:code>/", pages.agreement, name="agreement"),
    path("agreements/<slug:code>/versions/<int:number>/", pages.version, name="version"),
    path("ledger/", pages.ledger, name="ledger"),
    path("rights/", pages.rights, name="rights"),
]
