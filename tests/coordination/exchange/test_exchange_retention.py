"""What is kept and for how long, what is held, what is purged, and what of it the ledger tells."""

import json
import re
from datetime import timedelta

import pytest
from exchange_given import (
    DISCLOSED,
    NEEDS_APPROVAL,
    deliver,
    disclosures_of,
    open_task,
    put,
    receive,
)

from comity.config.node import Role
from comity.coordination.exchange.batch import Batch
from comity.coordination.exchange.commands.answer import NotAwaitingError
from comity.coordination.exchange.commands.deliver import PayloadGoneError
from comity.coordination.exchange.commands.retention import (
    UnknownReasonError,
    end_keeping,
    hold_item,
    purge_due,
    release_item,
    validate_kept,
)
from comity.coordination.exchange.follow_up import open_for
from comity.spine.clocks.rules import Term, Unit
from comity.spine.tasks.verdict import DigestChangedError, NotAssignedError
from comity.spine.tasks.vocabulary import Kind
from comity.spine.tenancy.transaction import acting, reading
from comity.spine.vault.retention import set_retention
from comity.spine.vault.seal import ItemNotVisibleError
from comity.spine.vault.tombstones import TombstoneFile
from comity.standing.directory.selectors import get_agency_by_code


def payload_of(demo, ask_id):
    return demo.look("SELECT payload_item FROM exchange_disclosure WHERE ask_id = %s", (ask_id,))[0][0]


def purge(demo):
    file = TombstoneFile(demo.folder / "tombstones.ndjson")
    return purge_due(by=demo.node("retention"), now=demo.clock(), keys=demo.keys, file=file)


def test_what_fell_due_is_purged_and_the_proof_of_it_stays(demo):
    result = put(demo, DISCLOSED)
    deliver(demo)
    [disclosure_id] = disclosures_of(demo, result.ask_id)
    with acting(demo.actor("az-dps")) as cursor:
        set_retention(cursor, item_id=payload_of(demo, result.ask_id), retain_until=demo.clock())
    assert purge(demo) == 1
    assert demo.look("SELECT count(*) FROM vault_item WHERE kind = 'payload'") == [(0,)]
    with pytest.raises(PayloadGoneError):
        receive(demo, DISCLOSED.asker, disclosure_id)
    assert demo.look("SELECT event FROM exchange_delivery") == [("sent",)]  # no receipt for what nobody got
    assert demo.look("SELECT elements_root IS NOT NULL FROM exchange_disclosure") == [(True,)]
    assert demo.verify().is_clean


def test_a_held_item_is_not_purged_before_it_is_released(demo):
    result = put(demo, DISCLOSED)
    item, by = payload_of(demo, result.ask_id), demo.actor("az-dps", "counsel")
    given = {"item_id": item, "by": by, "keys": demo.keys}
    hold_id = hold_item(reason="lawsuit", now=demo.clock(), **given)
    demo.clock.advance(days=365 * 6)
    purge(demo)
    assert demo.look("SELECT count(*) FROM vault_item WHERE id = %s", (item,)) == [(1,)]
    release_item(hold_id=hold_id, now=demo.clock(), **given)
    purge(demo)
    assert demo.look("SELECT count(*) FROM vault_item WHERE id = %s", (item,)) == [(0,)]
    assert demo.look("SELECT count(*) FROM exchange_review WHERE reason = 'lawsuit'") == [(0,)]


def test_the_ledger_tells_nobody_of_the_agency_that_something_is_held_and_still_proves_it(demo):
    item, by = payload_of(demo, put(demo, DISCLOSED).ask_id), demo.actor("az-dps", "counsel")
    demo.sequence()

    def readable():
        with reading(demo.actor("az-dps", "records-supervisor")) as cursor:
            cursor.execute("SELECT convert_from(body, 'UTF8') FROM ledger_entry")
            return [body for (body,) in cursor.fetchall()]

    before = readable()
    given = {"item_id": item, "by": by, "now": demo.clock(), "keys": demo.keys}
    hold_id = hold_item(reason="lawsuit", **given)
    release_item(hold_id=hold_id, **given)
    demo.sequence()
    assert readable() == before
    [*_, held, released] = [
        json.loads(body)
        for (body,) in demo.look("SELECT convert_from(body, 'UTF8') FROM ledger_entry ORDER BY leaf_index")
    ]
    for entry in (held, released):
        assert entry["act"] == "retention.noted"
        assert not {str(item), str(by.agency_id), str(by.post_id)} & set(re.findall(r"[0-9a-f-]{36}", str(entry)))
    assert demo.look("SELECT kind, reviewed_by FROM exchange_review ORDER BY id") == [
        ("held", by.post_id),
        ("released", by.post_id),
    ]
    assert demo.verify().is_clean
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE exchange_review SET kind = 'released' WHERE kind = 'held'")
    assert not demo.verify().is_clean


