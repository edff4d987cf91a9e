"""Agreements found and ordered by the database: as the facts say, at every instant, each with what falls due."""

from datetime import timedelta

import pytest
from agreements_given import NOW, SHARE, YEAR, terms_of

from comity.spine.tenancy.transaction import reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.history import list_acts
from comity.standing.agreements.search import list_partners, search_agreements
from comity.standing.agreements.selectors import get_agreement, list_agreements, list_all_due, list_versions
from comity.standing.agreements.states import COMING, EXPIRED, IN_FORCE, OFFERED, SUSPENDED, TERMINATED
from comity.standing.agreements.vocabulary import AgreementOrder, SuspensionReason, TerminationReason

NINETY = {"term": "termination_notice_days", "value": 90, "unit": "days"}
REVIEW = {"term": "first_review_months", "value": 2, "unit": "months"}


def search(**asked):
    whole = {
        "words": {}, "standing": None, "kind": None, "partner": None, "now": NOW, "order": AgreementOrder.CODE,
        "is_descending": False, "offset": 0, "limit": 25,
    }  # fmt: skip
    return search_agreements(**{**whole, **asked})


def codes(found):
    return [one.code for one, _ in found[0]]


@pytest.fixture
def four(offices, draft, conclude):
    """Four agreements: in force with a notice and a review, suspended, on offer, drafted."""
    made = {}
    for name in ("noticed", "resting", "offered", "written"):
        made[name] = draft(code=f"x-{name}")
        do.revise_draft(
            by=offices.pima.head, now=NOW, agreement_id=made[name], title=f"Memorandum {name}", text="I say.\n",
            terms={**terms_of(SHARE), "provisions": [NINETY, REVIEW]}, period=YEAR,
        )  # fmt: skip
    conclude(made["noticed"])
    conclude(made["resting"])
    do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=made["offered"])
    do.terminate_agreement(
        by=offices.pima.head, now=NOW, agreement_id=made["noticed"], reason=TerminationReason.PARTY_WITHDREW
    )
    do.suspend_agreement(
        by=offices.pima.head, now=NOW, agreement_id=made["resting"], reason=SuspensionReason.LEGAL_REVIEW
    )
    return made


def test_the_database_says_of_every_standing_what_the_facts_say(offices, four) -> None:
    told = set()
    instants = [YEAR.starts_at - timedelta(1), YEAR.starts_at, NOW, NOW + timedelta(120), YEAR.ends_at]
    with reading(offices.pima.liaison):
        for now in instants:
            for one in list_agreements():
                standing = one.standing(now)
                told.add(standing)
                assert one.code in codes(search(standing=standing, now=now)), (one.code, standing, now)
                others = {COMING, EXPIRED, IN_FORCE, OFFERED, SUSPENDED, TERMINATED, "draft"} - {standing}
                for other in others:
                    assert one.code not in codes(search(standing=other, now=now)), (one.code, other, now)
    assert told == {COMING, EXPIRED, IN_FORCE, OFFERED, SUSPENDED, TERMINATED, "draft"}


def test_every_word_is_looked_for_in_code_and_title_or_names_a_party(offices, four) -> None:
    with reading(offices.pima.liaison):
        assert codes(search(words={"NOTICED": [], "memo": []})) == ["x-noticed"]
        assert codes(search(words={"offered": [], "ice": [offices.ice.agency_id]})) == ["x-offered"]
        assert codes(search(words={"ice-nowhere": [offices.bystander.agency_id]})) == []
        assert codes(search(words={"100%": []})) == []
        assert codes(search(words={"_": []})) == []
        assert search(words={"nothing-of-this": []}) == ([], 0)
        assert codes(search(partner=offices.bystander.agency_id)) == []
        assert len(codes(search(partner=offices.ice.agency_id))) == 4
        assert set(list_partners()) == {offices.pima.agency_id, offices.ice.agency_id}


def test_a_page_holds_its_rows_in_order_and_the_whole_is_counted(offices, four) -> None:
    with reading(offices.pima.liaison):
        assert codes(search()) == ["x-noticed", "x-offered", "x-resting", "x-written"]
        assert codes(search(is_descending=True))[0] == "x-written"
        assert codes(search(order=AgreementOrder.TITLE, is_descending=True))[0] == "x-resting"
        by_end = codes(search(order=AgreementOrder.ENDS))
        assert set(by_end[:2]) == {"x-noticed", "x-resting"}  # what has no date stands last
        found, total = search(offset=3, limit=3)
        assert [one.code for one, _ in found] == ["x-written"]
        assert total == 4
        assert search(offset=40) == ([], 4)


def test_what_falls_due_is_the_same_as_over_all_and_facts_are_whole(offices, four) -> None:
    with reading(offices.pima.liaison):
        found, _ = search()
        assert sorted(one for _, due in found for one in due) == list(list_all_due(NOW))
        assert [one for one, _ in found] == list_agreements()
        assert {one.code: len(due) for one, due in found}["x-noticed"] > 0


def test_nobody_else_finds_them(offices, four) -> None:
    with reading(offices.bystander.head):
        assert search() == ([], 0)
        assert list_partners() == []
        assert list_acts(four["noticed"]) == []


def test_every_act_is_told_with_its_entry_of_the_ledger(offices, four) -> None:
    with reading(offices.pima.liaison):
        acts = list_acts(four["noticed"])
        signed = list_versions(get_agreement(four["noticed"]).id)[0].signed_by
    told = [one.act for one in acts]
    assert {"drafted", "offered", "reviewed", "confirmed", "signed", "put_in_force", "notice_given"} <= set(told)
    assert told.index("drafted") < told.index("offered") < told.index("put_in_force") < told.index("notice_given")
    assert len({one.entry_id for one in acts}) == len(acts)
    assert all(one.review and one.finding for one in acts if one.act == "reviewed")
    assert all(one.clauses for one in acts if one.act == "confirmed")
    assert len(signed) == 2
