"""Agreements written, offered, talked over, reviewed and confirmed: wrong input, sent twice, by the other party."""

import pytest
from web_agreements import CODE, HERE, PAPER, TEXT, agreement, at, drafted, events, newest, offered, reviewed, typed
from web_people import words_of

INTERLOCAL = "az-ut-interlocal-2025"


def test_every_problem_of_a_text_stands_beside_its_field_and_nothing_is_kept(house):
    person = house.inside("az-dps", "liaison")
    wrong = typed(
        parties="az-dps = state\nno-such-agency = local\naz-dps = local",
        ends_at="2020-01-01T00:00",
        clauses='[[clauses]]\nid = "vehicles"\nkind = "share"\nfrom = ["az-dps"]\nto = ["pima-so"]\n'
        'purposes = ["gossip"]\ncategories = ["case"]\nelements = ["case_number"]\n',
        provisions="this is no TOML",
    )
    answer = person.post(f"{HERE}/new/text/", wrong)
    said = words_of(answer)
    assert answer.status_code == 422
    for told in (
        "no-such-agency",
        "az-dps: stands twice",
        "are not a period",
        "vehicles",
        "gossip",
        "This is not TOML",
    ):
        assert told in said, told
    assert house.node.look("SELECT count(*) FROM agreements_agreement WHERE code = %s", (CODE,)) == [(0,)]


def test_a_text_is_checked_without_being_kept_and_its_clauses_are_read_in_words(house):
    person = house.inside("az-dps", "liaison")
    answer = person.post(f"{HERE}/new/text/", typed(act="check"))
    assert answer.status_code == 200
    assert "Nothing is wrong with it" in words_of(answer)
    assert "may share with pima-so" in words_of(answer)
    assert house.node.look("SELECT count(*) FROM agreements_agreement WHERE code = %s", (CODE,)) == [(0,)]


@pytest.mark.parametrize("code", ["new", "passkeys", "due", "Not-A-Code", INTERLOCAL])
def test_a_code_that_is_none_or_is_taken_is_refused(house, code):
    answer = house.inside("az-dps", "liaison").post(f"{HERE}/new/text/", typed(agreement=code))
    assert answer.status_code == 422
    assert "code" in words_of(answer)


def test_a_party_that_is_not_ones_own_agency_alone_is_no_agreement_of_ones_own(house):
    answer = house.inside("az-dps", "liaison").post(
        f"{HERE}/new/text/",
        typed(
            parties="pima-so = local\nhsi-arizona = federal",
            clauses=typed()["clauses"].replace("az-dps", "hsi-arizona"),
        ),
    )
    assert answer.status_code == 422
    assert "Another post does this." in words_of(answer)


def test_a_draft_is_gone_on_with_and_neither_its_code_nor_its_parties_change(house):
    drafted(house.node)
    person = house.inside("az-dps", "liaison")
    assert TEXT.partition("\n")[0].partition("(")[0] in words_of(person.get(at("draft/")))
    sent = typed(title="Vehicles and boats", parties="az-dps = state\nhsi-arizona = federal", agreement="other")
    assert person.post(at("draft/"), sent)["Location"] == at("")
    assert [one.agency_code for one in agreement(house.node).parties] == ["az-dps", "pima-so"]
    assert "Vehicles and boats" in words_of(person.get(at("offer/")))


def test_the_other_party_sees_no_draft_and_writes_a_counter_offer_on_what_was_offered(house):
    drafted(house.node)
    sheriff = house.inside("pima-so", "head")
    assert "Your agency has no draft." in words_of(sheriff.get(at("offer/")))
    assert "vehicle is wanted" not in words_of(sheriff.get(at("draft/")))
    house.inside("az-dps", "liaison").post(at("offer/"))
    assert "Write a counter-offer" in words_of(sheriff.get(at("")))
    page = sheriff.get(at("draft/"))
    assert "vehicle is wanted" in words_of(page)
    starts_at = newest(house.node).period.starts_at
    assert f":{starts_at:%M:%S}" in page.content.decode() or not starts_at.second
    assert sheriff.post(at("draft/"), typed(title="A counter-offer"))["Location"] == at("")
    assert "lapses" in words_of(sheriff.get(at("offer/")))
    assert sheriff.post(at("offer/"))["Location"] == at("")
    assert newest(house.node).number == 2


