"""Whatever is done in whatever order: nothing unsigned, unreviewed, unconfirmed, suspended or out of time permits."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from agreements_given import NOW, SHARE, YEAR, ask, facts_of, terms_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signing_given import SCAN, newest, publish_key, sign, signature_of

from comity.kernel.time import Period
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import acting, reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.audit import list_contradictions
from comity.standing.agreements.live import lock_agreements
from comity.standing.agreements.vocabulary import Finding, ReviewKind, SuspensionReason, TerminationReason

NINETY = {"term": "termination_notice_days", "value": 90, "unit": "days"}
MISTAKES = (PermissionError, ValueError, LookupError)
PARTIES = ("pima", "ice")
POSTS = ("head", "counsel", "privacy")
STEPS = [
    *(("review", party, finding.value) for party in PARTIES for finding in Finding),
    *(("confirm", party, post) for party in PARTIES for post in POSTS),
    *(("sign", party, "") for party in PARTIES),
    *(("attest", party, post) for party in PARTIES for post in POSTS),
    *(("attest_own", party, post) for party in PARTIES for post in POSTS),
    *(("force", party, "") for party in PARTIES),
    *(("suspend", party, "") for party in PARTIES),
    *(("resume", party, "") for party in PARTIES),
    *(("end", party, reason.value) for party in PARTIES for reason in TerminationReason),
    ("withdraw_notice", "pima", ""),
    ("offer", "ice", ""),
]


@dataclass
class Book:
    """What was done with success, kept apart from what the code computes."""

    satisfied: bool = False
    confirmed: set[str] = field(default_factory=set)
    signed: set[str] = field(default_factory=set)
    attested: dict[str, set[str]] = field(default_factory=dict)
    in_force: bool = False
    suspended: bool = False
    agreed_to_end: set[str] = field(default_factory=set)
    ended: bool = False
    notice: datetime | None = None

    def offered(self) -> None:
        """Forget what was given to the offer before."""
        self.satisfied, self.confirmed, self.signed, self.attested = False, set(), set(), {}

    @property
    def is_bound(self) -> bool:
        on_paper = {
            party
            for party, posts in self.attested.items()
            if len(posts) > 1 and not posts.isdisjoint({f"{party}/head", f"{party}/counsel"})
        }
        by_sender = any(post.startswith("pima/") for post in self.confirmed)
        bound = self.signed | on_paper
        return self.satisfied and len(self.confirmed) > 1 and by_sender and bound == set(PARTIES)

    def may_permit(self, at: datetime) -> bool:
        open_still = self.notice is None or at < self.notice
        return self.in_force and not self.suspended and not self.ended and open_still and YEAR.contains(at)


@dataclass
class Life:
    """One agreement and its book."""

    offices: object
    agreement_id: UUID
    book: Book = field(default_factory=Book)

    def take(self, step: tuple[str, str, str]) -> None:
        """Do one step; what the code refuses changes nothing."""
        name, party, detail = step
        office = getattr(self.offices, party)
        try:
            getattr(self, name)(office, party, detail)
        except MISTAKES:
            return

    @property
    def here(self) -> dict[str, object]:
        return {"now": NOW, "agreement_id": self.agreement_id}

    @property
    def digest(self) -> str:
        return newest(self.offices.steward, self.agreement_id)

    def review(self, office, _party, detail) -> None:
        do.record_review(
            by=office.privacy, kind=ReviewKind.PRIVACY_ASSESSMENT, agency=office.code, finding=Finding(detail),
            digest=self.digest, document_sha256="b" * 64, **self.here,
        )  # fmt: skip
        self.book.satisfied = detail == "satisfied"

    def confirm(self, office, party, detail) -> None:
        if do.confirm_clauses(by=getattr(office, detail), digest=self.digest, **self.here):
            self.book.confirmed.add(f"{party}/{detail}")

    def sign(self, office, party, _detail) -> None:
        sign(self.offices, office, self.agreement_id)
        self.book.signed.add(party)

    def attest(self, office, party, detail) -> None:
        self._attest(office, party, detail, bound="ice" if party == "pima" else "pima")

    def attest_own(self, office, party, detail) -> None:
        self._attest(office, party, detail, bound=party)

    def _attest(self, office, party, detail, *, bound) -> None:
        agency = getattr(self.offices, bound).code
        do.attest_signature(
            by=getattr(office, detail), digest=self.digest, agency=agency, scan_sha256=SCAN, **self.here
        )
        self.book.attested.setdefault(bound, set()).add(f"{party}/{detail}")

    def force(self, office, _party, _detail) -> None:
        was_bound = self.book.is_bound
        do.put_in_force(by=office.head, **self.here)
        assert was_bound
        self.book.in_force, self.book.suspended = True, False
        self.book.agreed_to_end = set()

    def suspend(self, office, _party, _detail) -> None:
        do.suspend_agreement(by=office.head, reason=SuspensionReason.LEGAL_REVIEW, **self.here)
        self.book.suspended = True

    def resume(self, office, _party, _detail) -> None:
        do.resume_agreement(by=office.head, **self.here)
        self.book.suspended = False

    def end(self, office, _party, detail) -> None:
        ends_at = do.terminate_agreement(by=office.head, reason=TerminationReason(detail), **self.here)
        if ends_at is not None and ends_at > NOW:
            self.book.notice = ends_at
        elif ends_at is not None:
            self.book.ended = True

    def withdraw_notice(self, office, _party, _detail) -> None:
        do.withdraw_notice(by=office.head, **self.here)
        self.book.notice = None

    def offer(self, office, _party, _detail) -> None:
        do.revise_draft(by=office.head, title="Next", text="x", terms=TERMS, period=YEAR, **self.here)
        do.offer_agreement(by=office.head, **self.here)
        self.book.offered()


TERMS = {**terms_of(SHARE), "provisions": [NINETY]}
INSTANTS = [NOW, NOW + timedelta(days=100), YEAR.starts_at - timedelta(1), YEAR.ends_at, YEAR.ends_at - timedelta(1)]


@pytest.fixture
def begin(offices, draft):
    """Return a new agreement, on offer, with every call; some are begun with all done but the force."""
    numbers = count(1)

    def make() -> Life:
        agreement_id = draft(code=f"life-{next(numbers)}")
        life = Life(offices, agreement_id)
        life.take(("offer", "pima", ""))
        return life

    return make


READY = [
    ("review", "pima", "satisfied"),
    ("confirm", "pima", "counsel"),
    ("confirm", "pima", "privacy"),
    ("sign", "pima", ""),
    ("sign", "ice", ""),
]
STARTS = st.sampled_from([[], READY, [*READY, ("force", "pima", "")], READY[1:], READY[:1] + READY[2:], READY[:-1]])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=STARTS, steps=st.lists(st.sampled_from(STEPS), max_size=10))
def test_no_sequence_of_acts_lets_an_agreement_permit_that_is_not_wholly_concluded(begin, start, steps) -> None:
    life = begin()
    for step in [*start, *steps]:
        life.take(step)
    pair = (life.offices.pima.agency_id, life.offices.ice.agency_id)
    with acting(node_actor(Duty.COURIER)) as cursor:
        found = [one for one in lock_agreements(cursor, [pair])[pair] if one.id == life.agreement_id]
        permits = [ask(facts_of(), *found, at=at).headline == "disclosed" for at in INSTANTS]
    assert permits == [life.book.may_permit(at) for at in INSTANTS]
    with reading(life.offices.steward):
        assert list_contradictions() == []


def test_the_sequence_that_should_permit_does(begin) -> None:
    life = begin()
    for step in [*READY, ("force", "ice", "")]:
        life.take(step)
    assert life.book.in_force
    assert [life.book.may_permit(at) for at in INSTANTS] == [True, True, False, False, True]


def test_what_signs_one_agreement_signs_no_other(begin, offices) -> None:
    first, second = begin(), begin()
    for life in (first, second):
        life.take(READY[0])
    key = publish_key(offices.steward, offices.pima.agency_id, period=Period(NOW))
    stolen = signature_of(key, version=first.digest, agency="pima-so")
    with pytest.raises(ValueError, match="does not sign"):
        do.sign_agreement(by=offices.pima.head, digest=second.digest, signature=stolen, **second.here)
