"""Before a version is signed: past decisions decided again under it, what would come out otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.replay import NEWEST, replay_newest
from comity.coordination.exchange.replayed import Line
from comity.coordination.exchange.replays import ReplayRead, find_replay
from comity.doors.ring import key_ring
from comity.doors.web.agreements.act_words import OUTCOMES
from comity.doors.web.agreements.refusals import REFUSED, refusal_of
from comity.doors.web.agreements.subject import FOOTING, Subject, find
from comity.doors.web.page import Footing, Words, page, show
from comity.doors.web.permissions import Permission
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.compile import parse_rule_id
from comity.standing.agreements.explain import clause_sentence, says
from comity.standing.agreements.facts import VersionFacts
from comity.standing.agreements.terms import read_terms
from comity.standing.law.explain import get_rule_text

FRESH: Final = timedelta(days=1)
"""How long a replay counts as shown before a signature: decisions go on being made."""
_FOOTING: Final = Footing(
    readers=_("Head, counsel, privacy officer and auditor of a party, each of what its own agency decided."),
    ground=FOOTING.ground,
    record=_(
        "Each replay is an entry of the ledger, with the fingerprint of its list. It names no record and no person."
    ),
)
_GOES: Final = "disclosed"


@dataclass(frozen=True, slots=True)
class Turned:
    """One way in which decisions would come out otherwise: by which rule, what was, what is, how often."""

    rule: str
    says: str
    cite: str
    was: Words
    now: Words
    is_gone: bool
    decisions: int


@dataclass(frozen=True, slots=True)
class Effect:
    """Differences of one direction."""

    title: Promise
    none: Promise
    lines: tuple[Turned, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A replay as a page shows it. `most`: how many decisions it looks at."""

    read: ReplayRead
    effects: tuple[Effect, ...]
    is_sample: bool
    most: int

    @property
    def is_same(self) -> bool:
        """Tell whether every decision came out the same for certain."""
        return not (self.read.different or self.read.undetermined or self.read.unreadable)


@page(Permission.AGREEMENT_REPLAY, _FOOTING, methods=("GET", "POST"))
def replay(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    """Show the last replay of the newest version; make one."""
    found = find(staff, code)
    version, refusal = found.newest, None
    if request.method == "POST" and version is not None:
        try:
            done = replay_newest(version_id=version.id, by=staff.actor, now=staff.now, keys=key_ring())
        except REFUSED as error:
            refusal = refusal_of(error)
        else:
            messages.success(request, _("%(count)s decisions were decided again.") % {"count": done.found})
            to_sign = request.POST.get("to") == "sign" and staff.may(Permission.AGREEMENT_SIGN)
            return redirect("console:agreement-sign" if to_sign else "console:agreement-replay", code=code)
    context = {
        "agreement": found.agreement,
        "version": version,
        "refusal": refusal,
        "most": NEWEST,
        "replay": shown_replay(found, version) if version else None,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return show(request, "agreements/replay.html", context, status)


def shown_replay(found: Subject, version: VersionFacts) -> Shown | None:
    """Return the last replay of the version by a post of the same agency, of the last day; None without one."""
    staff = found.staff
    with reading(staff.actor):
        read = find_replay(version=version.digest, agency_id=staff.agency.id, since=staff.now - FRESH)
    if read is None:
        return None
    lines = [(line, _turned(line, found)) for line in read.lines]
    newly = tuple(turned for line, turned in lines if line.part == "outcome" and line.now == _GOES)
    no_longer = tuple(turned for line, turned in lines if line.part == "outcome" and line.was == _GOES)
    rest = tuple(turned for line, turned in lines if line.part != "outcome" or _GOES not in {line.was, line.now})
    effects = (
        Effect(_("What would newly leave"), _("Nothing that stayed would leave."), newly),
        Effect(_("What would no longer leave"), _("Nothing that left would stay."), no_longer),
        Effect(_("What else would come out otherwise"), _("Nothing else changes."), rest),
    )
    return Shown(read, effects, read.found >= NEWEST, NEWEST)


_PARTS: Final[Mapping[str, Promise]] = {
    "elements": _("%(outcome)s, with other parts"),
    "approvers": _("%(outcome)s, with other approvers"),
}


def _turned(line: Line, found: Subject) -> Turned:
    now = OUTCOMES.get(line.now, line.now)
    if line.part in _PARTS:
        now = _PARTS[line.part] % {"outcome": now}
    return Turned(
        rule=line.rule,
        says=_says(line, found) if line.rule else str(_("Nothing permits it any more.")),
        cite=line.cite,
        was=OUTCOMES.get(line.was, line.was),
        now=now,
        is_gone=line.how == "gone",
        decisions=line.decisions,
    )


def _says(line: Line, found: Subject) -> str:
    """Return what the clause or the rule of law behind a difference says, in the reader's language."""
    language = get_language() or "en"
    ref = parse_rule_id(line.rule)
    if ref is None:
        return get_rule_text(line.says, language).says
    version = next((v for v in found.versions if (found.agreement.code, v.number) == (ref.code, ref.number)), None)
    clauses = read_terms(version.terms).clauses if version else ()
    said = (clause_sentence(one, language=language, names=found.names) for one in clauses if one.id == ref.clause)
    return next(said, says(line.says, language=language))
