"""The privacy officer reviews what was told outside the gate."""

from uuid import uuid4

import pytest


@pytest.fixture
def officer(office):
    return office.caller("az-dps", "privacy")


@pytest.fixture
def review(office, holder, officer):
    body = {
        "key": "radio-1",
        "recipient": "hsi-arizona",
        "purpose": "civil_immigration",
        "category": "case",
        "elements": ["person_name"],
        "reference": "TEST-CASE-1",
        "means": "radio",
        "told_at": office.now().isoformat(),
    }
    assert holder.post("/outside-disclosures", body).json()["breach"] == ["person_name"]
    [line] = officer.get("/reviews").json()["reviews"]
    return line


def test_review_shows_what_went_and_takes_one_finding(officer, review):
    assert (review["asker"], review["path"], review["elements"]) == ("hsi-arizona", "outside", ["person_name"])
    assert "TEST-CASE-1" not in str(review)
    finding = {"finding": "breach", "digest": review["digest"]}
    found = officer.post(f"/reviews/{review['task']}", finding)
    assert (found.status_code, found.json()) == (200, {"task": review["task"], "finding": "breach"})
    assert officer.get("/reviews").json() == {"reviews": []}
    again = officer.post(f"/reviews/{review['task']}", finding)
    assert (again.status_code, again.json()["type"].rsplit("/", 1)[1]) == (409, "already-decided")


def test_finding_binds_to_what_was_shown(officer, review, office):
    stored = office.stored()
    changed = officer.post(f"/reviews/{review['task']}", {"finding": "proper", "digest": "0" * 64})
    assert (changed.status_code, changed.json()["type"].rsplit("/", 1)[1]) == (409, "digest-changed")
    assert office.stored() == stored


@pytest.mark.parametrize(("agency", "post"), [("az-dps", "records-supervisor"), ("pima-so", "privacy")])
def test_review_of_another_post_is_absent(office, review, agency, post):
    other = office.caller(agency, post)
    assert other.get("/reviews").json() == {"reviews": []}
    finding = {"finding": "proper", "digest": review["digest"]}
    assert other.post(f"/reviews/{review['task']}", finding).status_code == 404


def test_task_that_is_no_review_is_absent(officer, holder):
    task = holder.post("/accounting-requests", {"subject_handle": str(uuid4())}).json()["task"]
    assert officer.post(f"/reviews/{task}", {"finding": "proper", "digest": "0" * 64}).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"finding": "fine", "digest": "0" * 64}, "finding"),
        ({"finding": "proper"}, "digest"),
        ({"finding": "proper", "digest": "abc"}, "digest"),
        ({"finding": "proper", "digest": "0" * 64, "reason": "x"}, "reason"),
    ],
)
def test_finding_that_is_none_is_refused(officer, review, body, field):
    refused = officer.post(f"/reviews/{review['task']}", body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    assert refused.json()["errors"][0]["remedy"]


def test_review_asks_for_its_scope(office, review):
    caller = office.caller("az-dps", "privacy", scopes=["exchange:approve"])
    assert caller.get("/reviews").status_code == 403
    assert caller.post(f"/reviews/{review['task']}", {"finding": "proper", "digest": "0" * 64}).status_code == 403
