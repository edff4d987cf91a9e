"""What posts are called in the reader's language: a function by the catalog, a title where the catalog knows it."""

from collections.abc import Collection, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.standing.directory.facts import PostFacts
from comity.standing.directory.vocabulary import PostFunction

FUNCTIONS: Final[Mapping[str, Promise]] = {
    PostFunction.LIAISON: _("liaison"),
    PostFunction.RECORDS_SUPERVISOR: _("records supervisor"),
    PostFunction.RECORDS_CLERK: _("records clerk"),
    PostFunction.PRIVACY_OFFICER: _("privacy officer"),
    PostFunction.COUNSEL: _("counsel"),
    PostFunction.AGENCY_HEAD: _("agency head"),
    PostFunction.COMMANDER: _("commander"),
    PostFunction.TRAINING_OFFICER: _("training officer"),
    PostFunction.AUDITOR: _("auditor"),
    PostFunction.ANALYST: _("analyst"),
    PostFunction.INTERFACE: _("interface"),
    PostFunction.SECURITY_OFFICER: _("security officer"),
}
USUAL: Final = (
    _("Agency head"),
    _("Liaison officer"),
    _("Records supervisor"),
    _("Privacy officer"),
    _("Agency counsel"),
    _("Interface custodian"),
    _("Records clerk"),
    _("Duty commander"),
    _("Intelligence analyst"),
    _("Training officer"),
    _("Auditor"),
    _("Security officer"),
)
"""Titles that the catalog translates; an agency writes others as it likes, in its own language."""
_ALIKE: Final = frozenset({"Auditor"})
"""Titles that read the same in Spanish."""


def title_of(post: PostFacts) -> str:
    """Return a post's title; where the reader's language has no word for it, the function with the title as written."""
    said = gettext(post.title or post.code)
    if said != post.title or post.title in _ALIKE or (get_language() or "en").startswith("en"):
        return said
    return f"{FUNCTIONS[post.function]} ({post.title})"


def list_functions(functions: Collection[PostFunction]) -> list[str]:
    """Return what functions are called, in the order of the alphabet."""
    return sorted(str(FUNCTIONS[one]) for one in functions)
