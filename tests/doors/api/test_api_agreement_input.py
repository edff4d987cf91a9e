"""What is written wrong in an agreement, in a step or a signature: each place is named, and nothing is written."""

import msgspec
import pytest
from agreements_sent import CLAUSE, PAPER, Table, body_of, told

from comity.doors.api.agreement_drafts import MOST_DRAFT_BYTES, MOST_FLAWS

CODE = "written-wrong"
DIGEST = "0" * 64
TO = "terms.clauses[0].to[0]"


@pytest.fixture(scope="module")
def office(shared_office):
    return shared_office


@pytest.fixture(scope="module")
def table(office):
    return Table(office)


@pytest.fixture(scope="module")
def counsel(table):
    return table.caller("az-dps", "counsel")


@pytest.fixture(scope="module")
def offered(table):
    return table.offer()[0]


def fields(response) -> list[str]:
    told(response)
    return [error["field"] for error in response.json()["errors"]]


def terms_of(*clauses, **more):
    return {"schema": "comity/terms/1", "clauses": list(clauses), **more}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"kind": "club"}, ["kind"]),
        ({"title": " "}, ["title"]),
        ({"text": ""}, ["text"]),
        ({"parties": {"az-dps": "big", "nobody": "federal"}}, ["parties.az-dps", "parties.nobody", TO]),
        ({"parties": {"az-dps": "state"}}, ["parties", TO]),
        ({"ends_at": "2025-01-01T07:00:00Z"}, ["starts_at, ends_at"]),
        ({"starts_at": "9999-12-31T23:59:59-12:00"}, ["starts_at, ends_at"]),
        ({"terms": terms_of(CLAUSE) | {"schema": "comity/terms/2"}}, ["terms.schema"]),
        ({"terms": terms_of()}, ["terms.clauses"]),
        ({"terms": terms_of({"id": "a", "kind": "give"})}, ["terms.clauses[0].kind"]),
        ({"terms": terms_of(CLAUSE, CLAUSE)}, ["terms.clauses[1].id"]),
        (
            {"terms": terms_of(CLAUSE | {"elements": ["a", "b"], "purposes": ["curiosity"]}, {"kind": "share"})},
            [
                "terms.clauses[1]",
                "terms.clauses[0].purposes[0]",
                "terms.clauses[0].elements[0]",
                "terms.clauses[0].elements[1]",
            ],
        ),
        ({"terms": terms_of(CLAUSE, provisions=[{"term": "hours", "value": 1}])}, ["terms.provisions[0]"]),
        ({"terms": terms_of(*[CLAUSE] * 5001)}, ["terms.clauses"]),
        ({"terms": terms_of(CLAUSE, provisions=[{}] * 501)}, ["terms.provisions"]),
        ({"terms": terms_of(CLAUSE | {"quota_per_day": 10**30})}, ["terms.clauses[0].quota_per_day"]),
    ],
)
def test_every_flaw_of_a_draft_is_named_and_nothing_is_written(counsel, changes, named):
    sent = body_of(**changes)
    refused = counsel.put(f"/agreements/{CODE}/draft", sent)
    assert refused.status_code == 422, refused.content
    assert fields(refused) == named
    looked = counsel.post("/agreements/validate", sent)
    assert (looked.status_code, looked.json()["valid"], looked.json()["clauses"]) == (200, False, [])
    assert looked.json()["problems"] == refused.json()["errors"]
    assert counsel.get(f"/agreements/{CODE}").status_code == 404


@pytest.mark.parametrize("code", ["Upper", "1-first", "a", "validate", "due", "a" * 64, "with%20space", "nul%00"])
def test_what_is_no_code_is_refused(counsel, code):
    assert fields(counsel.put(f"/agreements/{code}/draft", body_of())) == ["code"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"surprise": 1}, "surprise"),
        ({"title": 7}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"text": "a\0b"}, "text"),
        ({"starts_at": "2026-01-01T07:00:00"}, "starts_at"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"parties": []}, "parties"),
        ({"terms": {"schema": "comity/terms/1"}}, "terms.clauses"),
        ({"terms": terms_of("vehicles")}, "terms.clauses[0]"),
        ({"terms": terms_of(CLAUSE, clausez=[])}, "terms.clausez"),
        ({"terms": terms_of(CLAUSE | {"id": "a\0"})}, "terms.clauses[0].id"),
    ],
)
def test_a_draft_of_the_wrong_form_is_refused(counsel, changes, field):
    refused = counsel.put(f"/agreements/{CODE}/draft", body_of(**changes))
    assert (refused.status_code, fields(refused)[0]) == (400, field)