def test_a_validated_item_is_kept_for_another_term_and_only_for_a_reason_that_counts(demo):
    result = put(demo, DISCLOSED)
    item, by = payload_of(demo, result.ask_id), demo.actor("az-dps", "records-supervisor")
    demo.clock.advance(days=365 * 4)
    with pytest.raises(UnknownReasonError):
        validate_kept(item_id=item, reason="it may be useful", by=by, now=demo.clock(), keys=demo.keys)
    validate_kept(item_id=item, reason="court_proceeding", by=by, now=demo.clock(), keys=demo.keys)
    demo.clock.advance(days=365 * 2)
    purge(demo)
    assert demo.look("SELECT count(*) FROM vault_item WHERE id = %s", (item,)) == [(1,)]


def test_a_validation_never_shortens_a_term_and_never_touches_facts(demo):
    ask_id = put(demo, DISCLOSED).ask_id
    item, by = payload_of(demo, ask_id), demo.actor("az-dps", "records-supervisor")
    given = {"reason": "court_proceeding", "by": by, "now": demo.clock(), "keys": demo.keys}
    far = demo.clock() + timedelta(days=3650)
    with acting(by) as cursor:
        set_retention(cursor, item_id=item, retain_until=far)
    assert validate_kept(item_id=item, **given) == far
    [(facts, until)] = demo.look("SELECT id, retain_until FROM vault_item WHERE kind = 'facts'")
    with pytest.raises(ItemNotVisibleError):
        validate_kept(item_id=facts, **given)
    assert demo.look("SELECT retain_until FROM vault_item WHERE id = %s", (facts,)) == [(until,)]
    assert demo.look("SELECT count(*) FROM exchange_review") == [(1,)]


def test_nobody_keeps_or_holds_another_agencys_item(demo):
    item = payload_of(demo, put(demo, DISCLOSED).ask_id)
    stranger = demo.actor("pima-so", "records-supervisor")
    with pytest.raises(ItemNotVisibleError):
        validate_kept(item_id=item, reason="court_proceeding", by=stranger, now=demo.clock(), keys=demo.keys)
    with pytest.raises(ItemNotVisibleError):
        hold_item(item_id=item, reason="lawsuit", by=stranger, now=demo.clock(), keys=demo.keys)


# ---- let go


def task_about(demo, ask_id):
    """A retention task about the payload of an ask, as `open_retention_reviews` opens one of a record."""
    batch = Batch(demo.clock())
    item = payload_of(demo, ask_id)
    with acting(demo.node("retention")) as cursor:
        task_id = open_for(
            batch,
            holder=get_agency_by_code("az-dps"),
            kind=Kind.RETENTION,
            function="records_supervisor",
            subject_id=item,
            digest="0" * 64,
            term=Term(9, Unit.DAYS),
        )
        batch.write(cursor, demo.keys)
    return task_id, item


def test_what_is_let_go_is_purged_by_the_next_run_unless_it_is_held(demo):
    task_id, item = task_about(demo, put(demo, DISCLOSED).ask_id)
    by = demo.actor("az-dps", "records-supervisor")
    hold_id = hold_item(item_id=item, reason="lawsuit", by=by, now=demo.clock(), keys=demo.keys)
    with pytest.raises(DigestChangedError):
        end_keeping(task_id=task_id, digest="1" * 64, by=by, now=demo.clock(), keys=demo.keys)
    by_clerk = demo.actor("az-dps", "records-clerk")
    with pytest.raises(NotAssignedError):
        end_keeping(task_id=task_id, digest="0" * 64, by=by_clerk, now=demo.clock(), keys=demo.keys)
    end_keeping(task_id=task_id, digest="0" * 64, by=by, now=demo.clock(), keys=demo.keys)
    assert purge(demo) == 0
    release_item(hold_id=hold_id, item_id=item, by=by, now=demo.clock(), keys=demo.keys)
    assert purge(demo) == 1
    kinds = demo.look("SELECT kind FROM exchange_review WHERE item_id = %s ORDER BY reviewed_at", (item,))
    assert [kind for (kind,) in kinds] == ["held", "let_go", "released", "purged"]
    assert demo.look("SELECT verdict FROM tasks_verdict WHERE task_id = %s", (task_id,)) == [("let_go",)]
    assert demo.verify().is_clean


def test_what_is_gone_already_is_not_let_go(demo):
    task_id, item = task_about(demo, put(demo, DISCLOSED).ask_id)
    by = demo.actor("az-dps", "records-supervisor")
    with acting(by) as cursor:
        set_retention(cursor, item_id=item, retain_until=demo.clock())
    assert purge(demo) == 1
    with pytest.raises(ItemNotVisibleError):
        end_keeping(task_id=task_id, digest="0" * 64, by=by, now=demo.clock(), keys=demo.keys)
    assert demo.look("SELECT count(*) FROM tasks_verdict") == [(0,)]


def test_a_task_of_another_kind_lets_nothing_go(demo):
    task = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL).ask_id)
    by = demo.actor("az-dps", "records-supervisor")
    with pytest.raises(NotAwaitingError):
        end_keeping(task_id=task.id, digest=task.digest, by=by, now=demo.clock(), keys=demo.keys)
