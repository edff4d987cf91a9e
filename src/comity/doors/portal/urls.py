"""Addresses of the portal."""

from typing import Final

from django.urls import URLPattern, path, re_path

from comity.doors.portal import ledger, pages

app_name: Final = "portal"
urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("agreements/", pages.agreements, name="agreements"),
    path("agreements/<slug:code>/", pages.agreement, name="agreement"),
    path("agreements/<slug:code>/versions/<int:number>/", pages.version, name="version"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("checkpoint", ledger.checkpoint, name="checkpoint"),
    re_path(r"^tile/[0-9x/.p]+$", ledger.tile, name="tile"),
    path("rights/", pages.rights, name="rights"),
]