def test_more_problems_than_are_told_are_said_to_be_there(counsel):
    clause = CLAUSE | {"elements": [f"nothing-{number}" for number in range(5000)]}
    found = fields(counsel.put(f"/agreements/{CODE}/draft", body_of(clause)))
    assert (len(found), found[-1]) == (MOST_FLAWS + 1, "")


def test_clauses_that_name_too_many_pairs_are_refused_at_once(counsel):
    many = [f"agency-{number}" for number in range(500)]
    found = counsel.put(f"/agreements/{CODE}/draft", body_of(CLAUSE | {"from": many, "to": many}))
    assert fields(found) == ["terms.clauses"]
    assert "pairs" in found.json()["errors"][0]["message"]


def test_a_draft_that_is_too_large_is_refused_before_it_is_read(counsel):
    refused = counsel.put(f"/agreements/{CODE}/draft", body_of(text="a" * MOST_DRAFT_BYTES))
    assert told(refused) == (413, "too-large")
    fits = counsel.post("/agreements/validate", body_of(text="a" * 200_000))
    assert fits.json()["valid"] is True


def test_a_good_draft_is_read_back_in_words_and_not_written(counsel):
    english = counsel.post("/agreements/validate", body_of()).json()
    spanish = counsel.client.generic(
        "POST",
        "/api/v1/agreements/validate?language=es",
        msgspec.json.encode(body_of(code=CODE)),
        content_type="application/json",
        headers=counsel.headers,
    ).json()
    assert (english["valid"], english["problems"], spanish["valid"]) == (True, [], True)
    [said], [dicho] = english["clauses"], spanish["clauses"]
    assert said["id"] == dicho["id"] == "vehicles"
    assert said["says"] != dicho["says"]
    assert counsel.get(f"/agreements/{CODE}").status_code == 404


def test_parties_and_kind_of_an_agreement_that_is_there_stay(table, counsel):
    code = table.draft()
    other = body_of(kind="interlocal", parties={"az-dps": "local", "hsi-arizona": "federal"})
    refused = counsel.put(f"/agreements/{code}/draft", other)
    assert (refused.status_code, fields(refused)) == (422, ["kind", "parties"])


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("reviews", {"digest": DIGEST, "kind": "tea_leaves", "finding": "satisfied", "document_sha256": PAPER}, "kind"),
        (
            "reviews",
            {"digest": DIGEST, "kind": "tribal_council", "finding": "satisfied", "document_sha256": "x"},
            "document_sha256",
        ),
        ("reviews", {"digest": DIGEST, "kind": "tribal_council", "finding": "satisfied"}, "document_sha256"),
        ("confirmations", {"digest": "short"}, "digest"),
        ("confirmations", {"digest": DIGEST, "clauses": "all"}, "clauses"),
        ("confirmations", {"digest": DIGEST, "clauses": ["a"] * 5001}, "clauses"),
        ("confirmations", {"digest": DIGEST, "clauses": ["a\0"]}, "clauses[0]"),
        ("signatures", {"digest": DIGEST, "key_id": "k", "scheme": "ed25519", "signature": "%%%"}, "signature"),
        ("signatures", {"digest": DIGEST, "key_id": "k", "scheme": "rsa", "signature": "AAAA"}, "scheme"),
        ("signatures", {"digest": DIGEST, "key_id": "k", "scheme": "ed25519", "signature": "A" * 4000}, "signature"),
        ("signatures", {"digest": DIGEST.upper() + "G", "key_id": "k", "scheme": "ed25519", "signature": ""}, "digest"),
        ("attestations", {"digest": DIGEST, "agency": "az-dps", "scan_sha256": "F" * 64}, "scan_sha256"),
        ("comments", {"words": "a\0"}, "words"),
        ("comments", {"words": "a", "place": "a" * 101}, "place"),
        ("comments", {"words": "a", "answers": "first"}, "answers"),
        ("suspension", {"reason": "complaint"}, "reason"),
        ("termination", {"reason": "bored", "when": "now"}, "reason"),
        ("supersession", {}, "successor"),
    ],
)
def test_a_step_of_the_wrong_form_is_refused(counsel, offered, path, body, field):
    refused = counsel.post(f"/agreements/{offered}/{path}", body)
    assert (refused.status_code, fields(refused)[0]) == (400, field)


def test_a_misspelled_parameter_is_refused(counsel, offered):
    assert fields(counsel.get(f"/agreements/{offered}/signing-digest", agencies="az-dps")) == ["agencies"]
    assert counsel.get(f"/agreements/{offered}/signing-digest", agency="A B").status_code == 400
    assert counsel.get(f"/agreements/{offered}/clauses", version="0").status_code == 400
