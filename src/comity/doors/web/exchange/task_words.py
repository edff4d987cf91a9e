"""The words of tasks on pages: what is asked of whom, and how it ended."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.standing.directory.vocabulary import PostFunction
from comity.standing.law.catalogue import Word, load_catalogue

FUNCTIONS: Final[Mapping[str, Promise]] = {
    PostFunction.AGENCY_HEAD.value: _("head of the agency"),
    PostFunction.ANALYST.value: _("analyst of the agency"),
    PostFunction.AUDITOR.value: _("auditor of the agency"),
    PostFunction.COMMANDER.value: _("commanding officer"),
    PostFunction.COUNSEL.value: _("counsel of the agency"),
    PostFunction.INTERFACE.value: _("interface of a system"),
    PostFunction.LIAISON.value: _("liaison officer"),
    PostFunction.PRIVACY_OFFICER.value: _("privacy officer"),
    PostFunction.RECORDS_CLERK.value: _("records clerk"),
    PostFunction.RECORDS_SUPERVISOR.value: _("records supervisor"),
    PostFunction.SECURITY_OFFICER.value: _("security officer"),
    PostFunction.TRAINING_OFFICER.value: _("training officer"),
}
CAME_TO: Final[Mapping[str, Promise]] = {
    "awaiting_answer": _("The ask waits for an answer."),
    "disclosed": _("What was permitted is on its way to the asker."),
    "held": _("It now waits for counsel: a command of the law meets a bar."),
    "needs_approval": _("It now waits for approval before it leaves."),
    "no_record": _("The asker is told that there is no such record."),
    "nothing_to_share": _("The asker is told that there is nothing to share."),
    "pending": _("The asker is told at the next tick, within seconds."),
    "refused": _("Nothing of it leaves; the asker is told that it was refused."),
    "stopped": _("It was stopped on its way: an agreement no longer stands."),
    "told_outside": _("It was told outside the gate."),
}
"""What became of an ask, said to its holder."""
VERDICTS: Final[Mapping[str, Promise]] = {
    "answered": _("answered"),
    "answered_in_part": _("answered in part"),
    "no_record": _("answered: no record"),
    "release": _("released"),
    "refuse": _("refused"),
    "proper": _("found proper"),
    "breach": _("found a breach"),
    "let_go": _("let go: it is purged"),
    "refused": _("refused"),
    "withdrawn_by_person": _("withdrawn by the person"),
    "corrected": _("corrected"),
    "notice_taken": _("notice taken"),
    "send_again": _("sent again"),
    "told_otherwise": _("told in another way"),
    "given_up": _("given up"),
}
STATES: Final[Mapping[str, Promise]] = {
    "open": _("open"),
    "done": _("decided"),
    "withdrawn": _("withdrawn: nobody needs to decide it any more"),
    "lapsed": _("lapsed: nobody decided it in time"),
}
OUTCOMES: Final[Mapping[str, Promise]] = {
    "disclosed": _("may go"),
    "needs_approval": _("waits for approval"),
    "held": _("held for counsel"),
    "refused": _("stays"),
}
ABOUT: Final[Mapping[str, Promise]] = {
    "originator": _("the agency the record came from"),
    "ice": _("ICE"),
    "validation": _("whoever validates the record"),
}
"""Whom a notice is for, as the rules name it."""


def label(words: Mapping[str, Word], code: str) -> str:
    """Return the label of a code in the language of the page; an unknown code reads as it is."""
    return words[code].label(get_language() or "en") if code in words else code


def element_labels(codes: Iterable[str]) -> list[str]:
    """Return the labels of elements."""
    return [label(load_catalogue().elements, code) for code in codes]


def purpose_label(code: str) -> str:
    """Return the label of a purpose."""
    return label(load_catalogue().purposes, code)


def category_label(code: str) -> str:
    """Return the label of a kind of record."""
    return label(load_catalogue().categories, code)


def function_label(code: str | None) -> str:
    """Return what a post is for; "" for a task that names its post."""
    return str(FUNCTIONS.get(code or "", code or ""))
