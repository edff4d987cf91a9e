"""What a post may do with an agreement now; and of what it may not, why not."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.doors.web.agreements.subject import Subject, said_functions
from comity.doors.web.permissions import MAY, Permission
from comity.kernel.states import IllegalTransitionError
from comity.standing.agreements.reviews import REVIEWERS
from comity.standing.agreements.states import AGREEMENT, IN_FORCE, SUPERSEDED, SUSPENDED, TERMINATED
from comity.standing.agreements.vocabulary import EventKind

Words = str | Promise
Why = Callable[[Subject], Words]


class Part(Enum):
    """Under which heading an act stands."""

    WRITE = _("Write and negotiate")
    BIND = _("Before it is in force")
    END = _("Rest, publish, end")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do: the name of its address, what it is called, and `why` it cannot be done now ("": it can)."""

    name: str
    label: Why
    part: Part
    permission: Permission
    why: Why


@dataclass(frozen=True, slots=True)
class Shown:
    """An act as one post sees it."""

    label: Words
    address: str
    part: Words
    why: Words

    @property
    def is_open(self) -> bool:
        """Tell whether it can be done now."""
        return not self.why


_NOT_OFFERED: Final = _("No version is on offer.")
_OVER: Final = _("The agreement has ended.")


def list_acts(found: Subject) -> list[Shown]:
    """Return every act, each with the reason where this post cannot do it now."""
    code = found.agreement.code
    return [
        Shown(one.label(found), reverse(f"console:{one.name}", args=[code]), one.part.value, _why(one, found))
        for one in ACTS
    ]


def why_not(name: str, found: Subject) -> Words:
    """Return why an act cannot be done with the agreement as it stands, whatever post it is; "" where it can."""
    return next(one.why(found) for one in ACTS if one.name == name)


def _why(act: Act, found: Subject) -> Words:
    if not found.staff.may(act.permission):
        return _("This is done by: %(posts)s.") % {"posts": said_functions(MAY[act.permission])}
    return act.why(found)


def _label(words: Promise) -> Why:
    return lambda _found: words


def _can(found: Subject, event: str) -> bool:
    try:
        AGREEMENT.next(found.state, event)
    except IllegalTransitionError:
        return False
    return True


def _draft_label(found: Subject) -> Words:
    if found.draft is not None:
        return _("Go on with your draft")
    if found.on_offer is not None and _offered_by(found) != found.staff.agency.id:
        return _("Write a counter-offer")
    return _("Write the next version")


def _offered_by(found: Subject) -> object:
    newest = found.on_offer
    offers = [one.agency_id for one in found.events if newest and one.version_id == newest.id]
    return offers[0] if offers else None


def _draft(found: Subject) -> Words:
    return _OVER if found.state in {SUPERSEDED, TERMINATED} else ""


def _offer(found: Subject) -> Words:
    if found.draft is None:
        return _("Your agency has no draft.")
    return "" if _can(found, "offer") else _("It cannot be offered while the agreement is suspended or over.")


def _comment(found: Subject) -> Words:
    return "" if found.versions else _("Nothing was offered yet.")


def _review(found: Subject) -> Words:
    if found.on_offer is None or found.lacks is None:
        return _NOT_OFFERED
    owed = [one for one in found.lacks.unreviewed if one.agency == found.own]
    if not owed:
        return _("Your agency owes no review that is open.")
    if not any(REVIEWERS[one.kind] is found.staff.post.function for one in owed):
        posts = frozenset(REVIEWERS[one.kind] for one in owed)
        return _("What is open is reviewed by: %(posts)s.") % {"posts": said_functions(posts)}
    return ""


def _confirm(found: Subject) -> Words:
    if found.on_offer is None or found.lacks is None:
        return _NOT_OFFERED
    lacks = found.lacks
    is_open = lacks.unconfirmed or lacks.confirmed_by_one_alone or lacks.unconfirmed_by_sender
    return "" if is_open else _("Every clause is confirmed by as many as it needs.")


def _sign(found: Subject) -> Words:
    newest = found.on_offer
    if newest is None or found.lacks is None:
        return _NOT_OFFERED
    if not _can(found, "sign"):
        return _("It cannot be signed while the agreement is suspended or over.")
    if found.staff.agency.id in newest.signed_by:
        return _("Your agency has signed this version.")
    if any(one.agency == found.own for one in found.lacks.unreviewed):
        return _("Your agency owes a review first.")
    return ""


