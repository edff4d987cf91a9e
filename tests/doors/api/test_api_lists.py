"""Lists: own asks with what was asked, what was told apart from them, the queue, and the parameters of all."""

from datetime import UTC, datetime

import pytest

from comity.spine.tasks.vocabulary import Kind


@pytest.fixture
def told(holder) -> str:
    """What az-dps told hsi-arizona by radio, under a key of its own."""
    body = {
        "key": "case-of-somebody",
        "recipient": "hsi-arizona",
        "purpose": "criminal_investigation",
        "category": "case",
        "elements": ["person_name"],
        "reference": "TEST-CASE-1",
        "means": "radio",
        "told_at": datetime.now(UTC).isoformat(),
    }
    return holder.post("/outside-disclosures", body).json()["disclosure"]


def test_own_ask_says_whom_it_asked_for_what_and_when(asker, ask):
    made = asker.post("/asks", ask()).json()
    [listed] = asker.get("/asks").json()["asks"]
    one = asker.get(f"/asks/{made['id']}").json()["ask"]
    for shown in (listed, one):
        assert shown["holder"] == "az-dps"
        assert (shown["purpose"], shown["category"]) == ("criminal_investigation", "case")
        assert shown["elements"] == ["person_name", "case_number"]
        assert shown["asked_at"] == made["visible_at"]
        assert "TEST-CASE-1" not in str(shown)


def test_what_was_told_outside_is_no_ask_of_its_recipient(asker, ask, told):
    made = asker.post("/asks", ask()).json()["id"]
    assert [one["id"] for one in asker.get("/asks").json()["asks"]] == [made]
    assert asker.get("/asks", path="live").json() == asker.get("/asks").json()
    [outside] = asker.get("/asks", path="outside").json()["asks"]
    assert (outside["status"], outside["holder"], outside["elements"]) == ("told_outside", "az-dps", ["person_name"])
    assert outside["ask_id"] == ""
    single = asker.get(f"/asks/{outside['id']}")
    assert single.json()["ask"]["ask_id"] == ""
    assert "case-of-somebody" not in single.content.decode()


def test_pages_of_own_asks_leave_out_what_was_told(asker, holder, ask, told):
    made = [asker.post("/asks", ask()).json()["id"] for _ in range(2)]
    first = asker.get("/asks", limit=1).json()
    second = asker.get("/asks", limit=1, before=first["next"]).json()
    assert [one["id"] for page in (first, second) for one in page["asks"]] == made[::-1]
    assert asker.get("/asks", limit=1, before=second["next"]).json() == {"asks": [], "next": None}


def test_queue_is_narrowed_to_the_scopes_of_the_key_before_it_is_limited(office, asker, ask, record):
    for _ in range(3):
        asker.post("/asks", ask())
    office.caller("az-dps").post("/records", record(reference="HERE", values={"home_address": "1 Example Way"}))
    asker.post("/asks", ask(reference="HERE", elements=["home_address"]))
    both = office.caller("az-dps", "records-supervisor").get("/queue").json()["tasks"]
    assert sorted(task["kind"] for task in both) == [Kind.ANSWER, Kind.ANSWER, Kind.ANSWER, Kind.APPROVAL]
    for scope, kind, many in (("exchange:approve", "approval", 1), ("exchange:answer", "answer", 3)):
        caller = office.caller("az-dps", "records-supervisor", scopes=[scope])
        for limit in (1, 200):
            shown = caller.get("/queue", limit=limit).json()["tasks"]
            assert [task["kind"] for task in shown] == [kind] * min(many, limit)


@pytest.mark.parametrize(
    ("path", "unknown", "known"),
    [
        ("/asks", "purpose", "before, limit, path"),
        ("/queue", "kinds", "kind, limit"),
        ("/directory/agencies", "states", "after, kind, limit, state"),
        ("/law/elements", "lang", "language"),
        ("/law/authorities", "x", ""),
        ("/agreements/az-sharing-2026", "code", ""),
        ("/health", "verbose", ""),
    ],
)
def test_parameter_nobody_takes_is_refused_by_name(asker, path, unknown, known):
    refused = asker.get(path, **{unknown: "1"})
    assert refused.status_code == 422, refused.content
    [error] = refused.json()["errors"]
    assert (error["field"], error["message"]) == (unknown, "is not a parameter here")
    assert error["remedy"] == (f"leave it out; the parameters are: {known}" if known else "leave it out")


def test_unknown_parameter_of_a_write_records_nothing(asker, ask, office):
    stored = office.stored()
    refused = asker.post("/asks?dry_run=true&x=1", ask())
    assert [error["field"] for error in refused.json()["errors"]] == ["dry_run", "x"]
    assert refused.status_code == 422
    assert office.stored() == stored


def test_key_is_asked_for_before_parameters_are(asker):
    assert asker.client.get("/api/v1/asks?x=1").status_code == 401


@pytest.mark.parametrize(
    ("path", "query", "values"),
    [
        ("/asks", {"path": "shadow"}, "live, outside"),
        ("/queue", {"kind": "review"}, "answer, approval, counsel, redress, correction, notice, dead_letter"),
        ("/law/rules", {"language": "de"}, "en, es"),
        ("/directory/agencies", {"kind": "none"}, "federal, state, local, tribal, neighboring_state"),
    ],
)
def test_unknown_value_of_a_parameter_lists_the_known(asker, path, query, values):
    [error] = asker.get(path, **query).json()["errors"]
    assert (error["field"], error["remedy"]) == (*query, f"use one of: {values}")


@pytest.mark.parametrize(
    ("path", "body", "values"),
    [
        ("/asks/preview", {"language": "de"}, "en, es"),
        ("/outside-disclosures", {"means": "pigeon"}, "radio, telephone, in_person, writing"),
    ],
)
def test_unknown_value_of_a_field_lists_the_known(asker, ask, path, body, values):
    [error] = asker.post(path, body).json()["errors"]
    assert (error["field"], error["remedy"]) == (*body, f"use one of: {values}")
