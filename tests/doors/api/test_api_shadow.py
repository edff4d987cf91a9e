"""Shadow mode: the asker learns `accepted`, the holder what would have happened, nothing is released."""

import pytest


def test_asker_learns_nothing_and_the_holder_what_would_have_been(office, asker, holder, ask, record):
    holder.post("/records", record())
    before = office.stored()
    lines = [ask(), ask(reference="NO-SUCH-CASE"), ask(purpose="civil_immigration")]
    told = asker.bulk("/shadow-asks", lines)
    assert told == [{"line": n, "status": 202, "answer": {"status": "accepted"}} for n in (1, 2, 3)]
    page = holder.get("/shadow-decisions").json()
    assert {one["asker"] for one in page["decisions"]} == {"hsi-arizona"}
    assert len(page["decisions"]) == 3
    assert {one["headline"] for one in page["decisions"]} == {"disclosed", "refused"}
    assert all(one["classes"] for one in page["decisions"])
    assert page["next"] is None
    stored = office.stored()
    assert stored["exchange_disclosure"] == before["exchange_disclosure"]
    assert stored["exchange_answer"] == before["exchange_answer"]
    assert stored["tasks_task"] == before["tasks_task"]
    for private in ("TEST-CASE-1", "name of", lines[0]["ask_id"]):
        assert private not in str(page)


def test_decisions_are_the_holders_alone(office, asker, holder, ask):
    asker.bulk("/shadow-asks", [ask()])
    assert len(holder.get("/shadow-decisions").json()["decisions"]) == 1
    for other in (asker, office.caller("pima-so")):
        assert other.get("/shadow-decisions").json() == {"decisions": [], "next": None}
    assert asker.get("/asks").json()["asks"] == []


def test_decisions_come_in_pages(asker, holder, ask):
    asker.bulk("/shadow-asks", [ask() for _ in range(5)])
    first = holder.get("/shadow-decisions", limit=2).json()
    second = holder.get("/shadow-decisions", limit=2, before=first["next"]).json()
    last = holder.get("/shadow-decisions", limit=2, before=second["next"]).json()
    ids = [one["id"] for page in (first, second, last) for one in page["decisions"]]
    assert ids == sorted(set(ids), reverse=True)
    assert (len(ids), last["next"]) == (5, None)


def test_each_bad_line_is_answered_in_its_place_and_twins_once(office, asker, ask):
    twin = ask()
    lines = [twin, twin, twin | {"purpose": "civil_immigration"}, b"nonsense", ask(purpose="x"), ask(holder="nobody")]
    told = asker.bulk("/shadow-asks", lines)
    assert [line["status"] for line in told] == [202, 202, 422, 400, 422, 422]
    assert [line["problem"]["errors"][0]["field"] for line in told[2:]] == ["ask_id", "", "purpose", "holder"]
    assert office.stored()["exchange_decision"] == 1
    assert asker.bulk("/shadow-asks", [twin])[0]["status"] == 202
    assert office.stored()["exchange_decision"] == 1


def test_longest_key_of_an_ask_is_taken(asker, ask):
    assert [line["status"] for line in asker.bulk("/shadow-asks", [ask(ask_id="k" * 100)])] == [202]


def test_live_ask_may_not_carry_a_key_of_shadow_mode(asker, ask):
    asker.bulk("/shadow-asks", [ask(ask_id="k1")])
    refused = asker.post("/asks", ask(ask_id="shadow/k1"))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "ask_id")


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"before": "x"}])
def test_page_that_is_none_is_refused(holder, query):
    refused = holder.get("/shadow-decisions", **query)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, *query)


def test_more_lines_than_allowed_are_refused_whole(office, asker):
    stored = office.stored()
    refused = asker.post("/shadow-asks", b"{}\n" * 10_001, kind="application/x-ndjson")
    assert refused.status_code == 413
    assert office.stored() == stored


def test_shadow_mode_asks_for_its_scope(office, ask):
    caller = office.caller(scopes=["exchange:ask"])
    assert caller.get("/shadow-decisions").status_code == 403
    assert caller.post("/shadow-asks", b"{}", kind="application/x-ndjson").status_code == 403
