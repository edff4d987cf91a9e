"""Asking at the console: the preview, each outcome with its authority, wrong input, one ask however often sent."""

import re

import pytest
from web_people import words_of

ASK = "/console/exchange/ask/"
MARKUP = "<script>alert(1)</script>"


def filled(**changes):
    return {
        "act": "ask",
        "key": "console-test",
        "holder": "az-dps",
        "purpose": "criminal_investigation",
        "category": "case",
        "element": ["case_number", "person_name"],
        "reference": "TEST-CASE-1",
        "agreement": "",
    } | changes


def asked(person, **changes):
    """Send the form; returns the page of the ask."""
    sent = person.post(ASK, filled(**changes))
    assert sent.status_code == 302, words_of(sent)
    return person.get(sent["Location"])


@pytest.fixture
def asker(house):
    return house.inside("hsi-arizona")


def count_asks(house):
    [(count,)] = house.node.look("SELECT count(*) FROM exchange_ask")
    return count


def test_what_may_go_is_disclosed_at_once_with_its_clause(house, asker):
    house.lodge("az-dps")
    page = words_of(asked(asker))
    assert "Disclosed" in page
    assert "agreement az-sharing-2026, version 1, clause cases" in page
    assert "VALUE" not in page


def test_what_waits_for_approval_says_so(house, asker):
    house.lodge("az-dps", elements=("home_address",))
    page = words_of(asked(asker, element=["home_address"]))
    assert "Waits for approval" in page
    assert "Approval by: records supervisor" in page


def test_a_refusal_says_why_on_what_authority_and_what_can_be_done(house, asker):
    house.lodge("tohono-oodham-pd", category="tribal", elements=("tribal_record",))
    answer = asked(asker, holder="tohono-oodham-pd", category="tribal", element=["tribal_record"])
    page = words_of(answer)
    assert "Refused" in page
    assert "Executive Order 13175" in page
    assert "Whom to ask: tohono-oodham-pd/liaison" in page
    assert 'href="/console/law/law-54/"' in answer.content.decode()


def test_what_counsel_decides_is_held(house):
    house.lodge(
        "cochise-so", category="custody", elements=("release_date", "person_name"), marks=("onward_free",),
        origin="ca-cdcr",
    )  # fmt: skip
    page = words_of(
        asked(
            house.inside("ice-ero-phoenix"), holder="cochise-so", purpose="civil_immigration", category="custody",
            element=["release_date"],
        )
    )  # fmt: skip
    assert "Held for counsel" in page


def test_a_holder_that_lodged_nothing_is_waited_for(asker):
    assert "Waits for the holder" in words_of(asked(asker, holder="pima-so"))


def shape_of(answer):
    """A page without what differs from ask to ask: ids, hashes, times and the place in the ledger."""
    own = r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|leaf \d+\b|number \d+\b|[0-9]+:[0-9]+"
    return re.sub(r"(· ?)+", "·", re.sub(own, "·", words_of(answer)))


def test_whether_a_hidden_record_exists_is_told_by_nothing_on_the_page(house):
    marks = {"marks": ("protected_1367",), "category": "victim_protected"}
    house.lodge("pima-so", "HIDDEN-1", elements=("person_name", "victim_statement"), **marks)
    person = house.inside("ice-ero-phoenix")
    person.get("/console/")  # what signing in said is said there
    pages = {}
    for number, reference in enumerate(("HIDDEN-1", "NOTHING-1")):
        sent = person.post(
            ASK,
            filled(
                key=f"console-{number}", holder="pima-so", purpose="civil_immigration", category="victim_protected",
                element=["person_name", "victim_statement"], reference=reference,
            ),
        )  # fmt: skip
        pages[reference] = [sent["Location"], person.get(sent["Location"])]
        assert "Its answer appears on this page within a few seconds" in words_of(pages[reference][1])
    assert shape_of(pages["HIDDEN-1"][1]) == shape_of(pages["NOTHING-1"][1])
    house.tick()
    house.node.sequence()
    after = [person.get(address) for address, _ in pages.values()]
    assert "There is nothing to share" in words_of(after[0])
    assert shape_of(after[0]) == shape_of(after[1])
    # A proof is as long as the entry's place in the tree makes it; the place tells of the time alone.
    lengths = [len(re.sub(r"<li><code>[0-9a-f]{64}</code></li>", "", one.content.decode())) for one in after]
    assert lengths[0] == pytest.approx(lengths[1], abs=20)


