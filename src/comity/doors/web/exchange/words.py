"""The words of the exchange on pages: what an ask came to, by which means, at which stage."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.coordination.exchange.commands.outside import Means

STATUSES: Final[Mapping[str, Promise]] = {
    "disclosed": _("Disclosed"),
    "needs_approval": _("Waits for approval"),
    "held": _("Held for counsel"),
    "refused": _("Refused"),
    "pending": _("Accepted"),
    "awaiting_answer": _("Waits for the holder"),
    "no_record": _("No such record"),
    "nothing_to_share": _("Nothing to share"),
    "stopped": _("Stopped on its way"),
    "told_outside": _("Told outside Comity"),
}
IN_PART: Final = _("Disclosed in part")
MEANING: Final[Mapping[str, Promise]] = {
    "disclosed": _("What may go has left. Whoever asked receives it below."),
    "needs_approval": _(
        "A post of the holder looks at what would leave, and approves or refuses. Nothing is to be done."
    ),
    "held": _("One law commands sharing and another bars it: counsel of the holder decides which prevails."),
    "refused": _("Nothing may go as asked. Below stands why, and what can be done."),
    "pending": _("Your ask is recorded. Its answer appears on this page within a few seconds, whatever it is."),
    "awaiting_answer": _("The holder looks into its files and answers by its due date. Nothing is to be done."),
    "no_record": _("The law permits it, but the holder has nothing on file under this reference."),
    "nothing_to_share": _(
        "There is nothing to share. This is said whatever the cause: that there is no record, or that it may not go."
    ),
    "stopped": _("It was disclosed, and stopped before it was handed over: an agreement it rested on is not in force."),
    "told_outside": _(
        "The holder told this by other means and recorded it afterwards; its privacy officer reviews it."
    ),
}
TONES: Final[Mapping[str, str]] = {
    "disclosed": "yes",
    "in_part": "in_part",
    "refused": "no",
    "stopped": "no",
    "no_record": "plain",
    "nothing_to_share": "plain",
    "told_outside": "plain",
}
"""How an answer is colored; what is not here waits."""
CLASS_OUTCOMES: Final[Mapping[str, Promise]] = {
    "disclosed": _("left"),
    "permitted_by_type": _("may go, if the record shows nothing against it"),
    "needs_approval": _("waits for approval"),
    "held": _("held for counsel"),
    "refused": _("stays"),
    "no_record": _("may go, but is not on file"),
}
PREVIEWED: Final[Mapping[str, Promise]] = {
    "disclosed": _("may go"),
    "needs_approval": _("waits for approval"),
    "held": _("held for counsel"),
    "refused": _("stays"),
}
STAGES: Final[Mapping[str, Promise]] = {
    "type": _("Decided by type, as the ask arrived"),
    "record": _("Decided by the record"),
    "approval": _("Decided after approval"),
    "counsel": _("Decided by counsel"),
    "delivery": _("Decided at delivery"),
    "outside": _("Judged as of the time it was told"),
}
EVENTS: Final[Mapping[str, Promise]] = {
    "sent": _("Waits to be received"),
    "received": _("Received"),
    "stopped": _("Stopped on its way"),
}
HAPPENED: Final[Mapping[str, Promise]] = {
    "sent": _("Signed and sent"),
    "received": _("Received; the receipt is filed"),
    "stopped": _("Stopped on its way"),
}
REVIEWS: Final[Mapping[str, Promise]] = {
    "validated": _("Kept another term"),
    "purged": _("What was disclosed was purged; the proof stays"),
    "reviewed": _("Reviewed by the privacy officer"),
}
FINDINGS: Final[Mapping[str, Promise]] = {"proper": _("it was proper"), "breach": _("it was a breach")}
PATHS: Final[Mapping[str, Promise]] = {"live": _("asked"), "outside": _("told outside")}
MEANS: Final[Mapping[Means, Promise]] = {
    Means.RADIO: _("by radio"),
    Means.TELEPHONE: _("by telephone"),
    Means.IN_PERSON: _("in person"),
    Means.WRITING: _("in writing"),
}


def status_words(status: str, *, in_part: bool | None = False) -> Promise | str:
    """Return what an ask came to; `in_part`: something left, but not all."""
    return IN_PART if in_part and status == "disclosed" else STATUSES.get(status, status)


def tone_of(status: str, *, in_part: bool | None = False) -> str:
    """Return how an answer is colored."""
    return TONES.get("in_part" if in_part and status == "disclosed" else status, "after_approval")
