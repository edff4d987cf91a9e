"""Keeping what was lodged: another term, holds, and what is due."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from comity.config.node import Role


@pytest.fixture
def keeper(office):
    return office.caller("az-dps", "records-supervisor")


@pytest.fixture
def lodged(holder, record) -> str:
    made = holder.post("/records", record())
    assert made.status_code == 201, made.content
    return made.json()["id"]


@pytest.fixture
def due(office, lodged, keeper):
    """The retention task about the lodged record, whose term ends in ten days."""
    from comity.coordination.exchange.commands.retention import open_retention_reviews

    soon = office.now() + timedelta(days=10)
    with office.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE vault_item SET retain_until = %s WHERE kind = 'record'", (soon,))
    assert open_retention_reviews(by=office.node.node("retention"), now=office.now(), keys=office.keys())
    [one] = [item for item in keeper.get("/retention").json()["items"] if item["item"] == str(item_of(office, lodged))]
    return one


def item_of(office, record_id: str) -> UUID:
    [(item,)] = office.node.look("SELECT payload_item FROM exchange_record WHERE id = %s", (record_id,))
    return item


def test_record_is_kept_another_term_and_its_task_and_clock_end(office, keeper, due, lodged):
    kept = keeper.post(f"/retention/{due['item']}/validate", {"reason": "court_proceeding"})
    assert kept.status_code == 200, kept.content
    assert datetime.fromisoformat(kept.json()["kept_until"]) > office.now() + timedelta(days=1800)
    assert due not in keeper.get("/retention").json()["items"]
    [(state,)] = office.node.look("SELECT state FROM clocks_clock WHERE subject_id = %s", (due["task"],))
    assert state == "stopped"


def test_record_is_kept_by_the_id_it_was_lodged_under(office, keeper, lodged):
    kept = keeper.post(f"/retention/{lodged}/validate", {"reason": "validated_by_source"})
    assert (kept.status_code, kept.json()["item"]) == (200, str(item_of(office, lodged)))


@pytest.mark.parametrize(("reason", "status"), [("because", 422), ("", 422), (7, 400), (None, 400)])
def test_reason_that_does_not_count_is_refused(office, keeper, lodged, reason, status):
    stored = office.stored()
    refused = keeper.post(f"/retention/{lodged}/validate", {"reason": reason})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, "reason"), refused.content
    assert refused.json()["errors"][0]["remedy"]
    assert office.stored() == stored


def test_hold_is_placed_and_released_by_its_post_alone(office, keeper, lodged):
    held = keeper.post(f"/retention/{lodged}/holds", {"reason": "complaint.2026"})
    assert held.status_code == 201, held.content
    assert "complaint" not in held.content.decode()
    hold, item = held.json()["hold"], held.json()["item"]
    for other in (office.caller("az-dps", "privacy"), office.caller("pima-so", "records-supervisor")):
        assert other.delete(f"/retention/{item}/holds/{hold}").status_code == 404
    assert keeper.delete(f"/retention/{uuid4()}/holds/{hold}").status_code == 404
    released = keeper.delete(f"/retention/{item}/holds/{hold}")
    assert (released.status_code, released.json()) == (200, {"item": item, "hold": hold})
    assert keeper.delete(f"/retention/{item}/holds/{hold}").status_code == 404
    said = office.node.look("SELECT reason FROM exchange_review WHERE item_id = %s", (item,))
    assert {reason for (reason,) in said} == {"not_shown"}


def test_hold_released_on_another_item_stays(office, keeper, lodged, holder, record):
    other = holder.post("/records", record(reference="TEST-CASE-2")).json()["id"]
    hold = keeper.post(f"/retention/{lodged}/holds", {"reason": "lawsuit"}).json()["hold"]
    stored = office.stored()
    assert keeper.delete(f"/retention/{other}/holds/{hold}").status_code == 404
    assert office.node.look("SELECT released_at FROM vault_hold WHERE id = %s", (hold,)) == [(None,)]
    assert office.stored() == stored


@pytest.mark.parametrize("reason", ["Lawsuit", "a lawsuit", "", "x" * 65, None])
def test_reason_of_a_hold_that_is_no_code_is_refused(office, keeper, lodged, reason):
    stored = office.stored()
    refused = keeper.post(f"/retention/{lodged}/holds", {"reason": reason})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "reason")
    assert office.stored() == stored


def test_what_is_anothers_or_absent_is_not_found(office, lodged):
    item = item_of(office, lodged)
    other = office.caller("pima-so", "records-supervisor")
    for kept in (lodged, item, uuid4(), "x"):
        assert other.post(f"/retention/{kept}/validate", {"reason": "court_proceeding"}).status_code == 404
        assert other.post(f"/retention/{kept}/holds", {"reason": "lawsuit"}).status_code == 404


def test_retention_asks_for_its_scope(office, lodged):
    caller = office.caller("az-dps", "records-supervisor", scopes=["exchange:file"])
    assert caller.get("/retention").status_code == 403
    assert caller.post(f"/retention/{lodged}/validate", {"reason": "court_proceeding"}).status_code == 403
    assert caller.post(f"/retention/{lodged}/holds", {"reason": "lawsuit"}).status_code == 403
    assert caller.delete(f"/retention/{lodged}/holds/{uuid4()}").status_code == 403