def test_an_open_page_asks_again_until_the_answer_is_there_and_then_loads_itself_anew(house, asker):
    sent = asker.post(ASK, filled(category="status", element=["immigration_status"], key="console-hidden"))
    page = asker.get(sent["Location"])
    assert 'hx-trigger="every 2s"' in page.content.decode()
    assert "HX-Refresh" not in asker.get(sent["Location"], headers={"HX-Request": "true"})
    house.tick()
    assert asker.get(sent["Location"], headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "hx-trigger" not in asker.get(sent["Location"]).content.decode()


def test_a_form_sent_twice_is_one_ask(house, asker):
    house.lodge("az-dps")
    first, second = asker.post(ASK, filled()), asker.post(ASK, filled())
    assert first["Location"] == second["Location"]
    assert count_asks(house) == 1
    assert "it was asked once, and this is its answer" in words_of(asker.get(second["Location"]))


def test_a_form_sent_again_with_something_else_in_it_is_not_taken_for_the_first(house, asker):
    house.lodge("az-dps")
    first = asker.post(ASK, filled())
    second = asker.post(ASK, filled(reference="TEST-CASE-2"))
    assert second.status_code == 422
    assert first["Location"] in second.content.decode()
    assert count_asks(house) == 1
    [key] = re.findall(r'name="key" value="([^"]+)"', second.content.decode())
    assert key != "console-test"
    assert asker.post(ASK, filled(reference="TEST-CASE-2", key=key)).status_code == 302


def test_the_preview_looks_at_no_record_and_records_nothing(house, asker):
    house.lodge("az-dps", elements=("home_address",))
    before = house.node.look("SELECT (SELECT count(*) FROM ledger_pending), (SELECT count(*) FROM exchange_ask)")
    answer = asker.post(ASK, filled(act="preview", element=["home_address"]))
    page = words_of(answer)
    assert answer.status_code == 200
    assert "It would wait for approval" in page
    assert "clause case-contact" in page
    assert 'value="TEST-CASE-1"' in answer.content.decode()
    assert (
        house.node.look("SELECT (SELECT count(*) FROM ledger_pending), (SELECT count(*) FROM exchange_ask)") == before
    )


def test_the_preview_names_what_would_help(house, asker):
    question = {"category": "criminal_history", "element": ["criminal_history_record"]}
    page = words_of(asker.post(ASK, filled(act="preview", **question)))
    assert "It would be refused" in page
    assert "criminal justice purpose code" in page
    shown = words_of(
        asker.post(ASK, filled(act="preview", claim=["cji_purpose_code", "repository_access"], **question))
    )
    assert "It would be refused" not in shown


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"holder": ""}, "Choose the agency that holds the record."),
        ({"holder": "nowhere"}, "No agency has this code."),
        ({"holder": "hsi-arizona"}, "This is your own agency."),
        ({"purpose": ""}, "Choose what you need it for."),
        ({"purpose": "nonsense"}, "Choose what you need it for."),
        ({"category": ""}, "Choose the kind of record."),
        ({"category": "nonsense"}, "Choose the kind of record."),
        ({"element": []}, "Choose at least one thing you ask for."),
        ({"element": ["custody_status"]}, "This kind of record does not hold what was chosen."),
        ({"element": ["nonsense"]}, "This kind of record does not hold what was chosen."),
        ({"reference": " "}, "Give the number the record goes by at its holder."),
        ({"reference": "x" * 201}, "This number is too long"),
        ({"claim": ["consultation_record"]}, "This cannot be stated."),
        ({"agreement": "nothing-2020"}, "Your agency is no party of this agreement."),
        ({"key": "outside/x"}, "This form cannot be sent again."),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_asked(house, asker, changes, said):
    answer = asker.post(ASK, filled(**changes))
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert "Nothing was asked yet" in words_of(answer)
    assert count_asks(house) == 0


def test_markup_typed_into_every_field_comes_out_as_text(asker):
    fields = ("holder", "purpose", "category", "reference", "agreement", "key")
    for act in ("ask", "preview"):
        bad = dict.fromkeys(fields, MARKUP) | {"element": [MARKUP], "claim": [MARKUP], "act": act}
        assert MARKUP not in asker.post(ASK, bad).content.decode()
    for path in ("/console/exchange/asks/", "/console/exchange/told/", "/console/exchange/deliveries/", ASK):
        answer = asker.get(path, data={"q": MARKUP, "status": MARKUP, "partner": MARKUP, "holder": MARKUP})
        assert MARKUP not in answer.content.decode()
        assert answer.status_code == 200


def test_a_fresh_form_says_the_purpose_of_the_last_ask_and_never_its_reference(house, asker):
    house.ask("hsi-arizona", "az-dps", purpose="customs", reference="SECRET-1")
    page = asker.get(ASK).content.decode()
    assert '<option value="customs" selected>' in page
    assert "SECRET-1" not in page


def test_a_refused_ask_is_asked_again_with_what_was_missing(house, asker):
    house.lodge("az-dps", category="criminal_history", elements=("criminal_history_record",))
    answer = asked(asker, category="criminal_history", element=["criminal_history_record"])
    [address] = re.findall(r'href="(/console/exchange/ask/\?[^"]+)"', answer.content.decode())
    again = asker.get(address.replace("&amp;", "&")).content.decode()
    assert 'value="cji_purpose_code" checked' in again
    assert 'value="criminal_history_record" checked' in again
    assert "TEST-CASE-1" not in address + again


def test_a_form_left_half_filled_comes_back_with_all_its_boxes(asker):
    kept = filled(draft_of=ASK, claim=["need_to_know"])
    asker.post("/console/draft/", kept)
    page = asker.get(ASK).content.decode()
    for box in ("case_number", "person_name", "need_to_know"):
        assert f'value="{box}" checked' in page
    assert 'value="TEST-CASE-1"' in page
    asker.post(ASK, filled())
    assert 'value="TEST-CASE-1"' not in asker.get(ASK).content.decode()


def test_an_ask_has_at_most_six_inputs(asker):
    page = asker.get(f"{ASK}?holder=az-dps&category=case").content.decode()
    form = page[page.index("data-draft") : page.index('id="ask-preview"')]
    names = set(re.findall(r'<(?:select|input|textarea)[^>]* name="([a-z_]+)"', form))
    assert names - {"acting", "csrfmiddlewaretoken", "key"} <= {
        "holder", "purpose", "category", "element", "reference", "agreement", "claim"
    }  # fmt: skip


def test_an_address_fills_in_a_question_but_never_a_records_number_or_the_key_of_an_ask(house):
    page = house.inside("hsi-arizona").get(
        "/console/exchange/ask/?holder=az-dps&purpose=criminal_investigation&reference=LINKED-1&key=CHOSEN-KEY"
    )
    text = page.content.decode()
    assert "LINKED-1" not in text.partition("<main")[2]
    assert "CHOSEN-KEY" not in text.partition("<main")[2]
    assert 'value="az-dps" selected' in text
