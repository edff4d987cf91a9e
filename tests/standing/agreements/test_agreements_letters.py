"""A party that is no tenant of the node suspends, resumes and ends in writing; the steward enters its letters."""

import pytest
from agreements_given import NOW, SHARE, YEAR, terms_of
from signing_given import newest, review_and_confirm, sign

from comity.spine.tenancy.transaction import reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.commands.letter import Letter, NotByLetterError
from comity.standing.agreements.commands.record import WrongPostError
from comity.standing.agreements.commands.resume import NotYoursToResumeError
from comity.standing.agreements.commands.review import NoDocumentError
from comity.standing.agreements.commands.terminate import NoNoticeError
from comity.standing.agreements.selectors import get_agreement, list_events
from comity.standing.agreements.vocabulary import SuspensionReason, TerminationReason
from comity.standing.directory import commands as directory
from comity.standing.directory.vocabulary import AgencyKind, Hosting

PAPER = "c" * 64
THIRTY = {"term": "termination_notice_days", "value": 30, "unit": "days"}


@pytest.fixture
def nation(offices):
    """A Nation that keeps its records on a node of its own."""
    far = directory.NewAgency(
        code="far-nation",
        name="A Nation elsewhere",
        kind=AgencyKind.TRIBAL,
        origin="test",
        hosting=Hosting.ELSEWHERE,
        node_url="https://nation.example",
    )
    [agency_id] = directory.register_agencies(by=offices.steward, now=NOW, agencies=[far])
    return agency_id


@pytest.fixture
def agreement_id(offices, nation, draft):
    """An agreement in force between the sheriff and the Nation, as the database would hold it."""
    from comity.standing.agreements.models import Agreement
    from comity.standing.agreements.vocabulary import AgreementKind, PartyRole

    made = do.draft_agreement(
        by=offices.pima.head,
        now=NOW,
        code="with-nation",
        title="With the Nation",
        kind=AgreementKind.TRIBAL,
        parties={"pima-so": PartyRole.LOCAL, "far-nation": PartyRole.TRIBAL},
        text="1 Thirty days.\n",
        terms={**terms_of({**SHARE, "to": ["far-nation"]}), "provisions": [THIRTY]},
        period=YEAR,
    )
    conclude_on_paper(offices, made)
    with reading(offices.steward):
        assert Agreement.objects.get(id=made).state == "in_force"
    return made


def conclude_on_paper(offices, agreement_id) -> None:
    given = {"now": NOW, "agreement_id": agreement_id}
    do.offer_agreement(by=offices.pima.head, **given)
    review_and_confirm(offices, offices.pima, agreement_id)
    signed = {"digest": newest(offices.steward, agreement_id), "agency": "far-nation", "scan_sha256": PAPER}
    for post in (offices.pima.counsel, offices.pima.privacy):
        do.attest_signature(by=post, **signed, **given)
    sign(offices, offices.pima, agreement_id)
    do.put_in_force(by=offices.pima.head, **given)


def state_of(offices, agreement_id) -> str:
    with reading(offices.steward):
        return get_agreement(agreement_id).standing(NOW)


def test_a_letter_suspends_and_only_its_writer_resumes(offices, nation, agreement_id) -> None:
    letter, given = Letter(nation, PAPER), {"now": NOW, "agreement_id": agreement_id}
    reason = SuspensionReason.PARTY_REQUEST
    do.suspend_agreement(by=offices.steward, reason=reason, letter=letter, **given)
    assert state_of(offices, agreement_id) == "suspended"
    with pytest.raises(NotYoursToResumeError):
        do.resume_agreement(by=offices.pima.head, **given)
    do.resume_agreement(by=offices.steward, letter=letter, **given)
    assert state_of(offices, agreement_id) == "in_force"
    do.suspend_agreement(by=offices.pima.head, reason=reason, **given)
    with pytest.raises(NotYoursToResumeError):
        do.resume_agreement(by=offices.steward, letter=letter, **given)
    with reading(offices.steward):
        told = [(one.event.value, one.for_agency_id) for one in list_events(agreement_id)][-3:]
    assert told == [("suspended", nation), ("resumed", nation), ("suspended", None)]


def test_a_letter_gives_notice_and_takes_it_back(offices, nation, agreement_id) -> None:
    letter, given = Letter(nation, PAPER), {"now": NOW, "agreement_id": agreement_id}
    withdrew = TerminationReason.PARTY_WITHDREW
    assert do.terminate_agreement(by=offices.steward, reason=withdrew, letter=letter, **given) > NOW
    with pytest.raises(NoNoticeError):
        do.withdraw_notice(by=offices.pima.head, **given)
    do.withdraw_notice(by=offices.steward, letter=letter, **given)
    mutual = TerminationReason.MUTUAL
    assert do.terminate_agreement(by=offices.steward, reason=mutual, letter=letter, **given) is None
    assert do.terminate_agreement(by=offices.pima.head, reason=mutual, **given) == NOW
    assert state_of(offices, agreement_id) == "terminated"


def test_nobody_writes_in_the_name_of_a_party_hosted_here_or_of_a_stranger(offices, nation, agreement_id) -> None:
    given = {"now": NOW, "agreement_id": agreement_id, "reason": SuspensionReason.PARTY_REQUEST}
    for by, letter, error in (
        (offices.steward, Letter(offices.pima.agency_id, PAPER), NotByLetterError),
        (offices.steward, Letter(offices.ice.agency_id, PAPER), WrongPostError),
        (offices.pima.head, Letter(nation, PAPER), NotByLetterError),
        (offices.steward, None, WrongPostError),
    ):
        with pytest.raises(error):
            do.suspend_agreement(by=by, letter=letter, **given)
    assert state_of(offices, agreement_id) == "in_force"


def test_a_letter_is_named_by_the_hash_of_its_paper(offices, nation, agreement_id) -> None:
    unnamed = Letter(nation, "the letter of May")
    with pytest.raises(NoDocumentError, match="no SHA-256"):
        do.suspend_agreement(
            by=offices.steward, now=NOW, agreement_id=agreement_id, reason=SuspensionReason.LEGAL_REVIEW, letter=unnamed
        )
    with reading(offices.steward):
        assert get_agreement(agreement_id).state == "in_force"
