"""What officers do beside asking: tell what went outside, review, account, audit, keep and purge, preview, shadow."""

from dataclasses import replace
from datetime import timedelta

import pytest
from exchange_given import (
    AWAITING,
    DISCLOSED,
    HIDDEN,
    NEEDS_APPROVAL,
    REFUSED,
    ask_for,
    counts,
    lodge,
    open_task,
    put,
    reference_of,
    request,
)

from comity.config.node import Role
from comity.coordination.exchange.ask import Invalid
from comity.coordination.exchange.commands.account import NoAccountingTaskError, open_accounting, request_accounting
from comity.coordination.exchange.commands.audit import draw_sample
from comity.coordination.exchange.commands.outside import Means, ToldOutside, record_outside
from comity.coordination.exchange.commands.preview import preview_disclosures
from comity.coordination.exchange.commands.retention import (
    validate_kept,
)
from comity.coordination.exchange.commands.review import ReviewFinding, review_disclosure
from comity.coordination.exchange.commands.shadow import shadow_requests
from comity.coordination.exchange.holders import NobodyInPostError
from comity.coordination.exchange.sampling import NotAuditorError
from comity.kernel.time import Period
from comity.spine.tasks.verdict import NotAssignedError, TaskNotVisibleError
from comity.spine.tenancy.actor import Duty
from comity.spine.tenancy.transaction import reading
from comity.spine.vault.seal import open_item
from comity.standing.agreements.commands import suspend_agreement
from comity.standing.agreements.vocabulary import SuspensionReason
from comity.standing.directory.commands import end_holding


def told(demo, **changes):
    given = ToldOutside(
        key="t1",
        recipient="hsi-arizona",
        purpose="criminal_investigation",
        category="case",
        elements=("case_number",),
        reference=reference_of("t1"),
        told_at=demo.clock(),
        means=Means.RADIO,
    )
    return replace(given, **changes)


def tell(demo, holder="az-dps", **changes):
    return record_outside(told=told(demo, **changes), by=demo.actor(holder), now=demo.clock(), keys=demo.keys)


# ---- told outside, reviewed


def test_what_was_told_by_radio_enters_the_accounting_marked_and_is_reviewed_within_a_day(demo):
    recorded = tell(demo)
    assert recorded.breach == ()
    [(ask_id, path)] = demo.look("SELECT ask_id, path FROM exchange_disclosure")
    assert path == "outside"
    task = open_task(demo, "az-dps", ask_id)
    assert (task.kind, task.function) == ("review", "privacy_officer")
    assert task.due_at - demo.clock() <= timedelta(hours=24)
    given = {"task_id": task.id, "finding": ReviewFinding.PROPER, "digest": task.digest, "now": demo.clock()}
    with pytest.raises(NotAssignedError):
        review_disclosure(**given, by=demo.actor("az-dps", "records-clerk"), keys=demo.keys)
    review_disclosure(**given, by=demo.actor("az-dps", "privacy"), keys=demo.keys)
    assert demo.look("SELECT state FROM tasks_task WHERE id = %s", (task.id,)) == [("done",)]
    assert demo.verify().is_clean


def test_what_the_gate_would_not_have_let_go_is_a_breach_and_still_recorded(demo):
    recorded = tell(demo, elements=("case_number", "telephone"))
    assert recorded.breach == ("telephone",)
    assert demo.look("SELECT nature FROM exchange_disclosure") == [(["case_number", "telephone"],)]


def test_it_is_recorded_once_and_a_key_is_not_used_for_another(demo):
    first = tell(demo)
    before = counts(demo)
    assert tell(demo).disclosure_id == first.disclosure_id
    assert isinstance(tell(demo, reference="REF-other"), Invalid)
    assert counts(demo) == before


def test_two_holders_may_use_the_same_key(demo):
    assert not isinstance(tell(demo), Invalid)
    assert not isinstance(tell(demo, holder="pima-so"), Invalid)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"recipient": "nobody"}, "recipient"),
        ({"recipient": "az-dps"}, "recipient"),
        ({"recipient_post": "records-supervisor-of-nobody"}, "recipient_post"),
        ({"purpose": "gossip"}, "purpose"),
        ({"elements": ()}, "elements"),
    ],
)
def test_what_cannot_have_been_told_is_a_fault_and_writes_nothing(demo, changes, field):
    demo.actor("az-dps")
    before = counts(demo)
    result = tell(demo, **changes)
    assert [fault.field for fault in result.faults] == [field]
    assert counts(demo) == before


def test_nobody_tells_of_the_future(demo):
    result = tell(demo, told_at=demo.clock() + timedelta(hours=1))
    assert [fault.field for fault in result.faults] == ["told_at"]


def trained_by(demo):
    [(item, post_id)] = demo.look(
        "SELECT d.facts_item, a.post_id FROM exchange_decision d JOIN exchange_ask a ON a.id = d.ask_id"
    )
    with reading(demo.node("courier")) as cursor:
        facts = open_item(cursor, demo.keys, item)
    return {code for code in facts["met"] if code.startswith("trained_")}, post_id


