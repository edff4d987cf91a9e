"""One ask with its story: who sees what, values shown only after that was recorded, lists, what was told by radio."""

import csv
import io
import re
from datetime import timedelta

import pytest
from web_people import words_of

ASKS = "/console/exchange/asks/"
TELL = "/console/exchange/told/new/"


@pytest.fixture
def went(house):
    """An ask of the liaison of HSI that was answered at once and sent."""
    house.lodge("az-dps")
    ask_id = house.ask("hsi-arizona", "az-dps", elements=("case_number", "person_name"))
    house.deliver()
    return ask_id


def act_of(house, ask_id):
    """Where a disclosure of an ask is received, and where its holder opens it."""
    [(disclosure,)] = house.node.look("SELECT id FROM exchange_disclosure WHERE ask_id = %s", (ask_id,))
    return f"{ASKS}{ask_id}/deliveries/{disclosure}/receive/", f"{ASKS}{ask_id}/disclosures/{disclosure}/open/"


def readings(house):
    return house.node.look("SELECT kind, scope->>'disclosure', entry_id FROM exchange_reading ORDER BY read_at")


def test_both_parties_read_the_story_each_as_far_as_it_may(house, went):
    asker = words_of(house.inside("hsi-arizona").get(f"{ASKS}{went}/"))
    holder = words_of(house.inside("az-dps", "records-supervisor").get(f"{ASKS}{went}/"))
    for page in (asker, holder):
        assert "Disclosed" in page
        assert "Signed and sent" in page
        assert "VALUE" not in page
        assert "TEST-CASE-1" not in page
    assert "What your agency's gate decided" not in asker.replace("&#x27;", "'")
    assert "What your agency's gate decided" in holder.replace("&#x27;", "'")
    assert "Decided by the record" in holder


def test_what_is_no_business_of_a_third_agency_is_not_there(house, went):
    receive, opening = act_of(house, went)
    third = house.inside("pima-so", "records-supervisor")
    assert third.get(f"{ASKS}{went}/").status_code == 404
    assert third.post(receive).status_code == 404
    assert third.post(opening).status_code == 404
    assert readings(house) == []


def test_each_entry_comes_with_a_proof_that_holds(house, went):
    from comity.spine.ledger.proofs import is_included

    house.node.sequence()
    page = house.inside("hsi-arizona").get(f"{ASKS}{went}/").content.decode()
    proofs = re.findall(r"(?s)<details class=\"comity-proof\">(.*?)</details>", page)
    assert len(proofs) == 2
    for one in proofs:
        leaf, root, *path = re.findall(r"<code>([0-9a-f]{64})</code>", one)
        index, size = re.search(r"number ([\d,]+) \(from 0\) of a tree of ([\d,]+)", one).groups()
        assert is_included(
            index=int(index.replace(",", "")),
            size=int(size.replace(",", "")),
            leaf=bytes.fromhex(leaf),
            proof=[bytes.fromhex(hash_) for hash_ in path],
            root=bytes.fromhex(root),
        )


def test_a_proof_that_is_not_there_yet_is_said_to_come(house, went):
    assert "its proof comes with the next checkpoint" in words_of(house.inside("hsi-arizona").get(f"{ASKS}{went}/"))


def test_the_post_that_asked_receives_with_a_receipt_filed_first(house, went):
    receive, _ = act_of(house, went)
    person = house.inside("hsi-arizona")
    answer = person.post(receive)
    assert "VALUE of person_name" in words_of(answer)
    assert "no-store" in answer["Cache-Control"]
    [(entry,)] = house.node.look("SELECT entry_id FROM exchange_delivery WHERE event = 'received'")
    assert house.node.look("SELECT true FROM ledger_pending WHERE entry_id = %s", (entry,)) == [(True,)]
    assert "Received; the receipt is filed" in words_of(person.get(f"{ASKS}{went}/"))
    assert readings(house) == []
    person.post(receive)
    assert [kind for kind, *_ in readings(house)] == ["handed_over_again"]


def test_the_holder_opens_what_it_disclosed_and_the_reading_is_recorded_first(house, went):
    _, opening = act_of(house, went)
    answer = house.inside("az-dps", "privacy").post(opening)
    assert "VALUE of person_name" in words_of(answer)
    assert "no-store" in answer["Cache-Control"]
    [(kind, disclosure, entry)] = readings(house)
    assert (kind, disclosure in opening) == ("disclosure_opened", True)
    assert house.node.look("SELECT true FROM ledger_pending WHERE entry_id = %s", (entry,)) == [(True,)]


def test_nothing_is_shown_when_its_reading_cannot_be_recorded(house, went, monkeypatch):
    from comity.coordination.exchange.batch import Batch

    _, opening = act_of(house, went)
    person = house.inside("az-dps", "privacy")
    monkeypatch.setattr(Batch, "write", lambda *_: 1 / 0)
    answer = person.post(opening)
    assert answer.status_code == 500
    assert "VALUE" not in answer.content.decode()
    assert readings(house) == []


