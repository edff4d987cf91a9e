"""Bad input, one by one: each names the field and the remedy, and nothing is written."""

import msgspec
import pytest

BIG = b"9" * 40


@pytest.fixture(scope="module")
def office(shared_office):
    return shared_office


def refused(response) -> tuple[int, str]:
    """Return status and field of a problem, having checked that it tells a remedy."""
    assert response.headers["Content-Type"] == "application/problem+json", response.content
    body = response.json()
    assert body["errors"][0]["message"]
    assert body["errors"][0]["remedy"]
    return response.status_code, body["errors"][0]["field"]


@pytest.mark.parametrize(
    "raw",
    [
        b" ",
        b"{",
        b"nothing",
        b'{"a":1}}',
        b"\xff\xfe{}",
        b'{"ask_id":"\xff"}',
        b'{"ask_id":"\x00"}',
        b'{"ask_id":"\\ud800"}',
        b"[" * 60_000,
    ],
)
def test_what_is_not_json_is_refused(asker, unchanged, raw):
    status, _ = refused(asker.post("/asks", raw))
    assert status == 400


@pytest.mark.parametrize("raw", [b"[]", b"1", b"null", b'"text"'])
def test_json_that_is_no_object_is_refused(asker, unchanged, raw):
    assert refused(asker.post("/asks", raw)) == (400, "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reference": "a\0b"}, "reference"),
        ({"ask_id": "\0"}, "ask_id"),
        ({"elements": ["person_name", "a\0"]}, "elements[1]"),
        ({"claims": {"a\0": True}}, "claims"),
        ({"reference": 7}, "reference"),
        ({"elements": "person_name"}, "elements"),
        ({"elements": [1]}, "elements[0]"),
        ({"claims": {"life_in_danger": 1}}, "claims[...]"),
        ({"claims": []}, "claims"),
        ({"purpose": None}, "purpose"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_field_of_the_wrong_kind_is_named(asker, unchanged, ask, changes, field):
    body = ask() | changes
    if changes.get("purpose", "") is None:
        del body["purpose"]
    assert refused(asker.post("/asks", body)) == (400, field)


def test_number_beyond_bigint_is_refused(asker, unchanged, ask):
    raw = msgspec.json.encode(ask()).replace(b'"TEST-CASE-1"', BIG)
    assert refused(asker.post("/asks", raw)) == (400, "reference")


@pytest.mark.parametrize("limit", ["9" * 40, "-1", "0", "201", "x", "1.5", ""])
def test_page_size_out_of_range_is_refused(asker, unchanged, limit):
    assert refused(asker.get("/asks", limit=limit)) == (400, "limit")


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/asks", {"before": "x"}, "before"),
        ("/directory/agencies", {"kind": "none"}, "kind"),
        ("/directory/agencies", {"state": "arizona"}, "state"),
        ("/directory/agencies", {"after": "a\0"}, "after"),
        ("/law/rules", {"language": "de"}, "language"),
    ],
)
def test_parameter_that_is_none_is_named(asker, unchanged, path, query, field):
    assert refused(asker.get(path, **query)) == (400, field)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"holder": "AZ9999999"}, "holder"),
        ({"holder": "nobody"}, "holder"),
        ({"holder": "hsi-arizona"}, "holder"),
        ({"holder": " "}, "holder"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"category": "gossip"}, "category"),
        ({"elements": ["shoe_size"]}, "elements"),
        ({"elements": []}, "elements"),
        ({"elements": ["person_name"] * 65}, "elements"),
        ({"agreement": "none-2025"}, "agreement"),
        ({"post": "nobody"}, "post"),
        ({"claims": {"ledger_ready": True}}, "claims"),
        ({"claims": {"é": True}}, "claims"),
        ({"ask_id": ""}, "ask_id"),
        ({"ask_id": "a" * 101}, "ask_id"),
        ({"reference": ""}, "reference"),
        ({"reference": "a" * 201}, "reference"),
        ({"justification": "a" * 4_001}, "justification"),
        ({"case_number": "a" * 201}, "case_number"),
    ],
)
def test_unknown_or_unfit_value_is_named(asker, unchanged, ask, changes, field):
    assert refused(asker.post("/asks", ask(**changes))) == (422, field)


def test_every_fault_is_told_at_once(asker, unchanged, ask):
    response = asker.post("/asks", ask(purpose="x", category="y", elements=["z"]))
    assert [error["field"] for error in response.json()["errors"]] == ["purpose", "category", "elements"]


