"""Addresses of the console."""

from typing import Final

from django.urls import URLPattern, URLResolver, include, path

from comity.doors.web import accounts, desk, digest, ledger, may, shifts
from comity.doors.web.agreements.urls import ADDRESSES as AGREEMENTS
from comity.doors.web.audit.urls import ADDRESSES as AUDIT
from comity.doors.web.directory.urls import ADDRESSES as DIRECTORY
from comity.doors.web.exchange.urls import ADDRESSES as EXCHANGE
from comity.doors.web.law.urls import ADDRESSES as LAW

app_name: Final = "console"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", desk.desk, name="desk"),
    path("pulse/", desk.pulse, name="pulse"),
    path("seen/", desk.seen, name="seen"),
    path("digest/", digest.digest, name="digest"),
    path("handover/", shifts.handovers, name="handovers"),
    path("handover/leave/", shifts.leave, name="handover-leave"),
    path("handover/<uuid:handover_id>/take/", shifts.take_over, name="handover-take"),
    path("post/", desk.choose_post, name="post"),
    path("draft/", desk.put_draft, name="draft"),
    path("may/", may.may, name="may"),
    path("exchange/", include(EXCHANGE)),
    path("agreements/", include(AGREEMENTS)),
    path("audit/", include(AUDIT)),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/<uuid:entry_id>/", ledger.entry, name="ledger-entry"),
    path("law/", include(LAW)),
    path("directory/", include(DIRECTORY)),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/open/", accounts.open_one, name="account-open"),
    path("accounts/<uuid:account_id>/", accounts.account, name="account"),
    path("accounts/<uuid:account_id>/change/", accounts.change, name="account-change"),
]
