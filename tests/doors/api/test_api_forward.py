"""A refusal says what would help: evidence, agreements, legal process, whom to ask, in both languages."""

import pytest

from comity.coordination.exchange.way_forward import TOLD, load_hints, say_untold


def only_way(answer):
    [way] = answer["ways_forward"]
    return way


def read(asker, made, **query):
    return asker.get(f"/asks/{made['id']}", **query).json()["ask"]


def test_refusal_nothing_permits_names_the_agreements_that_stand_and_whom_to_ask(asker, ask):
    made = asker.post("/asks", ask(purpose="civil_immigration", elements=["person_name"])).json()
    way = only_way(read(asker, made))
    assert (way["sensitivity_class"], way["contact"], way["claims"]) == ("identity", "az-dps/liaison", [])
    told = " ".join(way["hints"])
    assert "In force between you and `az-dps`: `az-sharing-2026`." in told
    assert "court order, warrant, subpoena or agreement" in told


def test_answer_tells_at_once_what_needs_no_reading_and_where_the_rest_is(asker, ask):
    body = ask(purpose="civil_immigration", elements=["person_name"])
    first, again = asker.post("/asks", body).json(), asker.post("/asks", body).json()
    way = only_way(first)
    assert "Ask for less, or propose an agreement that covers it." in way["hints"]
    assert way["hints"][-1].startswith("Whom to ask: the liaison of `az-dps`; reading this ask again names the post")
    assert first["ways_forward"] == again["ways_forward"]


def test_refusal_for_want_of_evidence_names_what_to_claim(asker, ask):
    body = ask(category="criminal_history", elements=["criminal_history_record"], reference="none")
    way = only_way(asker.post("/asks", body).json())
    assert way["claims"] == ["cji_purpose_code", "repository_access"]
    assert any(
        "criminal justice purpose code (`cji_purpose_code`, stated with your ask)" in one for one in way["hints"]
    )
    again = asker.post("/asks", body | {"ask_id": "again", "claims": {"cji_purpose_code": True}}).json()
    assert all("cji_purpose_code" not in str(one) for one in again["ways_forward"])


def test_way_forward_is_told_in_spanish(asker, ask):
    body = ask(purpose="civil_immigration", elements=["person_name"])
    made = asker.post("/asks?language=es", body).json()
    assert only_way(made)["hints"][-1].startswith("A quién preguntar: el enlace de `az-dps`")
    assert only_way(read(asker, made, language="es"))["hints"][-1].startswith("A quién preguntar: `az-dps/liaison`")
    history = ask(category="criminal_history", elements=["criminal_history_record"], reference="none")
    citations = asker.post("/asks?language=es", history).json()["citations"]
    assert {one["rule"] for one in citations} == {"law-37", "law-38-az"}
    assert all(one["says"].startswith("Los antecedentes penales") for one in citations)


def test_preview_tells_the_way_forward_too(asker, ask):
    body = ask(ask_id=None, reference=None, purpose="civil_immigration", elements=["person_name"], language="es")
    way = only_way(asker.post("/asks/preview", body).json())
    assert any(one.startswith("Vigente entre ustedes y `az-dps`: `az-sharing-2026`") for one in way["hints"])


def test_agency_without_an_agreement_is_told_so(stranger, ask):
    made = stranger.post("/asks", ask(holder="tucson-pd", elements=["person_name"])).json()
    way = only_way(read(stranger, made))
    assert "No agreement is in force between you and `tucson-pd`." in way["hints"]


def test_what_goes_or_waits_needs_no_way_forward(asker, ask):
    assert asker.post("/asks", ask()).json()["ways_forward"] == []


def test_refusal_by_rule_of_a_mark_tells_nothing_but_whom_to_ask(asker, holder, ask, record):
    assert holder.post("/records", record(marks=["tribal_data"])).status_code == 201
    made = asker.post("/asks", ask(elements=["person_name"])).json()
    assert made["classes"]["identity"]["reason"] == "withheld", made
    withheld, contact = only_way(made)["hints"]
    assert withheld == "The holder withholds this; on which rule is not told."
    assert contact.startswith("Whom to ask: the liaison of `az-dps`")


def test_refusal_by_a_post_says_so(office, asker, ask, record):
    office.caller("az-dps").post("/records", record(values={"home_address": "address"}))
    made = asker.post("/asks", ask(elements=["home_address"])).json()
    approver = office.caller("az-dps", "records-supervisor")
    [task] = approver.get("/queue").json()["tasks"]
    approver.post(f"/tasks/{task['id']}/verdict", {"verdict": "refuse", "digest": task["digest"]})
    assert only_way(read(asker, made))["hints"][0] == "A post of the holder looked at what would leave and refused."


def test_hidden_category_tells_no_way_forward(office, asker, ask):
    made = asker.post("/asks", ask(category="sealed", elements=["sealed_record"], reference="none")).json()
    assert made["ways_forward"] == []
    office.tick()
    assert read(asker, made)["ways_forward"] == []


def test_holder_who_reads_the_ask_is_not_spoken_to_as_its_asker(office, asker, ask):
    made = asker.post("/asks", ask(purpose="civil_immigration", elements=["person_name"])).json()
    assert read(office.caller("az-dps"), made)["ways_forward"] == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_reason_has_words_and_both_languages_hold_the_same(language):
    assert load_hints("en").keys() == load_hints("es").keys()
    for reason in ("withheld", "refused_by_post", "some_other"):
        assert reason not in TOLD
        assert say_untold(reason, language)
