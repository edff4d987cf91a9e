"""Addresses of the console about agreements, below `/console/agreements/`."""

from typing import Final

from django.urls import URLPattern, path

from comity.doors.web.agreements import clauses, importing, listing, one, redline

ADDRESSES: Final[list[URLPattern]] = [
    path("", listing.agreements, name="agreements"),
    path("due/", listing.due, name="agreements-due"),
    path("import/", importing.choose, name="agreement-import"),
    path("import/read/", importing.look_over, name="agreement-import-read"),
    path("import/draft/", importing.draft, name="agreement-import-draft"),
    path("import/draft/file/", importing.file, name="agreement-import-file"),
    path("<slug:code>/", one.agreement, name="agreement"),
    path("<slug:code>/clauses/<slug:clause_id>/", clauses.clause, name="agreement-clause"),
    path("<slug:code>/law/", clauses.conflicts, name="agreement-law"),
    path("<slug:code>/compare/", redline.compare, name="agreement-compare"),
    path("<slug:code>/who-brought/", redline.brought, name="agreement-brought"),
]
"""`due` and `import` come before the codes: no agreement has these for a code (`standing.agreements.checking`)."""
