"""Agencies with heads and counsel, agreements between them; everything entered through the commands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest
from agreements_given import NOW, SHARE, YEAR, terms_of

from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor, Duty
from comity.standing.directory.vocabulary import AgencyKind, PostFunction, Power


@dataclass(frozen=True)
class Office:
    """One agency of the tests with its head, its counsel, its liaison and its privacy officer."""

    code: str
    agency_id: UUID
    head: Actor
    counsel: Actor
    liaison: Actor
    privacy: Actor


@dataclass(frozen=True)
class Offices:
    """What the tests start from: a steward and five agencies."""

    steward: Actor
    pima: Office
    ice: Office
    hsi: Office
    california: Office
    bystander: Office

    @property
    def by_id(self) -> dict[UUID, Office]:
        every = (self.pima, self.ice, self.hsi, self.california, self.bystander)
        return {office.agency_id: office for office in every}


def make_offices(steward: Actor, codes: Mapping[str, AgencyKind]) -> list[Office]:
    from comity.standing.directory import commands as do

    agencies = [
        do.NewAgency(code=code, name=f"{code} of the tests", kind=kind, origin="test", powers=(Power.LAW_ENFORCEMENT,))
        for code, kind in codes.items()
    ]
    ids = do.register_agencies(by=steward, now=NOW, agencies=agencies)
    functions = (
        PostFunction.AGENCY_HEAD,
        PostFunction.COUNSEL,
        PostFunction.LIAISON,
        PostFunction.PRIVACY_OFFICER,
    )
    posts = [
        do.NewPost(agency_id, function.value, function.value, function) for agency_id in ids for function in functions
    ]
    made = do.create_posts(by=steward, now=NOW, posts=posts)
    fill_posts(steward, [(post.agency_id, post_id) for post, post_id in zip(posts, made, strict=True)])
    rest = iter(made)
    return [
        Office(code, agency_id, *(Actor(agency_id, next(rest)) for _ in functions))
        for code, agency_id in zip(codes, ids, strict=True)
    ]


def fill_posts(steward: Actor, posts: list[tuple[UUID, UUID]]) -> None:
    """Have each post (agency, post) held by an officer of its own."""
    from comity.standing.directory import commands as do
    from comity.standing.directory.vocabulary import SwornStatus

    officers = [
        do.NewOfficer(agency_id, f"{number:04d}", SwornStatus.CIVILIAN)
        for number, (agency_id, _) in enumerate(posts, start=1)
    ]
    ids = do.register_officers(by=steward, now=NOW, officers=officers)
    held = [do.Assignment(post, officer, Period(YEAR.starts_at)) for (_, post), officer in zip(posts, ids, strict=True)]
    do.assign_holders(by=steward, now=NOW, assignments=held)


@pytest.fixture
def offices(node: object) -> Offices:
    steward = Actor(new_id(), new_id(), Duty.STEWARD)
    kinds = {
        "pima-so": AgencyKind.LOCAL,
        "ice-ero-phoenix": AgencyKind.FEDERAL,
        "hsi-arizona": AgencyKind.FEDERAL,
        "ca-doj": AgencyKind.FEDERAL,
        "tucson-pd": AgencyKind.LOCAL,
    }
    return Offices(steward, *make_offices(steward, kinds))


Make = Callable[..., UUID]


@pytest.fixture
def draft(offices: Offices) -> Make:
    """Draft an agreement, by default between the sheriff and ICE."""
    from comity.standing.agreements.commands import draft_agreement
    from comity.standing.agreements.vocabulary import AgreementKind, PartyRole

    def make(
        *clauses: Mapping[str, object],
        code: str = "mou",
        parties: tuple[Office, ...] = (),
        period: Period | None = None,
    ) -> UUID:
        chosen = parties or (offices.pima, offices.ice)
        return draft_agreement(
            by=chosen[0].head,
            now=NOW,
            code=code,
            title="Memorandum",
            kind=AgreementKind.SHARING_MOU,
            parties={office.code: PartyRole.LOCAL for office in chosen},
            text="1 Purpose. To share.\n",
            terms=terms_of(*(clauses or (SHARE,))),
            period=period or Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        )

    return make


@pytest.fixture
def offered(offices: Offices, draft: Make) -> UUID:
    """Return the id of an agreement whose first version is on offer."""
    from comity.standing.agreements import commands as do

    agreement_id = draft()
    do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    return agreement_id


@pytest.fixture
def conclude(offices: Offices) -> Callable[[UUID], None]:
    """Offer the draft, do all that its parties have to do, put it in force."""
    from comity.spine.tenancy.transaction import reading
    from comity.standing.agreements import commands as do
    from comity.standing.agreements.demo.conclude import conclude as conclude_demo
    from comity.standing.agreements.selectors import get_version, list_events

    def run(agreement_id: UUID) -> None:
        with reading(offices.steward):
            drafted = [one.agency_id for one in list_events(agreement_id) if one.event == "drafted"]
        version_id = do.offer_agreement(by=offices.by_id[drafted[-1]].head, now=NOW, agreement_id=agreement_id)
        with reading(offices.steward):
            version = get_version(version_id)
        conclude_demo(version, by=offices.steward, now=NOW)

    return run


@pytest.fixture
def agreed(draft: Make, conclude: Callable[[UUID], None]) -> Make:
    """Return the id of an agreement in force."""

    def make(*clauses: Mapping[str, object], **rest: object) -> UUID:
        agreement_id = draft(*clauses, **rest)
        conclude(agreement_id)
        return agreement_id

    return make