def test_values_are_never_shown_to_a_page_that_is_only_looked_at(house, went):
    receive, opening = act_of(house, went)
    assert house.inside("hsi-arizona").get(receive).status_code == 405
    assert house.inside("az-dps", "privacy").get(opening).status_code == 405


@pytest.mark.parametrize("post", ["liaison", "records-clerk", "head", "counsel"])
def test_other_posts_of_the_holder_do_not_open_it(house, went, post):
    _, opening = act_of(house, went)
    person = house.inside("az-dps", post)
    assert person.post(opening).status_code == 403
    assert "Show what was disclosed" not in words_of(person.get(f"{ASKS}{went}/"))
    assert readings(house) == []


def test_the_command_itself_refuses_a_post_that_may_not_open(house, went):
    from comity.coordination.exchange.commands.open_disclosure import NotAnOpenerError, open_disclosure

    [(disclosure,)] = house.node.look("SELECT id FROM exchange_disclosure WHERE ask_id = %s", (went,))
    given = {"disclosure_id": disclosure, "now": house.node.clock(), "keys": house.node.keys}
    with pytest.raises(NotAnOpenerError):
        open_disclosure(by=house.node.actor("az-dps", "liaison"), **given)


def test_another_post_of_the_asker_does_not_receive_what_was_not_disclosed_to_it(house, went):
    receive, _ = act_of(house, went)
    other = house.inside("hsi-arizona", "records-supervisor")
    answer = other.post(receive)
    assert answer.status_code == 302
    assert "disclosed to another post of your agency" in words_of(other.get(answer["Location"]))
    assert house.node.look("SELECT count(*) FROM exchange_delivery WHERE event = 'received'") == [(0,)]


def test_what_was_disclosed_waits_among_the_deliveries_until_it_is_received(house, went):
    receive, _ = act_of(house, went)
    person = house.inside("hsi-arizona")
    waiting = "/console/exchange/deliveries/?event=sent"
    assert "Waits to be received" in words_of(person.get(waiting)).partition("1 to 1 of 1")[2]
    person.post(receive)
    assert "Nothing matches." in words_of(person.get(waiting))
    assert "1 to 1 of 1" in words_of(person.get("/console/exchange/deliveries/?event=received&partner=az-dps"))
    assert "VALUE" not in person.get("/console/exchange/deliveries/?as=csv").content.decode()


def test_own_asks_are_searched_filtered_sorted_and_exported_without_what_is_personal(house):
    house.ask("hsi-arizona", "az-dps", ask_key="OUR-KEY-1", reference="SECRET-1")
    house.ask("hsi-arizona", "pima-so", purpose="customs")
    house.ask("ice-ero-phoenix", "pima-so")
    person = house.inside("hsi-arizona")

    def listed(query):
        return words_of(person.get(f"{ASKS}?{query}"))

    assert "1 to 2 of 2" in listed("")
    for query in ("q=OUR-KEY-1", "q=public+safety", "partner=az-dps", "purpose=criminal_investigation", "q=az-dps"):
        assert "1 to 1 of 1" in listed(query), query
    for query in ("q=SECRET-1", "q=OUR-KEY", "status=held", "path=outside", "partner=yuma-so"):
        assert "Nothing matches." in listed(query), query
    assert "1 to 1 of 1" in listed("status=awaiting_answer&purpose=customs")
    assert "1 to 2 of 2" in listed("status=awaiting_answer")
    rows = re.findall(r"customs|criminal investigation", listed("sort=-purpose").partition("of 2")[2])
    assert rows == ["customs", "criminal investigation"]
    text = person.get(f"{ASKS}?as=csv").content.decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    assert [row["partner"] for row in table] == ["pima-so", "az-dps"]
    assert "key" not in table[0]
    assert "OUR-KEY-1" not in text
    assert "SECRET-1" not in text


def test_an_ask_over_the_interface_names_the_post_that_receives(house):
    house.lodge("az-dps")
    ask_id = house.ask("hsi-arizona", "az-dps", post="interface")
    house.deliver()
    page = words_of(house.inside("hsi-arizona").get(f"{ASKS}{ask_id}/"))
    assert "Its values are received by the post that asked" in page
    assert "Receive and show it" not in page


def told(**changes):
    return {
        "act": "tell", "key": "console-told", "holder": "hsi-arizona", "purpose": "criminal_investigation",
        "category": "case", "element": ["case_number"], "reference": "TEST-CASE-1", "means": "radio",
        "told_at": "2026-11-20T08:30", "justification": "",
    } | changes  # fmt: skip


