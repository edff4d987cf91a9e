"""The accounting of disclosures: asked for by handle, opened from a task by the privacy officer, recorded."""

from uuid import uuid4

import pytest


@pytest.fixture
def told(office, holder) -> dict[str, str]:
    """What az-dps told hsi-arizona by radio."""
    body = {
        "key": "radio-1",
        "recipient": "hsi-arizona",
        "purpose": "criminal_investigation",
        "category": "case",
        "elements": ["person_name"],
        "reference": "TEST-CASE-1",
        "means": "radio",
        "told_at": office.now().isoformat(),
    }
    made = holder.post("/outside-disclosures", body)
    assert made.status_code == 201, made.content
    return made.json()


@pytest.fixture
def officer(office):
    return office.caller("az-dps", "privacy")


def asked_for(caller, handle) -> str:
    made = caller.post("/accounting-requests", {"subject_handle": str(handle)})
    assert made.status_code == 201, made.content
    return made.json()["task"]


def test_privacy_officer_opens_an_accounting_from_a_task_and_the_reading_is_recorded(office, holder, officer, told):
    task = asked_for(holder, told["subject_handle"])
    waiting = officer.get("/accounting-requests")
    assert [(one["task"], one["kind"]) for one in waiting.json()["tasks"]] == [(task, "redress")]
    assert told["subject_handle"] not in waiting.content.decode()
    before = office.stored()["exchange_reading"]
    opened = officer.post(f"/tasks/{task}/accounting", b"")
    assert opened.status_code == 200, opened.content
    [row] = opened.json()["disclosures"]
    assert (row["disclosure"], row["nature"], row["path"]) == (told["disclosure"], ["person_name"], "outside")
    assert row["recipient_name"]
    assert row["recipient_address"] is not None
    assert office.stored()["exchange_reading"] == before + 1


def test_unknown_handle_is_answered_like_a_known_one(holder, officer, told):
    known, unknown = (
        holder.post("/accounting-requests", {"subject_handle": handle})
        for handle in (told["subject_handle"], str(uuid4()))
    )
    assert (known.status_code, len(known.content)) == (unknown.status_code, len(unknown.content))
    opened = officer.post(f"/tasks/{unknown.json()['task']}/accounting", b"")
    assert (opened.status_code, opened.json()) == (200, {"disclosures": []})


@pytest.mark.parametrize("post", ["interface", "records-supervisor", "auditor", "counsel"])
def test_no_other_post_opens_it(office, holder, told, post):
    task = asked_for(holder, told["subject_handle"])
    stored = office.stored()
    refused = office.caller("az-dps", post).post(f"/tasks/{task}/accounting", b"")
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (403, "not-privacy-officer")
    assert office.caller("az-dps", post).get("/accounting-requests").json() == {"tasks": []}
    assert stored["exchange_reading"] == office.stored()["exchange_reading"]


def test_another_agencys_task_is_absent(office, holder, told):
    task = asked_for(holder, told["subject_handle"])
    other = office.caller("pima-so", "privacy")
    assert other.post(f"/tasks/{task}/accounting", b"").status_code == 404
    assert other.post(f"/tasks/{uuid4()}/accounting", b"").status_code == 404


def test_no_accounting_opens_from_a_review(office, officer, told):
    [review] = officer.get("/reviews").json()["reviews"]
    refused = officer.post(f"/tasks/{review['task']}/accounting", b"")
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (403, "no-accounting-task")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "subject_handle"),
        ({"subject_handle": "Ana Example"}, "subject_handle"),
        ({"subject_handle": None}, "subject_handle"),
        ({"subject_handle": str(uuid4()), "name": "Ana"}, "name"),
    ],
)
def test_request_that_names_no_handle_is_refused(holder, unchanged, body, field):
    refused = holder.post("/accounting-requests", body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    assert "Ana" not in refused.json()["detail"]


def test_accounting_asks_for_its_scope(office, told):
    caller = office.caller("az-dps", "privacy", scopes=["exchange:ask"])
    assert caller.post("/accounting-requests", {"subject_handle": told["subject_handle"]}).status_code == 403
    assert caller.get("/accounting-requests").status_code == 403
    assert caller.post(f"/tasks/{uuid4()}/accounting", b"").status_code == 403