def test_whoever_was_told_is_judged_by_its_own_training_and_not_the_tellers(demo):
    tell(demo, recipient_post="liaison")
    trained, post_id = trained_by(demo)
    assert post_id == demo.actor("hsi-arizona", "liaison").post_id
    assert trained == {"trained_receive_information", "trained_receive_intelligence", "trained_receive_cji"}


def test_where_nobody_knows_which_post_was_told_no_training_counts(demo):
    tell(demo)
    assert trained_by(demo)[0] == set()


# ---- accounting


def accounting_task(demo, handle):
    return request_accounting(subject_handle=handle, by=demo.actor("az-dps"), now=demo.clock(), keys=demo.keys)


def opened(demo, task_id, agency="az-dps", post="privacy"):
    return open_accounting(task_id=task_id, by=demo.actor(agency, post), now=demo.clock(), keys=demo.keys)


def handle_of(demo, ask_id):
    return demo.look("SELECT subject_handle FROM exchange_disclosure WHERE ask_id = %s", (ask_id,))[0][0]


def test_the_accounting_of_one_subject_opens_from_a_task_and_having_read_is_recorded(demo):
    result = put(demo, DISCLOSED)
    put(demo, DISCLOSED, "k2")
    recorded = tell(demo, subject_handle=handle_of(demo, result.ask_id))
    task_id = accounting_task(demo, recorded.subject_handle)
    rows = opened(demo, task_id)
    assert [row.path for row in rows] == ["gate", "outside"]
    assert {row.recipient_name for row in rows} == {"Homeland Security Investigations Arizona"}
    assert all(row.recipient_address and row.purpose and row.nature for row in rows)
    assert demo.look("SELECT kind FROM exchange_reading ORDER BY read_at") == [
        ("accounting_requested",),
        ("accounting_opened",),
    ]


def test_no_accounting_opens_for_another_post_another_agency_or_from_another_task(demo):
    result = put(demo, DISCLOSED)
    task_id = accounting_task(demo, handle_of(demo, result.ask_id))
    with pytest.raises(PermissionError):
        opened(demo, task_id, post="liaison")
    with pytest.raises(TaskNotVisibleError):
        opened(demo, task_id, agency="pima-so")
    approval = open_task(demo, "az-dps", put(demo, NEEDS_APPROVAL, "k2").ask_id)
    with pytest.raises(PermissionError):
        opened(demo, approval.id, post="records-supervisor")
    with pytest.raises(NoAccountingTaskError):
        opened(demo, approval.id)
    assert demo.look("SELECT count(*) FROM exchange_reading WHERE kind = 'accounting_opened'") == [(0,)]


# ---- audit


def auditor(demo, agency="az-dps"):
    return replace(demo.actor(agency, "auditor"), duty=Duty.AUDITOR)


def sample(demo, by, seed="17", size=6):
    start = demo.clock.now - timedelta(days=1)
    period = Period(start.replace(microsecond=0), demo.clock.now.replace(microsecond=0) + timedelta(hours=1))
    return draw_sample(seed=seed, period=period, size=size, by=by, now=demo.clock(), keys=demo.keys)


def test_a_second_auditor_draws_the_same_sample_and_every_decision_replays(demo):
    lodge(demo, DISCLOSED, *(f"k{number}" for number in range(15)))
    request(demo, DISCLOSED.asker, *(ask_for(DISCLOSED, f"k{number}") for number in range(15)))
    put(demo, replace(DISCLOSED, lodged=None, category="tribal", elements=("tribal_record",)), "r")
    first, second = sample(demo, auditor(demo)), sample(demo, demo.node("auditor"))
    assert first.body == second.body
    assert first.body["population"] == 16
    assert len(first.body["items"]) == 6
    assert all(item["replayed"] and item["differences"] == [] for item in first.body["items"])
    assert sample(demo, auditor(demo), seed="18").body["items"] != first.body["items"]


def test_an_agencys_auditor_draws_what_its_agency_decided_and_nothing_of_another(demo):
    put(demo, DISCLOSED)
    put(demo, REFUSED, "r")
    assert sample(demo, auditor(demo)).body["population"] == 1
    assert sample(demo, auditor(demo, "az-mvd")).body["population"] == 0
    asker = replace(demo.actor(DISCLOSED.asker), duty=Duty.AUDITOR)
    with reading(asker) as cursor:
        cursor.execute("SELECT count(*) FROM exchange_decision")
        assert cursor.fetchone() == (0,)


def test_an_oversight_bodys_auditor_draws_from_every_agency_and_its_reading_is_its_own(demo):
    put(demo, DISCLOSED)
    put(demo, REFUSED, "r")
    paper = sample(demo, auditor(demo, "az-ombudsman"))
    assert paper.body["population"] == 2
    assert all(item["replayed"] for item in paper.body["items"])
    by = demo.actor("az-ombudsman", "auditor")
    assert demo.look("SELECT agency_id, post_id FROM exchange_reading") == [(by.agency_id, by.post_id)]
    assert demo.verify().is_clean


