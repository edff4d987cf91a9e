"""The auditor's sample over the API: with an auditor's key, reproducible, recorded."""

from datetime import timedelta

import pytest


@pytest.fixture
def auditor(office):
    return office.caller("az-dps", "auditor")


@pytest.fixture
def wanted(office, asker, ask):
    asker.bulk("/asks/bulk", [ask() for _ in range(4)])
    now = office.now()
    return {"seed": "roll-4-2-6", "from": (now - timedelta(days=1)).isoformat(), "to": now.isoformat(), "size": 3}


def test_auditor_draws_a_sample_that_comes_out_the_same(office, auditor, wanted):
    before = office.stored()["exchange_reading"]
    drawn = auditor.post("/audit-samples", wanted)
    assert drawn.status_code == 201, drawn.content
    paper = drawn.json()["workpaper"]
    assert (paper["population"], len(paper["items"]), len(drawn.json()["entries"])) == (4, 3, 3)
    assert [(item["replayed"], item["differences"]) for item in paper["items"]] == [(True, [])] * 3
    assert office.stored()["exchange_reading"] == before + 1
    assert auditor.post("/audit-samples", wanted).json()["sha256"] == drawn.json()["sha256"]
    other = auditor.post("/audit-samples", wanted | {"seed": "another"})
    assert other.json()["sha256"] != drawn.json()["sha256"]


@pytest.mark.parametrize("post", ["interface", "privacy", "counsel", "analyst"])
def test_only_an_auditors_key_draws_one(office, wanted, post):
    stored = office.caller("az-dps", post), office.stored()
    refused = stored[0].post("/audit-samples", wanted)
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (403, "not-auditor")
    assert office.stored() == stored[1]


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"size": 0}, 400, "size"),
        ({"size": 1001}, 400, "size"),
        ({"size": 2**70}, 400, "size"),
        ({"size": 1.5}, 400, "size"),
        ({"seed": ""}, 400, "seed"),
        ({"seed": "x" * 101}, 400, "seed"),
        ({"seed": "\0"}, 400, "seed"),
        ({"from": "2026-07-01T00:00:00"}, 400, "from"),
        ({"from": "yesterday"}, 400, "from"),
        ({"to": "2020-01-01T00:00:00Z"}, 422, "to"),
        ({"from": "0001-01-01T00:00:00+14:00"}, 422, "from"),
        ({"since": "2026-07-01T00:00:00Z"}, 400, "since"),
    ],
)
def test_sample_that_cannot_be_drawn_is_refused(office, auditor, wanted, changes, status, field):
    stored = office.stored()
    refused = auditor.post("/audit-samples", wanted | changes)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, field), refused.content
    assert refused.json()["errors"][0]["remedy"]
    assert office.stored() == stored


def test_sample_asks_for_its_scope(office, wanted):
    caller = office.caller("az-dps", "auditor", scopes=["ledger:read"])
    assert caller.post("/audit-samples", wanted).status_code == 403
