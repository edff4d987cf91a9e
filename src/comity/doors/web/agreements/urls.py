"""Addresses of the console about agreements, below `/console/agreements/`."""

from typing import Final

from django.urls import URLPattern, path

from comity.doors.web.agreements import (
    clauses,
    drafting,
    ending,
    importing,
    listing,
    negotiation,
    one,
    passkeys,
    publishing,
    redline,
    replaying,
    reviewing,
    signing,
)

ADDRESSES: Final[list[URLPattern]] = [
    path("", listing.agreements, name="agreements"),
    path("due/", listing.due, name="agreements-due"),
    path("import/", importing.choose, name="agreement-import"),
    path("import/read/", importing.look_over, name="agreement-import-read"),
    path("import/draft/", importing.draft, name="agreement-import-draft"),
    path("import/draft/file/", importing.file, name="agreement-import-file"),
    path("new/", drafting.choose, name="agreement-new"),
    path("new/text/", drafting.write, name="agreement-write"),
    path("new/from/<slug:template>/", drafting.fill, name="agreement-fill"),
    path("passkeys/", passkeys.passkeys, name="agreement-passkeys"),
    path("<slug:code>/", one.agreement, name="agreement"),
    path("<slug:code>/clauses/<slug:clause_id>/", clauses.clause, name="agreement-clause"),
    path("<slug:code>/law/", clauses.conflicts, name="agreement-law"),
    path("<slug:code>/compare/", redline.compare, name="agreement-compare"),
    path("<slug:code>/who-brought/", redline.brought, name="agreement-brought"),
    path("<slug:code>/draft/", drafting.draft, name="agreement-draft"),
    path("<slug:code>/offer/", drafting.offer, name="agreement-offer"),
    path("<slug:code>/comments/", negotiation.comments, name="agreement-comments"),
    path("<slug:code>/comments/say/", negotiation.say, name="agreement-say"),
    path("<slug:code>/lacks/", reviewing.lacks, name="agreement-lacks"),
    path("<slug:code>/review/", reviewing.review, name="agreement-review"),
    path("<slug:code>/confirm/", reviewing.confirm, name="agreement-confirm"),
    path("<slug:code>/replay/", replaying.replay, name="agreement-replay"),
    path("<slug:code>/sign/", signing.sign, name="agreement-sign"),
    path("<slug:code>/attest/", signing.attest, name="agreement-attest"),
    path("<slug:code>/force/", signing.force, name="agreement-force"),
    path("<slug:code>/suspend/", ending.suspend, name="agreement-suspend"),
    path("<slug:code>/resume/", ending.resume, name="agreement-resume"),
    path("<slug:code>/publish/", publishing.publish, name="agreement-publish"),
    path("<slug:code>/notice/", ending.notice, name="agreement-notice"),
    path("<slug:code>/supersede/", ending.supersede, name="agreement-supersede"),
    path("<slug:code>/end/", ending.end, name="agreement-end"),
]
"""Words come before the codes: no agreement has these for a code (`standing.agreements.checking`)."""
