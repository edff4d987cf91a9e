"""What the functions of posts are called on pages."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.standing.directory.vocabulary import PostFunction as Post

FUNCTIONS: Final[Mapping[str, Promise]] = {
    Post.LIAISON: _("liaison"),
    Post.RECORDS_SUPERVISOR: _("records supervisor"),
    Post.RECORDS_CLERK: _("records clerk"),
    Post.PRIVACY_OFFICER: _("privacy officer"),
    Post.COUNSEL: _("counsel"),
    Post.AGENCY_HEAD: _("head of the agency"),
    Post.COMMANDER: _("commander"),
    Post.TRAINING_OFFICER: _("training officer"),
    Post.AUDITOR: _("auditor"),
    Post.ANALYST: _("analyst"),
    Post.SECURITY_OFFICER: _("security officer"),
}