def _attest(found: Subject) -> Words:
    if found.on_offer is None or found.lacks is None:
        return _NOT_OFFERED
    if not _can(found, "sign"):
        return _("It cannot be signed while the agreement is suspended or over.")
    return "" if found.lacks.unsigned else _("Every party has signed.")


def _force(found: Subject) -> Words:
    if found.on_offer is None or found.lacks is None:
        return _NOT_OFFERED
    if any(e.event is EventKind.SCHEDULED and e.version_id == found.on_offer.id for e in found.events):
        return _("It is scheduled: it takes effect by itself when its period begins.")
    if not _can(found, "put_in_force"):
        return _("It cannot be put in force while the agreement is suspended or over.")
    return "" if found.lacks.is_ready else _("Something is still missing.")


def _suspend(found: Subject) -> Words:
    return "" if found.state == IN_FORCE else _("It is not in force.")


def _resume(found: Subject) -> Words:
    if found.state != SUSPENDED:
        return _("It is not suspended.")
    last = [one for one in found.events if one.event is EventKind.SUSPENDED][-1]
    is_own = found.staff.agency.id == (last.for_agency_id or last.agency_id)
    return "" if is_own else _("Another party suspended it, which alone takes it up again.")


def _end(found: Subject) -> Words:
    return _OVER if found.state in {SUPERSEDED, TERMINATED} else ""


def _withdraw(found: Subject) -> Words:
    given = [one for one in found.events if one.event is EventKind.NOTICE_GIVEN]
    if found.agreement.notice_ends_at is None or not given or found.state not in {IN_FORCE, SUSPENDED}:
        return _("No notice runs.")
    is_own = found.staff.agency.id == (given[-1].for_agency_id or given[-1].agency_id)
    return "" if is_own else _("Another party gave the notice, which alone takes it back.")


def _supersede(found: Subject) -> Words:
    return "" if found.state in {IN_FORCE, SUSPENDED} else _("It is not in force.")


def _publish(found: Subject) -> Words:
    return "" if found.in_force is not None else _("It was never in force: nothing of it is public.")


ACTS: Final = (
    Act("agreement-draft", _draft_label, Part.WRITE, Permission.AGREEMENT_DRAFT, _draft),
    Act("agreement-offer", _label(_("Offer your draft")), Part.WRITE, Permission.AGREEMENT_DRAFT, _offer),
    Act("agreement-comments", _label(_("Comments and answers")), Part.WRITE, Permission.AGREEMENT_READ, _comment),
    Act("agreement-lacks", _label(_("What it still lacks")), Part.BIND, Permission.AGREEMENT_READ, _comment),
    Act("agreement-review", _label(_("Record a review")), Part.BIND, Permission.AGREEMENT_REVIEW, _review),
    Act("agreement-confirm", _label(_("Confirm clauses")), Part.BIND, Permission.AGREEMENT_REVIEW, _confirm),
    Act("agreement-replay", _label(_("What would change")), Part.BIND, Permission.AGREEMENT_REPLAY, _comment),
    Act("agreement-sign", _label(_("Sign")), Part.BIND, Permission.AGREEMENT_SIGN, _sign),
    Act("agreement-attest", _label(_("Attest a signature on paper")), Part.BIND, Permission.AGREEMENT_ATTEST, _attest),
    Act("agreement-force", _label(_("Put in force")), Part.BIND, Permission.AGREEMENT_FORCE, _force),
    Act("agreement-suspend", _label(_("Suspend")), Part.END, Permission.AGREEMENT_SUSPEND, _suspend),
    Act("agreement-resume", _label(_("Take up again")), Part.END, Permission.AGREEMENT_END, _resume),
    Act("agreement-publish", _label(_("Make the text public")), Part.END, Permission.AGREEMENT_PUBLISH, _publish),
    Act("agreement-notice", _label(_("Take back the notice")), Part.END, Permission.AGREEMENT_END, _withdraw),
    Act("agreement-supersede", _label(_("Replace by another")), Part.END, Permission.AGREEMENT_END, _supersede),
    Act("agreement-end", _label(_("End it")), Part.END, Permission.AGREEMENT_END, _end),
)
