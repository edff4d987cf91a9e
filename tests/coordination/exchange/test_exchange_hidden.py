"""Records whose existence the law hides: what an asker can see, send or count tells nothing of them."""

import json
import re
from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection
from exchange_given import (
    ABSENT,
    DISCLOSED,
    HELD,
    HIDDEN,
    HIDDEN_APPROVABLE,
    STATUS,
    ask_for,
    decide,
    disclosures_of,
    lodge,
    open_task,
    put,
    receive,
    request,
    status_of,
    tick,
)
from structlog.testing import capture_logs

from comity.config.node import Role
from comity.coordination.exchange.ask import Answered
from comity.coordination.exchange.commands.answer import Verdict
from comity.coordination.exchange.commands.deliver import DeliveryNotVisibleError
from comity.coordination.exchange.commands.file import NotFiled
from comity.coordination.exchange.commands.shadow import shadow_requests
from comity.coordination.exchange.selectors import list_shadow_decisions
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.ring import UnknownMasterKeyError
from comity.spine.tenancy.transaction import reading
from comity.standing.law.catalogue import load_catalogue

CATALOGUE = load_catalogue()
HIDING = sorted(code for code, category in CATALOGUE.categories.items() if category.may_hide)
OPEN = sorted(code for code, category in CATALOGUE.categories.items() if not category.may_hide)
VARIANTS = {
    "forbidden": HIDDEN,
    "of another state": replace(HIDDEN, marks=("protected_1367", "onward_free"), origin="ca-cdcr"),
    "of another agency": replace(HIDDEN, marks=("protected_1367",), origin="az-dps"),
    "waiting for approval": HIDDEN_APPROVABLE,
    "without what was asked": replace(HIDDEN, lodged=("custody_status",)),
}


def seen_by(demo, agency):
    """Return every row of every table that the agency's sessions may read, as text, but those that publish the tree."""
    tables = [
        name
        for (name,) in demo.look(
            "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND relname NOT LIKE 'procrastinate%%' AND relname NOT IN ('ledger_checkpoint', 'ledger_tile')"
            " AND has_table_privilege('comity_app', oid, 'SELECT')"
        )
    ]
    by, rows = demo.actor(agency), Counter()
    with demo.connect(Role.APP) as session, session.transaction():
        for name, value in (("agency", by.agency_id), ("post", by.post_id), ("duty", "agency")):
            session.execute("SELECT set_config(%s, %s, true)", (f"comity.{name}", str(value)))
        for table in tables:
            for (row,) in session.execute(f"SELECT to_jsonb(t) FROM {table} t").fetchall():
                rows[table, json.dumps(readable(row), sort_keys=True)] += 1
    return rows


def readable(row):
    """Show the bodies of ledger entries as what they say, and sealed bytes by their length alone."""
    shown = dict(row)
    if "body" in row and str(row["body"]).startswith("\\x"):
        shown["body"] = json.loads(bytes.fromhex(row["body"][2:]))
    for name in ("ciphertext", "nonce", "wrapped_key", "leaf_hash", "data", "root"):
        if name in row:
            shown[name] = len(row[name])
    return shown


def without_names(rows):
    """Leave out what differs between any two asks: ids, times, fresh digests and salts, positions, the ask's key."""

    def plain(text):
        text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+(\+00:00|Z)?", "TIME", text)
        text = re.sub(r'"(leaf_index|seq)": \d+', r'"\1": 0', text)
        text = re.sub(r'"(ask_key)": "(shadow/)?k\d"', r'"\1": "K"', text)
        return re.sub(
            r'"(?!ruleset)([a-z_/A-Z]+)": "[0-9a-f]{32,}"', lambda m: f'"{m[1]}": "HEX{len(m[0]) - len(m[1])}"', text
        )

    return Counter((table, plain(row)) for (table, row) in rows.elements())


