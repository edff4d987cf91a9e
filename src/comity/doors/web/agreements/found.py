"""Finding an agreement and one of its versions for a page, in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from comity.doors.web.posts import title_of
from comity.standing.agreements.facts import AgreementFacts, VersionFacts
from comity.standing.agreements.selectors import NoSuchAgreementError, get_agreement_by_code, list_versions
from comity.standing.directory.selectors import list_agencies, list_posts

_LONGEST_NUMBER = 7


@dataclass(frozen=True, slots=True)
class Names:
    """What agencies are called, by code and by id, and posts as `agency: post`."""

    by_code: Mapping[str, str]
    by_id: Mapping[UUID, str]
    posts: Mapping[UUID, str]

    def post(self, post_id: UUID) -> str:
        """Return who acted; what no post of the directory did, the node's steward did."""
        return self.posts.get(post_id) or _("the node's steward")


def agreement_or_404(code: str) -> AgreementFacts:
    """Return the agreement; raises `Http404` for one that is not open to the session, or not there."""
    try:
        return get_agreement_by_code(code)
    except NoSuchAgreementError:
        raise Http404(code) from None


def version_shown(request: HttpRequest, agreement: AgreementFacts) -> tuple[VersionFacts | None, list[VersionFacts]]:
    """Return the version asked for (`?version=`), else the one in force, else the newest; and all, oldest first."""
    versions = list_versions(agreement.id)
    wanted = number_of(request.GET.get("version", ""))
    if wanted is not None:
        chosen = next((one for one in versions if one.number == wanted), None)
        if chosen is None:
            raise Http404(wanted)
        return chosen, versions
    in_force = next((one for one in versions if one.id == agreement.current_version_id), None)
    return in_force or (versions[-1] if versions else None), versions


def number_of(text: str) -> int | None:
    """Return the number of a version that an address says, None where it says none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER else None


def names_of(agreement: AgreementFacts, *, posts: Iterable[UUID], agencies: Iterable[UUID] = ()) -> Names:
    """Return what parties, posts and further agencies are called; two readings."""
    acted = list_posts(set(posts))
    ids = {one.agency_id for one in agreement.parties} | {one.agency_id for one in acted.values()} | set(agencies)
    known = list_agencies(ids)
    return Names(
        by_code={one.code: one.name for one in known.values()},
        by_id={one.id: one.name for one in known.values()},
        posts={one.id: f"{known[one.agency_id].name}: {title_of(one)}" for one in acted.values()},
    )


def party_names(agreement: AgreementFacts, names: Names) -> Sequence[tuple[str, str]]:
    """Return code and name of each party, by name."""
    return sorted(
        ((one.agency_code, names.by_code.get(one.agency_code, one.agency_code)) for one in agreement.parties),
        key=lambda one: one[1].casefold(),
    )
