"""What every page about one agreement begins with: the agreement as the post's agency sees it, or no page at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comity.doors.web.page import Footing
from comity.doors.web.staff import Staff
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.drafts import DraftFacts, find_draft
from comity.standing.agreements.explain import clause_sentence, function_label
from comity.standing.agreements.facts import AgreementFacts, EventFacts, VersionFacts
from comity.standing.agreements.readiness import Readiness
from comity.standing.agreements.selectors import (
    NoSuchAgreementError,
    get_agreement_by_code,
    get_readiness,
    list_events,
    list_versions,
)
from comity.standing.agreements.states import IN_FORCE, SUSPENDED, TERMINATED
from comity.standing.agreements.terms import permits, read_terms
from comity.standing.directory.selectors import list_agencies
from comity.standing.directory.vocabulary import PostFunction

FOOTING: Final = Footing(
    readers=_("Posts of the parties to this agreement; nobody else sees it before it is public."),
    ground=_("The agreement itself, and the law of each party on how agreements are concluded."),
    record=_("What you do here is an entry of the ledger. Reading is not recorded: the page names no person."),
)


@dataclass(frozen=True, slots=True)
class ClauseRead:
    """A clause in plain words. `permits`: it lets something go, or frees what was received."""

    id: str
    says: str
    permits: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """An agreement with what lies between its draft and its end. `own`: the code of the post's agency among them."""

    agreement: AgreementFacts
    versions: tuple[VersionFacts, ...]
    events: tuple[EventFacts, ...]
    draft: DraftFacts | None
    lacks: Readiness | None
    own: str
    names: Mapping[str, str]
    staff: Staff

    @property
    def newest(self) -> VersionFacts | None:
        """The newest version, in force or on offer."""
        return self.versions[-1] if self.versions else None

    @property
    def on_offer(self) -> VersionFacts | None:
        """The version that waits to be signed and put in force."""
        newest = self.newest
        return newest if newest is not None and newest.id != self.agreement.current_version_id else None

    @property
    def in_force(self) -> VersionFacts | None:
        """The version that was put in force last."""
        return next((one for one in self.versions if one.id == self.agreement.current_version_id), None)

    @property
    def state(self) -> str:
        """The state as the commands see it now: terminated where a notice is over that nobody has closed yet."""
        over = self.agreement.notice_ends_at
        is_over = over is not None and over <= self.staff.now and self.agreement.state in {IN_FORCE, SUSPENDED}
        return TERMINATED if is_over else self.agreement.state

    @property
    def codes(self) -> Mapping[UUID, str]:
        """The code of each party, by its id."""
        return {party.agency_id: party.agency_code for party in self.agreement.parties}

    def name(self, code: str) -> str:
        """Return what an agency is called."""
        return self.names.get(code, code)


def find(staff: Staff, code: str) -> Subject:
    """Return the agreement with this code; 404 for one that the post's agency is not party to."""
    with reading(staff.actor):
        try:
            agreement = get_agreement_by_code(code)
        except NoSuchAgreementError:
            raise Http404(code) from None
        versions = tuple(list_versions(agreement.id))
        agencies = list_agencies({party.agency_id for party in agreement.parties})
        lacks = get_readiness(versions[-1].id) if versions else None
        draft = find_draft(agreement.id, staff.agency.id)
        events = tuple(list_events(agreement.id))
    names = {one.code: one.name for one in agencies.values()}
    own = next((one.agency_code for one in agreement.parties if one.agency_id == staff.agency.id), "")
    return Subject(agreement, versions, events, draft, lacks, own, names, staff)


def clauses_of(version: VersionFacts, names: Mapping[str, str]) -> list[ClauseRead]:
    """Return the clauses of a version in plain words, in the reader's language."""
    language = get_language() or "en"
    return [
        ClauseRead(one.id, clause_sentence(one, language=language, names=names), permits(one))
        for one in read_terms(version.terms).clauses
    ]


def said_functions(functions: frozenset[PostFunction]) -> str:
    """Return what posts of these functions are called, in the reader's language."""
    language = get_language() or "en"
    return ", ".join(sorted(function_label(one.value, language=language) for one in functions))