def test_ask_under_an_agreement_of_others_is_refused_like_an_unknown_one(stranger, unchanged, ask):
    theirs = stranger.post("/asks", ask(agreement="tfm-demo-2025"))
    none = stranger.post("/asks", ask(agreement="xxx-demo-2025"))
    assert refused(theirs) == refused(none) == (422, "agreement")
    assert theirs.content.replace(b"tfm-", b"xxx-") == none.content


def test_oversized_body_is_refused_before_it_is_read(asker, unchanged, ask):
    assert refused(asker.post("/asks", ask(justification="a" * 70_000))) == (413, "")
    declared = asker.client.generic(
        "POST",
        "/api/v1/asks/bulk",
        b"{}",
        content_type="application/x-ndjson",
        headers=asker.headers,
        CONTENT_LENGTH=str(33 * 1024 * 1024),
    )
    assert refused(declared) == (413, "")


def test_too_many_lines_are_refused(asker, unchanged):
    assert refused(asker.post("/asks/bulk", b"{}\n" * 10_001, kind="application/x-ndjson")) == (413, "")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_other_kinds_of_body_are_refused(asker, unchanged, ask, kind):
    response = asker.post("/asks", ask(), kind=kind)
    assert refused(response) == (415, "Content-Type")
    assert response.json()["errors"][0]["remedy"] == "send `Content-Type: application/json`"


def test_body_without_a_length_is_asked_for_one(asker, unchanged):
    response = asker.client.generic(
        "POST",
        "/api/v1/asks",
        b"{}",
        content_type="application/json",
        headers=asker.headers | {"Transfer-Encoding": "chunked"},
    )
    assert refused(response) == (411, "Content-Length")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/asks/not-an-id", "/tasks/1", "/directory/agencies/A%00", "/agreements/none", "/"]
)
def test_address_that_leads_nowhere_is_one_answer(asker, unchanged, path):
    response = asker.get(path)
    assert (response.status_code, response.content) == (
        404,
        asker.get("/asks/01a20115-c538-75c8-a73f-7513741b4d4c").content,
    )


@pytest.mark.parametrize(("method", "path", "allowed"), [("DELETE", "/asks", "GET, POST"), ("PUT", "/queue", "GET")])
def test_method_that_is_not_there_is_told_what_is(asker, unchanged, method, path, allowed):
    response = asker.client.generic(method, f"/api/v1{path}", headers=asker.headers)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (response.status_code, response.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "gossip"}, "category"),
        ({"reference": " "}, "reference"),
        ({"values": {}}, "values"),
        ({"values": {"shoe_size": "x"}}, "values"),
        ({"values": {"é": "x"}}, "values"),
        ({"marks": ["none"]}, "marks"),
        ({"marks": ["section_1367"]}, "marks"),
        ({"evidence": ["life_in_danger"]}, "evidence"),
        ({"origin": "nobody"}, "origin"),
    ],
)
def test_record_that_cannot_be_lodged_is_refused(holder, unchanged, record, changes, field):
    assert refused(holder.post("/records", record(**changes))) == (422, field)


@pytest.mark.parametrize(
    ("changes", "field"), [({"subject_handle": "x"}, "subject_handle"), ({"values": {"person_name": 1}}, "values[...]")]
)
def test_record_of_the_wrong_kind_is_refused(holder, unchanged, record, changes, field):
    assert refused(holder.post("/records", record(**changes))) == (400, field)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"verdict": "maybe", "digest": "0" * 64}, "verdict"),
        ({"verdict": "release", "digest": "short"}, "digest"),
        ({"verdict": "release"}, "digest"),
    ],
)
def test_verdict_that_is_none_is_refused(asker, unchanged, body, field):
    path = "/tasks/01a20115-c538-75c8-a73f-7513741b4d4c/verdict"
    assert refused(asker.post(path, body)) == (400, field)


def test_outside_disclosure_of_tomorrow_is_refused(holder, unchanged):
    body = outside(told_at="2999-01-01T00:00:00Z")
    assert refused(holder.post("/outside-disclosures", body)) == (422, "told_at")


def outside(**changes: object) -> dict[str, object]:
    return {
        "key": "radio-1",
        "recipient": "hsi-arizona",
        "purpose": "criminal_investigation",
        "category": "case",
        "elements": ["person_name"],
        "reference": "TEST-CASE-1",
        "means": "radio",
    } | changes