def trace(demo, one, key):
    """Ask, let the tick pass and the entries be sequenced; return what the asker can see now and could not before."""
    demo.sequence()
    before = seen_by(demo, one.asker)
    [result] = request(demo, one.asker, ask_for(one, key))
    told = seen_by(demo, one.asker) - before
    assert tick(demo) == 1
    demo.sequence()
    return result, without_names(told), without_names(seen_by(demo, one.asker) - before)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_hidden_record_and_an_absent_one_look_the_same_to_the_asker(demo, name):
    one = VARIANTS[name]
    lodge(demo, one, "k1")
    put(demo, replace(one, lodged=None), "k0")  # what only the first ask between two agencies writes is written
    tick(demo)
    hidden, hidden_at_once, hidden_in_the_end = trace(demo, one, "k1")
    absent, absent_at_once, absent_in_the_end = trace(demo, replace(one, lodged=None), "k2")
    assert hidden_at_once == absent_at_once
    assert hidden_in_the_end == absent_in_the_end
    assert {table for table, _ in hidden_in_the_end} >= {
        "exchange_ask",
        "exchange_answer",
        "vault_item",
        "ledger_entry",
    }
    assert (hidden.status, hidden.classes) == (absent.status, absent.classes) == ("pending", None)


@pytest.mark.parametrize("name", ["forbidden", "of another state"])
def test_shadow_mode_tells_the_asker_nothing_of_a_record(demo, name):
    one = VARIANTS[name]
    lodge(demo, one, "k1")
    traces = []
    for key in ("k0", "k1", "k2"):
        demo.sequence()
        before = seen_by(demo, one.asker)
        given = {"asks": [ask_for(one, key)], "by": demo.actor(one.asker), "now": demo.clock(), "keys": demo.keys}
        assert shadow_requests(**given) == ["accepted"]
        demo.sequence()
        assert demo.look("SELECT count(*) FROM exchange_decision") == [(len(traces),)]
        assert tick(demo) == 1
        demo.sequence()
        traces.append(without_names(seen_by(demo, one.asker) - before))
    assert traces[1] == traces[2]


def test_shadow_mode_looks_at_no_record_before_the_tick_and_then_tells_its_holder_alone(demo):
    lodge(demo, HIDDEN_APPROVABLE, "k1")
    given = {"by": demo.actor(HIDDEN.asker), "now": demo.clock(), "keys": demo.keys}
    with demo.connect(Role.OWNER) as owner:
        owner.execute("REVOKE SELECT ON exchange_record FROM comity_app")
        assert shadow_requests(asks=[ask_for(HIDDEN_APPROVABLE, "k1")], **given) == ["accepted"]
        owner.execute("GRANT SELECT ON exchange_record TO comity_app")
    assert tick(demo) == 1
    assert tick(demo) == 0
    with reading(demo.actor(HIDDEN_APPROVABLE.holder)) as cursor:
        [shadow] = list_shadow_decisions(cursor, demo.actor(HIDDEN_APPROVABLE.holder).agency_id, before=None, limit=9)
    assert shadow.headline == "needs_approval"
    assert demo.look("SELECT count(*) FROM exchange_answer") == [(0,)]
    assert demo.verify().is_clean


def test_hidden_and_absent_records_leave_the_same_number_of_entries_in_the_public_tree(demo):
    lodge(demo, HIDDEN_APPROVABLE, "k1")
    grown = []
    for one, key in ((HIDDEN_APPROVABLE, "k1"), (replace(HIDDEN_APPROVABLE, lodged=None), "k2")):
        demo.sequence()
        [(size,)] = demo.look("SELECT max(size) FROM ledger_checkpoint")
        request(demo, one.asker, ask_for(one, key))
        tick(demo)
        demo.sequence()
        grown.append(demo.look("SELECT max(size) FROM ledger_checkpoint")[0][0] - size)
    assert grown[0] == grown[1]


@pytest.mark.parametrize("says", list(Verdict))
def test_what_an_approver_says_of_a_hidden_record_is_seen_only_when_something_leaves(demo, says):
    result = put(demo, HIDDEN_APPROVABLE)
    tick(demo)
    task = open_task(demo, HIDDEN_APPROVABLE.holder, result.ask_id)
    demo.sequence()
    before = seen_by(demo, HIDDEN.asker)
    decide(demo, task, HIDDEN_APPROVABLE.holder, "privacy", says)
    demo.sequence()
    new = {table for table, _ in seen_by(demo, HIDDEN.asker) - before}
    if says is Verdict.REFUSE:
        assert new == set()
        assert status_of(demo, HIDDEN.asker, result.ask_id) == "nothing_to_share"
    else:
        assert new == {"exchange_answer"}
        assert demo.look("SELECT classes FROM exchange_answer WHERE number = 3") == [(None,)]


