"""Addresses of the portal."""

from typing import Final

from django.urls import URLPattern, path, re_path

from comity.doors.portal import directory, law, ledger, pages

app_name: Final = "portal"
urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("agreements/", pages.agreements, name="agreements"),
    path("agreements/<slug:code>/", pages.agreement, name="agreement"),
    path("agreements/<slug:code>/versions/<int:number>/", pages.version, name="version"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("checkpoint", ledger.checkpoint, name="checkpoint"),
    re_path(r"^tile/[0-9x/.p]+$", ledger.tile, name="tile"),
    path("law/", law.rules, name="law"),
    path("law/rules/<slug:rule_id>/", law.rule, name="rule"),
    path("law/authorities/", law.authorities, name="authorities"),
    path("law/authorities/<slug:authority_code>/", law.authority, name="authority"),
    path("law/tables/", law.tables, name="tables"),
    path("law/tables/<slug:table_name>/", law.table, name="table"),
    path("agencies/", directory.agencies, name="agencies"),
    path("agencies/map/counties/", directory.county_map, name="agencies-map"),
    path("agencies/<slug:code>/", directory.agency, name="agency"),
    path("task-forces/<slug:code>/", directory.task_force, name="task-force"),
    path("protocols/", pages.protocols, name="protocols"),
    path("rights/", pages.rights, name="rights"),
]
