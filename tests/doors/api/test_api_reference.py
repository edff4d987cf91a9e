"""Directory, law and agreements, as callers read them."""

import pytest


@pytest.fixture(scope="module")
def office(shared_office):
    return shared_office


def test_agencies_are_paged_by_kind_and_state_without_persons(asker):
    first = asker.get("/directory/agencies", kind="local", state="AZ", limit=10).json()
    assert {(a["kind"], a["state"]) for a in first["agencies"]} == {("local", "AZ")}
    second = asker.get("/directory/agencies", kind="local", state="AZ", limit=200, after=first["next"]).json()
    codes = [a["code"] for page in (first, second) for a in page["agencies"]]
    assert codes == sorted(set(codes))
    assert second["next"] is None
    assert "officer" not in str(first)


def test_agency_shows_its_posts_not_who_holds_them(asker):
    found = asker.get("/directory/agencies/az-dps").json()
    assert found["agency"]["ori"] == "AZCCHPX00"
    assert {"code": "counsel", "title": "Counsel", "function": "counsel"}.keys() == found["posts"][0].keys()
    assert "0001" not in str(found["posts"])


def test_rules_come_with_citation_and_words_in_both_languages(asker):
    english, spanish = asker.get("/law/rules").json(), asker.get("/law/rules", language="es").json()
    assert english["release"] == spanish["release"]
    assert all(rule["citation"] and rule["says"] for rule in english["rules"])
    assert english["rules"][0]["says"] != spanish["rules"][0]["says"]


def test_vocabulary_lists_what_an_ask_may_say(asker, ask):
    words = asker.get("/law/elements").json()
    body = ask()
    assert set(body["elements"]) <= {one["code"] for one in words["elements"]}
    assert body["purpose"] in {one["code"] for one in words["purposes"]}
    assert {c["code"] for c in words["categories"] if c["may_hide"]} >= {"victim_protected"}


def test_authorities_are_listed(asker):
    assert all(one["citation"] for one in asker.get("/law/authorities").json()["authorities"])


def test_agreements_are_those_of_the_callers_agency(stranger, asker):
    mine = asker.get("/agreements").json()["agreements"]
    assert mine
    assert all("hsi-arizona" in {party["agency"] for party in one["parties"]} for one in mine)
    one = asker.get(f"/agreements/{mine[0]['code']}").json()
    assert one["agreement"]["state"] == "in_force"
    assert one["versions"][0]["signed_by"] == sorted(party["agency"] for party in mine[0]["parties"])
    assert one["versions"][0]["terms"]["clauses"]
    assert stranger.get(f"/agreements/{mine[0]['code']}").status_code == 404


def test_ledger_says_how_far_it_is(office, asker, ask):
    asker.post("/asks", ask())
    before = asker.get("/ledger").json()
    assert before["pending"] > 0
    office.node.sequence()
    after = asker.get("/ledger").json()
    assert (after["pending"], after["lag_seconds"]) == (0, 0)
    assert after["size"] == before["size"] + before["pending"]


def test_entry_of_another_agency_is_proven_without_its_body(office, asker, stranger, ask):
    made = asker.post("/asks", ask()).json()
    office.node.sequence()
    [entry] = asker.get(f"/asks/{made['id']}").json()["entries"]
    proof = stranger.get(f"/ledger/entries/{entry}/proof").json()
    assert (proof["body"], proof["entry"]) == (None, entry)
    assert proof["hashes"]