@pytest.mark.parametrize("says", list(Verdict))
def test_a_hidden_record_held_for_counsel_is_put_to_counsel_and_the_asker_sees_only_what_leaves(
    demo, monkeypatch, says
):
    """No mandate of the law in force reaches a category that hides: for this test custody is one."""
    custody = replace(CATALOGUE.categories["custody"], may_hide=True)
    hiding = replace(CATALOGUE, categories={**CATALOGUE.categories, "custody": custody})
    for module in ("hidden", "commands.request"):
        monkeypatch.setattr(f"comity.coordination.exchange.{module}.load_catalogue", lambda: hiding)
    one = HELD
    result = put(demo, one)
    assert tick(demo) == 1
    assert status_of(demo, one.asker, result.ask_id) == "nothing_to_share"
    before = seen_by(demo, one.asker)
    task = open_task(demo, one.holder, result.ask_id)
    assert (task.kind.value, task.function) == ("counsel", "counsel")
    decide(demo, task, one.holder, "counsel", says)
    leaves = says is Verdict.RELEASE
    assert status_of(demo, one.asker, result.ask_id) == ("disclosed" if leaves else "nothing_to_share")
    assert leaves or seen_by(demo, one.asker) == before
    assert demo.verify().is_clean


def test_an_approval_that_no_longer_holds_tells_the_asker_nothing(demo):
    """The agreement was suspended since: what the law alone does not permit stays, and nobody hears of it."""
    one = replace(HIDDEN_APPROVABLE, lodged=("person_name",))
    result = put(demo, one)
    tick(demo)
    task = open_task(demo, one.holder, result.ask_id)
    lodge(demo, replace(one, evidence=()), "k1")
    before = seen_by(demo, one.asker)
    decide(demo, task, one.holder, "privacy", Verdict.REFUSE)
    assert {table for table, _ in seen_by(demo, one.asker) - before} == set()


@pytest.mark.parametrize("category", HIDING)
def test_asking_in_a_hiding_category_reads_neither_records_nor_the_vault(demo, category):
    """The role app loses the right to read them: the ask is accepted all the same, so nothing there can be measured."""
    classes = CATALOGUE.categories[category].classes
    element = next(code for code, item in CATALOGUE.elements.items() if item.sensitivity_class == classes[0])
    one = replace(HIDDEN, category=category, elements=(element,), lodged=(element,), marks=())
    lodge(demo, one, "k1")
    demo.actor(one.asker)
    statements = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with demo.connect(Role.OWNER) as owner:
        owner.execute("REVOKE SELECT ON exchange_record, vault_item FROM comity_app")
    with connection.execute_wrapper(note):
        results = request(demo, one.asker, ask_for(one, "k1"), ask_for(one, "k2"))
    assert [(result.status, result.classes) for result in results] == [("pending", None)] * 2
    assert not [sql for sql in statements if "exchange_record" in sql or "agreements_usage" in sql]


def test_asking_in_an_open_category_does_read_records_so_the_test_above_can_fail(demo):
    from django.db import DatabaseError

    lodge(demo, DISCLOSED, "k1")
    demo.actor(DISCLOSED.asker)
    with demo.connect(Role.OWNER) as owner:
        owner.execute("REVOKE SELECT ON exchange_record, vault_item FROM comity_app")
    with pytest.raises(DatabaseError):
        request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1"))


def test_a_record_with_a_mark_that_hides_is_filed_only_where_records_may_hide(demo):
    filed = {True: [], False: []}
    for mark in sorted(CATALOGUE.hiding_marks):
        for category in CATALOGUE.categories:
            one = replace(HIDDEN, category=category, marks=(mark,), lodged=("person_name",))
            [result] = lodge(demo, one, f"{mark}-{category}")
            filed[not isinstance(result, NotFiled)].append(category)
            if isinstance(result, NotFiled):
                assert result.faults[0].field == "marks"
                assert result.faults[0].remedy
    assert sorted(set(filed[True])) == HIDING
    assert sorted(set(filed[False])) == OPEN


