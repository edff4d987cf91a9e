"""Every page, and who is shown it: the one list in which words, hindrances and pictures are looked for.

A path may hold names that a scene gives: `/console/accounts/{account}/`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Shown:
    """A page and who looks at it; no post: anybody at all."""

    path: str
    post: str = ""
    agency: str = "az-dps"

    def at(self, scene: Mapping[str, object]) -> str:
        """Return its address in a scene."""
        return self.path.format(**scene)

    @property
    def name(self) -> str:
        """A name for a file."""
        words = re.sub(r"[^a-z0-9]+", "-", self.path.lower()).strip("-")[:80] or "home"
        return f"{words}.{self.post or 'anybody'}"


def _of(post: str, *paths: str, agency: str = "az-dps") -> tuple[Shown, ...]:
    return tuple(Shown(path, post, agency) for path in paths)


_ASKED = "holder=az-dps&purpose=criminal_investigation&category=case&element=home_address&element=person_name"
_EXCHANGE = (
    "/console/exchange/",
    "/console/exchange/ask/",
    f"/console/exchange/ask/?{_ASKED}",
    "/console/exchange/asks/",
    "/console/exchange/asks/?status=held",
    "/console/exchange/deliveries/",
    "/console/exchange/told/",
    "/console/exchange/told/new/",
    "/console/exchange/asks/{disclosed}/",
    "/console/exchange/asks/{approval}/",
    "/console/exchange/asks/{refused}/",
    "/console/exchange/asks/{hidden}/",
)
_AGREEMENTS = (
    "/console/agreements/",
    "/console/agreements/?q=nothing-like-this",
    "/console/agreements/due/",
    "/console/agreements/az-ut-interlocal-2025/",
    "/console/agreements/az-ut-interlocal-2025/clauses/cases/",
    "/console/agreements/az-ut-interlocal-2025/law/",
    "/console/agreements/az-ut-interlocal-2025/compare/",
    "/console/agreements/az-ut-interlocal-2025/who-brought/",
    "/console/agreements/az-ut-interlocal-2025/comments/",
    "/console/agreements/az-ut-interlocal-2025/lacks/",
    "/console/agreements/{offered}/",
    "/console/agreements/{offered}/lacks/",
)
_COUNSEL = (
    "/console/agreements/import/",
    "/console/agreements/new/",
    "/console/agreements/new/text/",
    "/console/agreements/new/from/mou/",
    "/console/agreements/{offered}/draft/",
    "/console/agreements/{offered}/offer/",
    "/console/agreements/{offered}/review/",
    "/console/agreements/{offered}/confirm/",
    "/console/agreements/{offered}/replay/",
    "/console/agreements/{offered}/attest/",
    "/console/agreements/{offered}/force/",
    "/console/agreements/az-ut-interlocal-2025/suspend/",
    "/console/agreements/az-ut-interlocal-2025/publish/",
)
_HEAD = (
    "/console/agreements/passkeys/",
    "/console/agreements/{offered}/sign/",
    "/console/agreements/az-ut-interlocal-2025/resume/",
    "/console/agreements/az-ut-interlocal-2025/notice/",
    "/console/agreements/az-ut-interlocal-2025/supersede/",
    "/console/agreements/az-ut-interlocal-2025/end/",
)

INSIDE: tuple[Shown, ...] = (
    *_of(
        "security",
        "/console/",
        "/console/may/",
        "/console/may/?way=share&other=hsi-arizona&purpose=criminal_investigation&category=case&element=email",
        "/console/law/",
        "/console/law/?q=nothing-like-this",
        "/console/law/law-28/",
        "/console/law/authorities/",
        "/console/law/authorities/F01/",
        "/console/law/tables/",
        "/console/law/tables/law-30/",
        "/console/law/releases/",
        "/console/law/settings/",
        "/console/law/words/?part=category",
        "/console/directory/",
        "/console/directory/az-dps/",
        "/console/directory/dhs-ice/",
        "/console/directory/pima-so/",
        "/console/directory/navajo-nation-pd/",
        "/console/directory/map/counties/",
        "/console/directory/task-forces/az-hidta/",
        "/console/accounts/",
        "/console/accounts/open/",
        "/console/accounts/{account}/",
        "/console/ledger/",
        "/console/ledger/?entry=nonsense",
        "/console/ledger/?up_to=0",
        "/console/digest/",
        "/console/digest/?day=2026-01-05",
        "/console/handover/",
        "/console/nothing/",
        "/accounts/2fa/",
        "/accounts/2fa/recovery-codes/",
        "/accounts/sessions/",
        "/accounts/password/change/",
        "/accounts/reauthenticate/",
    ),
    *_of("liaison", "/console/accounts/"),
    *_of("liaison", *_EXCHANGE, "/console/exchange/asks/{awaiting}/", agency="hsi-arizona"),
    *_of(
        "records-supervisor",
        "/console/",
        *_EXCHANGE,
        "/console/exchange/queue/",
        "/console/exchange/queue/?q=nothing-like-this",
        "/console/exchange/retention/",
        "/console/exchange/accounting/ask/",
        "/console/exchange/tasks/{approval_task}/",
    ),
    *_of("records-clerk", "/console/exchange/queue/", "/console/exchange/tasks/{answer_task}/", agency="pima-so"),
    *_of("counsel", "/console/exchange/tasks/{counsel_task}/", agency="cochise-so"),
    *_of("privacy", "/console/exchange/reviews/", "/console/exchange/accounting/"),
    *_of("counsel", "/console/exchange/tasks/{approval_task}/", *_AGREEMENTS, *_COUNSEL),
    *_of("head", *_HEAD),
    *_of(
        "auditor",
        "/console/audit/",
        "/console/audit/draw/",
        "/console/audit/{sample}/",
        "/console/audit/{sample}/{decision}/",
        "/console/audit/{sample}/paper/",
    ),
)
OUTSIDE: tuple[Shown, ...] = _of(
    "",
    "/",
    "/agreements/",
    "/agreements/az-sharing-2026/",
    "/agreements/tfm-demo-2025/versions/1/",
    "/law/",
    "/law/rules/law-28/",
    "/law/authorities/",
    "/law/tables/",
    "/law/tables/law-30/",
    "/agencies/",
    "/agencies/map/counties/",
    "/agencies/pima-so/",
    "/agencies/navajo-nation-pd/",
    "/task-forces/az-hidta/",
    "/protocols/",
    "/ledger/",
    "/ledger/?entry=nonsense",
    "/rights/",
    "/accounts/login/",
    "/accounts/join/",
    "/nothing/",
)


def by_person(pages: Iterable[Shown]) -> list[tuple[tuple[str, str], list[Shown]]]:
    """Return the pages of each agency and post together, so that everybody signs in once."""

    def who(page: Shown) -> tuple[str, str]:
        return page.agency, page.post

    return [(one, list(theirs)) for one, theirs in groupby(sorted(pages, key=who), key=who)]