def test_altered_facts_are_named_in_the_workpaper_and_not_passed_over(demo):
    put(demo, DISCLOSED)
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE vault_item SET ciphertext = set_byte(ciphertext, 0, 1) WHERE kind = 'facts'")
    [item] = sample(demo, auditor(demo)).body["items"]
    assert (item["replayed"], bool(item["why_not"])) == (False, True)


def test_only_an_auditor_draws_a_sample(demo):
    for by in (demo.actor("az-dps", "auditor"), replace(demo.actor("az-dps", "liaison"), duty=Duty.AUDITOR)):
        with pytest.raises(NotAuditorError):
            sample(demo, by)


def payload_of(demo, ask_id):
    return demo.look("SELECT payload_item FROM exchange_disclosure WHERE ask_id = %s", (ask_id,))[0][0]


def vacate(demo, agency, post):
    end_holding(
        by=demo.node("steward"), now=demo.clock(), post_id=demo.actor(agency, post).post_id, ends_at=demo.clock()
    )


def test_in_the_name_of_a_vacant_post_nothing_is_kept_and_no_accounting_opened(demo):
    result = put(demo, DISCLOSED)
    item, by = payload_of(demo, result.ask_id), demo.actor("az-dps", "records-supervisor")
    task_id = accounting_task(demo, handle_of(demo, result.ask_id))
    vacate(demo, "az-dps", "records-supervisor")
    vacate(demo, "az-dps", "privacy")
    before = counts(demo)
    with pytest.raises(NobodyInPostError):
        validate_kept(item_id=item, reason="court_proceeding", by=by, now=demo.clock(), keys=demo.keys)
    with pytest.raises(NobodyInPostError):
        opened(demo, task_id)
    assert counts(demo) == before


# ---- preview


def test_a_preview_reads_no_record_and_writes_nothing(demo):
    lodge(demo, DISCLOSED, "k1")
    demo.actor(DISCLOSED.asker)
    before = counts(demo)
    with demo.connect(Role.OWNER) as owner:
        owner.execute("REVOKE SELECT ON exchange_record, vault_item FROM comity_app")
    asks = [ask_for(one, "k1") for one in (DISCLOSED, REFUSED, NEEDS_APPROVAL, HIDDEN)]
    results = preview_disclosures(asks=asks, by=demo.actor("hsi-arizona"), now=demo.clock(), keys=demo.keys)
    assert [result.decision.headline for result in results[:3]] == ["disclosed", "disclosed", "needs_approval"] or [
        result.decision.headline for result in results[:3]
    ] == ["disclosed", "refused", "needs_approval"]
    assert counts(demo) == before


def test_a_preview_is_the_same_whether_a_record_exists_or_not(demo):
    lodge(demo, HIDDEN, "k1")
    given = {"by": demo.actor(HIDDEN.asker), "keys": demo.keys, "now": demo.clock()}
    one, other = (preview_disclosures(asks=[ask_for(HIDDEN, key)], **given)[0].decision for key in ("k1", "k2"))
    assert one == other


# ---- shadow


def test_shadow_mode_releases_nothing_and_asks_nobody(demo):
    for key, one in {"d": DISCLOSED, "a": NEEDS_APPROVAL, "w": AWAITING, "r": REFUSED}.items():
        lodge(demo, one, key)
        before = counts(demo)
        given = {"by": demo.actor(one.asker), "now": demo.clock(), "keys": demo.keys}
        assert shadow_requests(asks=[ask_for(one, key)], **given) == ["accepted"]
        after = counts(demo)
        grown = {name for name in after if after[name] != before[name]}
        assert grown <= {"exchange_ask", "exchange_decision", "exchange_ruleset", "vault_item", "ledger_pending"}
    assert demo.look("SELECT headline FROM exchange_decision ORDER BY decided_at, id")[0] == ("disclosed",)
    assert demo.look("SELECT max(used) FROM agreements_usage") in ([(None,)], [(0,)])
    assert demo.verify().is_clean


def test_a_past_request_does_not_use_up_the_key_of_a_real_one(demo):
    lodge(demo, DISCLOSED, "k1")
    given = {"by": demo.actor(DISCLOSED.asker), "now": demo.clock(), "keys": demo.keys}
    shadow_requests(asks=[ask_for(DISCLOSED, "k1")], **given)
    [result] = request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1"))
    assert (result.status, result.repeated) == ("disclosed", False)


def test_what_was_told_is_judged_by_the_agreements_of_that_time(demo):
    at = demo.clock()
    [(agreement_id,)] = demo.look("SELECT id FROM agreements_agreement WHERE code = 'az-sharing-2026'")
    reason = next(iter(SuspensionReason))
    suspend_agreement(by=demo.actor("az-dps", "head"), now=demo.clock(), agreement_id=agreement_id, reason=reason)
    assert tell(demo, told_at=demo.clock()).breach == ("case_number",)
    assert at < demo.clock.now
