"""Agreements in force: suspended, taken up again, ended, replaced, made public."""

from datetime import timedelta

from web_agreements import TEXT, agreement, at, events, in_force, newest, typed
from web_people import words_of

INTERLOCAL = "az-ut-interlocal-2025"


def test_suspending_and_taking_up_again_twice_is_done_once(house):
    in_force(house.node)
    head, sheriff = house.inside("az-dps", "head"), house.inside("pima-so", "head")
    assert head.post(at("suspend/"), {"reason": "nonsense"}).status_code == 422
    for _ in range(2):
        assert head.post(at("suspend/"), {"reason": "legal_review"})["Location"] == at("")
    assert "Another party suspended it" in words_of(sheriff.get(at("resume/")))
    answer = sheriff.post(at("resume/"))
    assert answer.status_code == 422
    assert "Another party suspended it." in words_of(answer)
    for _ in range(2):
        assert head.post(at("resume/"))["Location"] == at("")
    assert [one for one in events(house.node) if one in {"suspended", "resumed"}] == ["suspended", "resumed"]


def test_a_notice_runs_is_taken_back_by_its_giver_and_by_nobody_else(house):
    from comity.kernel.time import Period
    from comity.standing.agreements.commands import offer_agreement, revise_draft
    from comity.standing.agreements.demo.conclude import conclude

    node = house.node
    version = in_force(node)
    by, now = node.actor("az-dps", "liaison"), node.clock()
    terms = {**version.terms, "provisions": [{"term": "termination_notice_days", "value": 30, "unit": "days"}]}
    revise_draft(by=by, now=now, agreement_id=version.agreement_id, title="Vehicles wanted", text=TEXT, terms=terms,
                 period=Period(now - timedelta(hours=1), None))  # fmt: skip
    offer_agreement(by=by, now=now, agreement_id=version.agreement_id)
    conclude(newest(node), by=node.node("steward"), now=now)

    head, sheriff = house.inside("az-dps", "head"), house.inside("pima-so", "head")
    assert "30 days of notice" in words_of(head.get(at("end/")))
    assert "does not waive" in words_of(head.get(at("end/")))
    refused = head.post(at("end/"), {"reason": "public_safety", "sure": "on"})
    assert "does not let public safety waive" in words_of(refused)
    assert head.post(at("end/"), {"reason": "party_withdrew"}).status_code == 422
    assert head.post(at("end/"), {"reason": "party_withdrew", "sure": "on"})["Location"] == at("")
    assert agreement(node).state == "in_force"
    twice = head.post(at("end/"), {"reason": "party_withdrew", "sure": "on"})
    assert "Notice was given before" in words_of(twice)
    assert sheriff.post(at("notice/")).status_code == 422
    assert "A notice runs until" in words_of(head.get(at("notice/")))
    for _ in range(2):
        assert head.post(at("notice/"))["Location"] == at("")
    assert agreement(node).notice_ends_at is None


def test_it_ends_by_agreement_once_the_head_of_every_party_has_said_so(house):
    in_force(house.node)
    head, sheriff = house.inside("az-dps", "head"), house.inside("pima-so", "head")
    mutual = {"reason": "mutual", "sure": "on"}
    head.post(at("end/"), mutual)
    assert "Your agency agrees to end it" in words_of(head.get(at("")))
    assert agreement(house.node).state == "in_force"
    assert sheriff.post(at("end/"), mutual)["Location"] == at("")
    assert agreement(house.node).state == "terminated"
    assert "It has ended" in words_of(head.get(at("end/"))) or "has ended" in words_of(head.get(at("end/")))
    assert head.post(at("draft/"), typed()).status_code == 422


def test_one_that_takes_the_place_has_at_least_the_same_parties(house):
    in_force(house.node)
    head = house.inside("az-dps", "head")
    page = head.get(at("supersede/")).content.decode()
    assert 'value="az-sharing-2026"' in page
    assert f'value="{INTERLOCAL}"' not in page
    assert head.post(at("supersede/"), {"successor": INTERLOCAL}).status_code == 422
    for _ in range(2):
        assert head.post(at("supersede/"), {"successor": "az-sharing-2026"})["Location"] == at("")
    assert agreement(house.node).state == "superseded"


def test_a_text_is_made_public_without_what_stays_back_and_that_stands_there_the_next_time(house):
    from comity.standing.law.selectors import list_citations

    node = house.node
    counsel, page = house.inside("az-dps", "counsel"), at("publish/", INTERLOCAL)
    version = newest(node, INTERLOCAL)
    from comity.spine.tenancy.transaction import reading

    with reading(node.node("steward")):
        authority = min(list_citations())
    given = {"digest": version.digest, "authority-3": authority, "words-3": "birth date"}
    preview = counsel.post(page, given | {"act": "preview"})
    assert preview.status_code == 200
    assert "[withheld:" in words_of(preview)
    [(before,)] = node.look("SELECT text FROM publication_version WHERE digest = %s", (version.digest,))
    assert "birth date" in before
    for wrong in ({"authority-3": "no-such"}, {"words-3": "words that are not there"}, {"authority-3": ""}):
        assert counsel.post(page, given | wrong | {"act": "publish"}).status_code == 422
    assert counsel.post(page, given | {"act": "publish"})["Location"] == at("", INTERLOCAL)
    [(text,)] = node.look("SELECT text FROM publication_version WHERE digest = %s", (version.digest,))
    assert "birth date" not in text
    assert "[withheld:" in text
    again = counsel.get(page).content.decode()
    assert f'value="{authority}"' in again
    assert ">birth date<" in again
