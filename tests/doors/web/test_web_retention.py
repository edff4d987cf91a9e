"""What is kept: another term with a reason, let go, held; never a value of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from exchange_given import DISCLOSED, lodge
from exchange_pages import prove_long_ago, task_page, verdict_of
from web_people import words_of

KEPT = "/console/exchange/retention/"


def told(person, sent):
    assert sent.status_code == 302, words_of(sent)
    return words_of(person.get(sent["Location"]))


@pytest.fixture
def lodged(house):
    """A record of az-dps whose term ends in ten days: (record, item)."""
    from comity.config.node import Role

    [filed] = lodge(house.node, DISCLOSED, "k1")
    [(item,)] = house.node.look("SELECT payload_item FROM exchange_record WHERE id = %s", (filed.record_id,))
    with house.node.connect(Role.BOOTSTRAP) as admin:
        soon = house.node.clock() + timedelta(days=10)
        admin.execute("UPDATE vault_item SET retain_until = %s WHERE id = %s", (soon, item))
    return filed.record_id, item


@pytest.fixture
def task(house, lodged):
    from comity.coordination.exchange.commands.retention import open_retention_reviews
    from comity.spine.tasks.selectors import list_tasks
    from comity.spine.tenancy.transaction import reading

    demo = house.node
    assert open_retention_reviews(by=demo.node("retention"), now=demo.clock(), keys=demo.keys) == 1
    with reading(demo.actor("az-dps")) as cursor:
        [found] = list_tasks(cursor, [lodged[1]])
    return found


@pytest.fixture
def keeper(house):
    return house.inside("az-dps", "records-supervisor")


def purge(house):
    from comity.coordination.exchange.commands.retention import purge_due
    from comity.spine.vault.tombstones import TombstoneFile

    demo = house.node
    file = TombstoneFile(demo.folder / "tombstones.ndjson")
    return purge_due(by=demo.node("retention"), now=demo.clock() + timedelta(minutes=1), keys=demo.keys, file=file)


def stays(house, item):
    return house.node.look("SELECT count(*) FROM vault_item WHERE id = %s", (item,)) == [(1,)]


def test_what_falls_due_is_listed_with_what_it_is_and_no_value(keeper, task):
    listed = keeper.get(KEPT)
    assert task_page(task) in listed.content.decode()
    page = words_of(keeper.get(task_page(task)))
    for word in ("a lodged record", "name", "A purge deletes the content and the key", "nobody can read it again"):
        assert word in page
    assert "VALUE-" not in page
    assert "REF-" not in page


def test_it_is_kept_another_term_for_a_reason_that_counts(house, keeper, task, lodged):
    there = f"{KEPT}{lodged[1]}/keep/"
    for reason in ("", "because"):
        assert "choose one of the reasons that count" in told(keeper, keeper.post(there, {"reason": reason}))
    assert "Recorded: it is kept until" in told(keeper, keeper.post(there, {"reason": "court_proceeding"}))
    assert "Withdrawn" in words_of(keeper.get(task_page(task)))
    assert house.node.look("SELECT kind, reason FROM exchange_review") == [("validated", "court_proceeding")]
    assert purge(house) == 0


def test_it_is_let_go_and_purged_by_the_next_run_and_the_proof_stays(house, keeper, task, lodged):
    page = told(keeper, keeper.post(f"{task_page(task)}purge/", {"digest": task.digest}))
    assert "it is purged within the hour" in page
    assert verdict_of(house, task) == ("let_go", False)
    assert stays(house, lodged[1])
    assert purge(house) == 1
    assert not stays(house, lodged[1])
    assert [kind for (kind,) in house.node.look("SELECT kind FROM exchange_review ORDER BY reviewed_at")] == [
        "let_go",
        "purged",
    ]
    assert "This is not kept any more" in words_of(keeper.get(task_page(task)))
    assert "decided already" in told(keeper, keeper.post(f"{task_page(task)}purge/", {"digest": task.digest}))
    assert house.node.verify().is_clean


def test_a_purge_asks_for_a_second_factor_of_this_moment(house, keeper, task, lodged):
    prove_long_ago(keeper)
    late = keeper.post(f"{task_page(task)}purge/", {"digest": task.digest, "draft_of": task_page(task)})
    assert late["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert verdict_of(house, task) is None
    assert purge(house) == 0


def test_a_purge_of_something_else_than_was_shown_is_refused(house, keeper, task):
    for digest in ("0" * 64, ""):
        page = told(keeper, keeper.post(f"{task_page(task)}purge/", {"digest": digest}))
        assert "you decided about something else" in page
    assert verdict_of(house, task) is None


def test_what_is_held_is_not_purged_before_its_post_releases_it_and_nobody_else_sees_why(house, keeper, task, lodged):
    there = f"{KEPT}{lodged[0]}/"
    counsel = house.inside("az-dps", "counsel")
    assert "choose why it is held" in told(counsel, counsel.post(f"{there}hold/", {"reason": "spite"}))
    held = told(counsel, counsel.post(f"{there}hold/", {"reason": "lawsuit"}))
    assert "It is held until your post releases it." in held
    assert "a lawsuit, since" in held
    page = words_of(keeper.get(there))
    assert "it is not purged before every hold is released" in page
    assert "a lawsuit, since" not in page
    [(hold,)] = house.node.look("SELECT id FROM vault_hold")
    told(keeper, keeper.post(f"{task_page(task)}purge/", {"digest": task.digest}))
    assert purge(house) == 0
    assert "your post has no such hold" in told(keeper, keeper.post(f"{there}release/", {"hold": str(hold)}))
    for wrong in ("", "x"):
        assert "choose which hold to release" in told(counsel, counsel.post(f"{there}release/", {"hold": wrong}))
    assert "This hold is released" in told(counsel, counsel.post(f"{there}release/", {"hold": str(hold)}))
    assert "your post has no such hold" in told(counsel, counsel.post(f"{there}release/", {"hold": str(hold)}))
    assert purge(house) == 1
    assert house.node.verify().is_clean


@pytest.mark.parametrize(
    ("agency", "post", "status"),
    [("pima-so", "records-supervisor", 404), ("az-dps", "liaison", 403), ("az-dps", "auditor", 403)],
)
def test_another_agency_or_post_finds_nothing_kept(house, task, lodged, agency, post, status):
    other = house.inside(agency, post)
    for kept in lodged:
        assert other.get(f"{KEPT}{kept}/").status_code == status
        for act, given in (("keep", {"reason": "court_proceeding"}), ("hold", {"reason": "lawsuit"})):
            assert other.post(f"{KEPT}{kept}/{act}/", given).status_code == status
    assert other.get(task_page(task)).status_code == status
    assert other.post(f"{task_page(task)}purge/", {"digest": task.digest}).status_code == status
    assert house.node.look("SELECT count(*) FROM exchange_review") == [(0,)]


def test_what_is_nowhere_is_not_found(keeper):
    assert keeper.get(f"{KEPT}{uuid4()}/").status_code == 404
    assert keeper.post(f"{KEPT}{uuid4()}/keep/", {"reason": "court_proceeding"}).status_code == 404


def test_a_clerk_and_a_privacy_officer_do_not_let_go(house, task):
    officer = house.inside("az-dps", "privacy")
    assert officer.post(f"{task_page(task)}purge/", {"digest": task.digest}).status_code == 403
    assert officer.get(task_page(task)).status_code == 403
    assert verdict_of(house, task) is None