@pytest.fixture
def now_told(house):
    """A time of the agency, shortly ago: the law of the demo is in force since it was loaded."""
    from zoneinfo import ZoneInfo

    return (
        (house.node.clock() - timedelta(seconds=1))
        .astimezone(ZoneInfo("America/Phoenix"))
        .strftime("%Y-%m-%dT%H:%M:%S")
    )


def test_what_was_told_by_radio_is_recorded_once_marked_and_put_up_for_review(house, now_told):
    person = house.inside()
    first = person.post(TELL, told(told_at=now_told))
    assert first.status_code == 302, words_of(first)
    page = words_of(person.get(first["Location"]))
    assert "It is recorded" in page
    assert "Told outside Comity" in page
    assert "by radio" in page
    assert "Judged as of the time it was told" in page
    assert "privacy officer): open, due" in page
    assert person.post(TELL, told(told_at=now_told))["Location"] == first["Location"]
    assert house.node.look("SELECT count(*) FROM exchange_disclosure WHERE path = 'outside'") == [(1,)]
    assert "1 to 1 of 1" in words_of(person.get("/console/exchange/told/"))
    told_one = house.inside("hsi-arizona")
    assert "1 to 1 of 1" in words_of(told_one.get(f"{ASKS}?path=outside"))
    assert "Judged as of" not in words_of(told_one.get(first["Location"]))


def test_what_was_not_to_be_told_is_named_to_the_holder_alone(house, now_told):
    person = house.inside()
    made = person.post(TELL, told(told_at=now_told, purpose="civil_immigration"))
    page = words_of(person.get(made["Location"]))
    assert "was not to be let go" in page
    assert "Told, and not to be let go: case number" in page
    assert "not to be let go" not in words_of(house.inside("hsi-arizona").get(made["Location"]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"holder": ""}, "Choose the agency that was told."),
        ({"holder": "az-dps"}, "This is your own agency."),
        ({"holder": "nowhere"}, "No agency has this code."),
        ({"post": "nothing"}, "The agency has no such post."),
        ({"told_at": ""}, "Give the day and time at which it was told."),
        ({"told_at": "yesterday"}, "Give the day and time at which it was told."),
        ({"told_at": "2999-01-01T00:00"}, "This time lies ahead"),
        ({"told_at": "2026-13-01T00:00"}, "Give the day and time at which it was told."),
        ({"means": "pigeon"}, "Choose how it was told."),
        ({"element": []}, "Choose what was told."),
        ({"element": ["custody_status"]}, "This kind of record does not hold what was chosen."),
        ({"reference": ""}, "Give the number of the record it came from."),
        ({"justification": "x" * 4001}, "This is too long"),
        ({"claim": ["consultation_record"]}, "This cannot be stated."),
    ],
)
def test_what_is_wrong_with_what_was_told_is_said_beside_it(house, changes, said):
    answer = house.inside().post(TELL, told(**changes))
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert house.node.look("SELECT count(*) FROM exchange_ask") == [(0,)]


def test_a_form_of_what_was_told_sent_for_something_else_begins_anew(house, now_told):
    person = house.inside()
    person.post(TELL, told(told_at=now_told))
    answer = person.post(TELL, told(told_at=now_told, reference="OTHER-1"))
    assert "already sent for something else" in words_of(answer)
    [key] = re.findall(r'name="key" value="([^"]+)"', answer.content.decode())
    assert person.post(TELL, told(told_at=now_told, reference="OTHER-1", key=key)).status_code == 302


def test_posts_of_who_was_told_are_listed_to_choose_from(house):
    page = house.inside().post(TELL, told(act="list")).content.decode()
    assert '<option value="liaison">' in page
    assert house.node.look("SELECT count(*) FROM exchange_ask") == [(0,)]


def test_markup_typed_into_what_was_told_comes_out_as_text(house):
    bad = "<script>alert(1)</script>"
    fields = ("holder", "purpose", "category", "reference", "told_at", "means", "post", "justification", "key")
    person = house.inside()
    for act in ("tell", "list"):
        answer = person.post(TELL, dict.fromkeys(fields, bad) | {"element": [bad], "act": act})
        assert bad not in answer.content.decode()


def test_markup_in_what_was_disclosed_comes_out_as_text(house):
    from comity.coordination.exchange.commands.file import NewRecord, file_records

    bad = "<script>alert(1)</script>"
    record = NewRecord(category="case", reference="BAD-1", values={"case_number": bad})
    file_records(records=(record,), by=house.node.actor("az-dps"), now=house.node.clock(), keys=house.node.keys)
    ask_id = house.ask("hsi-arizona", "az-dps", reference="BAD-1")
    house.deliver()
    receive, _ = act_of(house, ask_id)
    page = house.inside("hsi-arizona").post(receive).content.decode()
    assert bad not in page
    assert "&lt;script&gt;" in page
