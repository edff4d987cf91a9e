"""Addresses of the console about the law, below `/console/law/`. No rule is called like one of its other pages."""

from typing import Final

from django.urls import URLPattern, path

from comity.doors.web.law.authorities import authorities, authority
from comity.doors.web.law.releases import release, releases
from comity.doors.web.law.rules import rule, rules
from comity.doors.web.law.settings import settings
from comity.doors.web.law.tables import table, tables
from comity.doors.web.law.vocabulary import vocabulary

ADDRESSES: Final[list[URLPattern]] = [
    path("", rules, name="rules"),
    path("authorities/", authorities, name="authorities"),
    path("authorities/<slug:authority_code>/", authority, name="authority"),
    path("tables/", tables, name="tables"),
    path("tables/<slug:table_name>/", table, name="table"),
    path("releases/", releases, name="releases"),
    path("releases/<uuid:release_id>/", release, name="release"),
    path("settings/", settings, name="settings"),
    path("words/", vocabulary, name="words"),
    path("<slug:rule_id>/", rule, name="rule"),
]
