"""Templates and clauses for anybody with a key; versions compared for a party and nobody else."""

import dataclasses

import pytest

CODE = "az-sharing-2026"


@pytest.fixture(scope="module")
def office(shared_office):
    return shared_office


@pytest.fixture(scope="module")
def second(office):
    """A second version of an agreement in force, offered by the sheriff and signed by nobody."""
    from comity.spine.tenancy.transaction import reading
    from comity.standing.agreements.commands import offer_agreement, revise_draft
    from comity.standing.agreements.selectors import get_agreement_by_code, list_versions

    node = office.node
    by = node.actor("pima-so", "counsel")
    with reading(by):
        agreement = get_agreement_by_code(CODE)
        [first] = list_versions(agreement.id)
    terms = dict(first.terms)
    terms["clauses"] = [
        {**clause, "retention_days": 30} if clause["id"] == "plates" else clause
        for clause in terms["clauses"]
        if clause["id"] != "danger"
    ]
    revise_draft(
        by=by,
        now=node.clock(),
        agreement_id=agreement.id,
        title="Arizona Information Sharing Memorandum, narrower",
        text=first.text.replace("kept 90 days", "kept 30 days"),
        terms=terms,
        period=dataclasses.replace(first.period),
    )
    offer_agreement(by=by, now=node.clock(), agreement_id=agreement.id)
    return office


def test_templates_are_read_with_any_key_in_both_languages(asker):
    found = asker.get("/agreement-templates").json()["templates"]
    assert "tfm" in {one["code"] for one in found}
    spanish = asker.get("/agreement-templates", language="es").json()["templates"]
    assert found[0]["title"] != spanish[0]["title"]
    one = asker.get("/agreement-templates/tfm").json()
    assert {"required", "on", "off"} == {clause["take"] for clause in one["clauses"]}
    assert next(field for field in one["fields"] if field["name"] == "hold_hours")["most"] == 48
    assert next(place for place in one["parties"] if place["name"] == "federal")["role"] == "federal"
    assert asker.get("/agreement-templates/none").status_code == 404


def test_the_catalogue_of_clauses_names_text_sources_and_templates(asker):
    clauses = {one["clause"]: one for one in asker.get("/agreement-clauses").json()["clauses"]}
    assert clauses["minors"]["protective"]
    assert clauses["minors"]["enforced"] == ["exclude"]
    assert "tfm" in clauses["minors"]["templates"]
    assert clauses["minors"]["rests_on"]


def test_a_party_sees_what_changed_and_who_offered_it(second, asker):
    found = asker.get(f"/agreements/{CODE}/redline").json()
    assert (found["older"]["number"], found["newer"]["number"]) == (1, 2)
    assert (found["older"]["offered_by"], found["newer"]["offered_by"]) == (None, "pima-so")
    runs = [(run["kind"], run["text"].strip()) for one in found["paragraphs"] for run in one if run["kind"] != "keep"]
    assert runs == [("delete", "90"), ("insert", "30")]
    assert [(one["key"], one["fate"]) for one in found["terms"]] == [("plates", "changed"), ("danger", "removed")]
    assert [one["name"] for one in found["head"]] == ["title"]
    assert "30 days" in found["terms"][0]["new"]
    assert "30 días" in asker.get(f"/agreements/{CODE}/redline", language="es").json()["terms"][0]["new"]


def test_two_versions_may_be_named_in_either_order(second, asker):
    back = asker.get(f"/agreements/{CODE}/redline", **{"from": 2, "to": 1}).json()
    runs = [(run["kind"], run["text"].strip()) for one in back["paragraphs"] for run in one if run["kind"] != "keep"]
    assert runs == [("delete", "30"), ("insert", "90")]
    same = asker.get(f"/agreements/{CODE}/redline", **{"from": 2, "to": 2}).json()
    assert {run["kind"] for one in same["paragraphs"] for run in one} == {"keep"}


def test_a_version_that_is_not_there_and_a_parameter_nobody_takes_are_refused(second, asker):
    for query in ({"from": 9}, {"to": 9}):
        refused = asker.get(f"/agreements/{CODE}/redline", **query)
        assert refused.status_code == 422
        assert "has no version `9`" in refused.json()["errors"][0]["message"]
    assert asker.get(f"/agreements/{CODE}/redline", **{"from": 0}).status_code == 400
    unknown = asker.get(f"/agreements/{CODE}/redline", older=1)
    assert unknown.status_code == 422
    assert "from, language, to" in unknown.json()["errors"][0]["remedy"]


def test_the_first_version_has_none_before_it_to_be_compared_with(second, asker):
    refused = asker.get(f"/agreements/{CODE}/redline", to=1)
    assert refused.status_code == 422
    assert "is its first" in refused.json()["errors"][0]["message"]


def test_every_word_is_traced_to_the_version_that_brought_it(second, asker):
    found = asker.get(f"/agreements/{CODE}/blame").json()
    assert [(one["number"], one["offered_by"]) for one in found["offers"]] == [(1, None), (2, "pima-so")]
    assert [one["text"].strip() for one in found["runs"] if one["version"] == 2] == ["30"]
    text = asker.get(f"/agreements/{CODE}").json()["versions"][1]["text"]
    assert "".join(one["text"] for one in found["runs"]) == text
    first = asker.get(f"/agreements/{CODE}/blame", to=1).json()
    assert {one["version"] for one in first["runs"]} == {1}


def test_who_is_no_party_learns_nothing(second, stranger):
    assert stranger.get(f"/agreements/{CODE}/redline").status_code == 404
    assert stranger.get(f"/agreements/{CODE}/blame").status_code == 404