def test_a_hidden_and_a_plain_ask_in_one_chunk_keep_to_their_ways(demo):
    lodge(demo, HIDDEN, "k1")
    lodge(demo, STATUS, "k3")
    asks = [ask_for(HIDDEN, "k1"), ask_for(replace(HIDDEN, category="custody", elements=("charge",)), "k2")]
    first, second = request(demo, HIDDEN.asker, *asks)
    assert isinstance(first, Answered)
    assert (first.status, second.status) == ("pending", "awaiting_answer")


def test_the_asker_never_receives_what_has_nothing_to_share(demo):
    from uuid import uuid4

    result = put(demo, HIDDEN)
    tick(demo)
    assert disclosures_of(demo, result.ask_id) == []
    for guess in (result.ask_id, uuid4()):
        with pytest.raises(DeliveryNotVisibleError):
            receive(demo, HIDDEN.asker, guess)


def test_a_retry_before_and_after_the_tick_is_the_same_for_hidden_and_absent(demo):
    lodge(demo, HIDDEN, "k1")
    pairs = [(HIDDEN, "k1"), (ABSENT, "k2")]
    for status in ("pending", "nothing_to_share"):
        answers = [request(demo, one.asker, ask_for(one, key))[0] for one, key in pairs]
        assert [(answer.status, answer.classes) for answer in answers] == [(status, None)] * 2
        tick(demo)


# ---- one record that is damaged


DAMAGES = {
    "content": "UPDATE vault_item SET ciphertext = ciphertext || '\\x00'::bytea WHERE id = %(item)s",
    "key": "UPDATE vault_item SET wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1)"
    " WHERE id = %(item)s",
    "key torn": "UPDATE vault_item SET wrapped_key = '' WHERE id = %(item)s",
    "name of the master key": "UPDATE vault_item SET key_id = 'm-0000000000000000' WHERE id = %(item)s",
    "row": "UPDATE exchange_record SET validated_at = 'infinity' WHERE payload_item = %(item)s",
}


def damage(demo, record_id, statement):
    [(item,)] = demo.look("SELECT payload_item FROM exchange_record WHERE id = %s", (record_id,))
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        assert admin.execute(statement, {"item": item}).rowcount == 1


@pytest.mark.parametrize("what", DAMAGES)
def test_one_damaged_record_keeps_nobody_waiting_and_has_nothing_to_share(demo, what):
    [filed] = lodge(demo, STATUS, "bad")
    damage(demo, filed.record_id, DAMAGES[what])
    first = put(demo, STATUS, "good").ask_id
    [bad] = request(demo, STATUS.asker, ask_for(STATUS, "bad"))
    last = put(demo, STATUS, "last").ask_id
    assert tick(demo) == 3
    assert [status_of(demo, STATUS.asker, ask_id) for ask_id in (first, bad.ask_id, last)] == [
        "disclosed",
        "nothing_to_share",
        "disclosed",
    ]
    [(instants,)] = demo.look("SELECT count(DISTINCT visible_at) FROM exchange_answer WHERE number = 2")
    assert instants == 1
    assert tick(demo) == 0


def test_a_damaged_record_alone_is_answered_and_logged_by_its_ids(demo):
    [filed] = lodge(demo, STATUS, "bad")
    damage(demo, filed.record_id, DAMAGES["name of the master key"])
    [bad] = request(demo, STATUS.asker, ask_for(STATUS, "bad"))
    with capture_logs() as told:
        assert tick(demo) == 1
    assert status_of(demo, STATUS.asker, bad.ask_id) == "nothing_to_share"
    [(item,)] = demo.look("SELECT payload_item FROM exchange_record")
    assert [(line["event"], line["ask"], line["item"]) for line in told] == [
        ("exchange.record_damaged", str(bad.ask_id), str(item))
    ]


def test_a_key_ring_of_another_node_answers_nobody(demo, tmp_path):
    put(demo, STATUS, "good")
    stranger = replace(demo, keys=FileKeyRing.create(tmp_path / "other.json"))
    with pytest.raises(UnknownMasterKeyError):
        tick(stranger)
    assert tick(demo) == 1