def test_an_offer_sent_twice_is_one_version(house):
    drafted(house.node)
    person = house.inside("az-dps", "liaison")
    assert person.post(at("offer/")).status_code == 302
    twice = person.post(at("offer/"))
    assert twice["Location"] == at("")
    assert "This was done before" in words_of(person.get(at("")))
    assert events(house.node) == ["drafted", "offered"]


def test_a_comment_sent_twice_is_said_once_and_an_answer_of_the_other_party_settles_it(house):
    version = offered(house.node)
    person, sheriff = house.inside("az-dps", "liaison"), house.inside("pima-so", "head")
    said = {"words": "<b>Boats too?</b>", "place": "", "digest": version.digest}
    for _ in range(2):
        assert person.post(at("comments/say/"), said)["Location"] == at("comments/")
    [(comment,)] = house.node.look("SELECT id FROM agreements_comment")
    page = sheriff.get(at("comments/"))
    assert "<b>Boats" not in page.content.decode()
    assert "1 comment waits for an answer" in words_of(page)
    answer = {"words": "No.", "place": "", "digest": version.digest, "answers": str(comment)}
    assert sheriff.post(at("comments/say/"), answer).status_code == 302
    assert "0 comments wait" in words_of(person.get(at("comments/")))


@pytest.mark.parametrize("given", [{"words": "  "}, {"words": "x" * 4001}, {"words": "x", "answers": "nonsense"},
                                   {"words": "x", "digest": "0" * 64}])  # fmt: skip
def test_a_comment_that_is_none_is_refused_and_stays_in_its_form(house, given):
    offered(house.node)
    answer = house.inside("az-dps", "liaison").post(at("comments/say/"), given)
    assert answer.status_code == 422
    assert house.node.look("SELECT count(*) FROM agreements_comment") == [(0,)]


def test_a_review_names_a_paper_and_one_that_is_owed_and_sent_twice_is_recorded_once(house):
    version = offered(house.node)
    counsel = house.inside("az-dps", "counsel")
    given = {"kind": "attorney_determination", "finding": "satisfied", "document": PAPER, "digest": version.digest}
    assert counsel.post(at("review/"), given | {"document": "no hash"}).status_code == 422
    assert counsel.post(at("review/"), given | {"kind": "privacy_assessment"}).status_code == 422
    assert counsel.post(at("review/"), given | {"digest": "0" * 64}).status_code == 422
    for _ in range(2):
        assert counsel.post(at("review/"), given)["Location"] == at("")
    assert house.node.look("SELECT count(*) FROM agreements_review WHERE version_id = %s", (version.id,)) == [(1,)]


def test_a_confirmation_names_clauses_of_the_version_that_was_read(house):
    version = offered(house.node)
    counsel = house.inside("az-dps", "counsel")
    given = {"clause": ["vehicles"], "digest": version.digest}
    for wrong in ({"digest": version.digest}, given | {"clause": ["boats"]}, given | {"digest": "0" * 64}):
        assert counsel.post(at("confirm/"), wrong).status_code == 422
    for _ in range(2):
        assert counsel.post(at("confirm/"), given).status_code == 302
    assert house.node.look("SELECT count(*) FROM agreements_confirmation WHERE version_id = %s", (version.id,)) == [
        (1,)
    ]


def test_nothing_is_put_in_force_while_something_is_missing(house):
    reviewed(house.node)
    person = house.inside("az-dps", "head")
    assert "Something is still missing." in words_of(person.get(at("force/")))
    answer = person.post(at("force/"), {})
    assert answer.status_code == 422
    assert "A party has not signed." in words_of(answer)


def test_two_witnesses_of_one_scan_bind_a_party_and_the_same_word_twice_is_one(house):
    version = reviewed(house.node)
    head, counsel = house.inside("az-dps", "head"), house.inside("pima-so", "counsel")
    given = {"agency": "pima-so", "scan": PAPER, "digest": version.digest, "seen": "on"}
    assert head.post(at("attest/"), {**given, "seen": ""}).status_code == 422
    assert head.post(at("attest/"), given)["Location"] == at("")
    twice = head.post(at("attest/"), given)
    assert twice.status_code == 422
    assert "This was signed or attested before." in words_of(twice)
    assert "others alone" in words_of(counsel.get(at("lacks/")))
    other = counsel.post(at("attest/"), given | {"scan": "a" * 64})
    assert "That is not the scan" in words_of(other)
    assert counsel.post(at("attest/"), given)["Location"] == at("")
    assert events(house.node) == ["drafted", "offered", "signed"]
