"""Past decisions decided again: before a version is signed, before a release takes the place of another."""

import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from exchange_given import DISCLOSED, HELD, LIMITED, NEEDS_APPROVAL, REFUSED, ask_for, lodge, put, request

from comity.config.node import Role
from comity.coordination.exchange.commands.replay import (
    NotReplayerError,
    PeriodNotPastError,
    replay_law,
    replay_version,
)
from comity.coordination.exchange.redeciders import RedeciderEndedError
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Duty
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.candidate import find_version
from comity.standing.agreements.commands import offer_agreement, revise_draft
from comity.standing.agreements.rulebook import AlteredTermsError
from comity.standing.agreements.selectors import NoSuchAgreementError, get_agreement_by_code
from comity.standing.law.commands import NotReplayedError, load_release, put_in_force
from comity.standing.law.rules import Release, shipped_release
from comity.standing.law.selectors import get_current_law, list_replays
from law_signed import approve_whole

CODE = "az-sharing-2026"
VEHICLES = """
@id("xe-99") @kind("forbid") @says("law-29") @obligations("log") @cite("8 U.S.C. 1373") @source("F02")
@from("1996-09-30") @to("") @needs("{needs}")
forbid (principal, action == Comity::Action::"disclose", resource == Comity::Class::"case")
when {{ principal.category == "case" }} unless {{ principal.met.contains("{needs}") }};
"""


def yesterday(demo):
    return Period(demo.clock.now - timedelta(days=1), demo.clock.now + timedelta(hours=1))


def no_progress(done, total):
    assert done <= total


def given(demo, by):
    return {"period": yesterday(demo), "by": by, "now": demo.clock(), "keys": demo.keys, "progress": no_progress}


def offered(demo, change, *, by=("az-dps", "head")):
    """Offer a version of the sharing memorandum whose clauses are changed; return its id."""
    with reading(demo.node("steward")):
        agreement, last = get_agreement_by_code(CODE), find_version(code=CODE, number=None)
    terms = {**last.terms, "clauses": change([dict(clause) for clause in last.terms["clauses"]])}
    actor = demo.actor(*by)
    revise_draft(
        by=actor, now=demo.clock(), agreement_id=agreement.id, title=last.title, text=last.text, terms=terms,
        period=Period(demo.clock.now + timedelta(days=30), last.period.ends_at),
    )  # fmt: skip
    return offer_agreement(by=actor, now=demo.clock(), agreement_id=agreement.id)


def without(name):
    return lambda clauses: [clause for clause in clauses if clause["id"] != name]


def excluding(clauses):
    pair = {"from": ["az-dps"], "to": ["hsi-arizona"]}
    return [*clauses, {"id": "no-minors", "kind": "exclude", **pair, "marks": ["minor"], "categories": ["case"]}]


def version(demo, version_id, *by, actor=None):
    return replay_version(version_id=version_id, **given(demo, actor or demo.actor(*by)))


def law(demo, release_id, by=None):
    return replay_law(release_id=release_id, **given(demo, by or demo.node("steward")))


def loaded(demo, *, needs="court_order"):
    shipped = shipped_release()
    packs = {**shipped.packs, "us": shipped.packs["us"] + VEHICLES.format(needs=needs)}
    release = Release(packs, shipped.text_sources, shipped.authority_source)
    return load_release(by=demo.node("steward"), now=demo.clock(), release=release)


def decisions_of(demo, holder="az-dps"):
    held = demo.actor(holder).agency_id
    return demo.look("SELECT id FROM exchange_decision WHERE holder_id = %s ORDER BY decided_at, id", (held,))


def test_what_was_permitted_yesterday_is_refused_by_the_offered_version_and_its_clause_is_named(demo):
    put(demo, replace(DISCLOSED, marks=("minor",)))
    assert demo.look("SELECT headline FROM exchange_decision") == [("disclosed",)]
    version_id = offered(demo, excluding)
    done = version(demo, version_id, "az-dps", "head")
    assert (done.found, done.same, done.different) == (1, 0, 1)
    assert {(line.rule, line.how, line.was, line.now) for line in done.lines} == {
        ("agr-az-sharing-2026-2-no-minors", "now", "disclosed", "refused")
    }
    [line] = done.lines
    assert line.cite == "Arizona Information Sharing Memorandum (demonstration), version 2, clause no-minors"
    assert [(one,) for one in line.examples] == decisions_of(demo)
    assert done.tried["as_of"] > demo.clock.now.date().isoformat()


def test_a_clause_that_the_version_leaves_out_is_named_as_gone_with_the_basis_it_gave(demo):
    put(demo, DISCLOSED)
    done = version(demo, offered(demo, without("cases")), "az-dps", "counsel")
    assert {line.how for line in done.lines} == {"gone"}
    assert all(line.rule.startswith("agr-az-sharing-2026-1-cases") for line in done.lines)
    assert {(line.was, line.now) for line in done.lines} == {("disclosed", "refused")}


def test_the_version_in_force_changes_nothing_of_what_was_decided_under_it(demo):
    for number, one in enumerate((DISCLOSED, LIMITED, NEEDS_APPROVAL, HELD, REFUSED)):
        put(demo, one, f"k{number}")
    with reading(demo.node("steward")):
        current = find_version(code=CODE, number=1)
    done = version(demo, current.id, actor=demo.node("steward"))
    assert (done.different, done.undetermined, done.unreadable, done.missing) == (0, 0, {}, {})
    assert done.same + done.not_bearing == done.found
    assert done.same > 2


def test_a_quota_that_stays_as_it_was_is_known_and_another_is_a_missing_fact(demo):
    put(demo, LIMITED)
    same = version(demo, offered(demo, without("minors")), "tucson-pd", "head")
    assert (same.same, same.missing) == (1, {})
    stricter = lambda clauses: [  # noqa: E731 - one of several small changes
        {**clause, "quota_per_day": 10} if clause["id"] == "plates" else clause for clause in clauses
    ]
    done = version(demo, offered(demo, stricter, by=("tucson-pd", "head")), "tucson-pd", "head")
    assert (done.undetermined, done.different) == (1, 0)
    assert [code.partition(":")[0] for code in done.missing] == ["quota"]


def test_a_party_sees_what_its_own_agency_decided_and_the_node_what_every_party_did(demo):
    put(demo, DISCLOSED, "a")
    put(demo, replace(DISCLOSED, holder="pima-so"), "b")
    version_id = offered(demo, without("cases"))
    assert version(demo, version_id, "az-dps", "privacy").found == 1
    assert version(demo, version_id, "az-dps", "auditor").found == 1
    assert version(demo, version_id, "hsi-arizona", "head").found == 0
    assert version(demo, version_id, actor=demo.node("steward")).found == 2
    assert version(demo, version_id, actor=demo.node("auditor")).found == 2
    assert demo.verify().is_clean


@pytest.mark.parametrize("post", ["interface", "records-supervisor", "liaison"])
def test_a_post_that_does_not_answer_for_its_agency_decides_nothing_again(demo, post):
    version_id = offered(demo, without("cases"))
    with pytest.raises(NotReplayerError):
        version(demo, version_id, "az-dps", post)


def test_an_agreement_of_others_is_not_there_for_a_stranger(demo):
    version_id = offered(demo, without("cases"))
    with pytest.raises(NoSuchAgreementError):
        version(demo, version_id, "az-mvd", "head")


def test_a_release_is_replayed_by_the_steward_and_takes_the_place_of_the_law_then(demo):
    put(demo, DISCLOSED)
    put(demo, REFUSED, "r")
    release_id, steward = loaded(demo, needs="ledger_ready"), demo.node("steward")
    counsel = replace(demo.actor("az-ag", "counsel"), duty=Duty.STEWARD)
    approve_whole(counsel, release_id, demo.clock())
    with pytest.raises(NotReplayedError):
        put_in_force(by=steward, now=demo.clock(), release_id=release_id)
    done = law(demo, release_id)
    assert (done.found, done.same, done.different) == (2, 2, 0)
    put_in_force(by=steward, now=demo.clock(), release_id=release_id)
    [kept] = list_replays(release_id)
    assert (kept.counts.same, kept.counts.different, kept.counts.unreadable) == (2, 0, 0)
    assert kept.list_digest == done.digest
    assert get_current_law(demo.clock()).release_id == release_id
    assert demo.verify().is_clean


def test_evidence_nobody_asked_for_then_is_counted_by_code(demo):
    put(demo, DISCLOSED)
    asked_elsewhere = law(demo, loaded(demo, needs="purpose_statement"))
    assert (asked_elsewhere.same, asked_elsewhere.different, asked_elsewhere.undetermined) == (0, 0, 1)
    assert asked_elsewhere.missing == {"purpose_statement": 1}


def test_an_agencys_auditor_replays_a_release_over_its_own_and_clears_no_way_for_it(demo):
    put(demo, DISCLOSED, "a")
    put(demo, REFUSED, "r")
    release_id = loaded(demo)
    assert law(demo, release_id, demo.actor("az-dps", "auditor")).found == 1
    assert law(demo, release_id, demo.actor("az-ombudsman", "auditor")).found == 2
    assert law(demo, release_id, demo.node("auditor")).found == 2
    assert list_replays(release_id) == []
    for by in (
        demo.actor("az-dps", "head"),
        demo.node("courier"),
        replace(demo.actor("az-ag", "counsel"), duty=Duty.STEWARD),
    ):
        with pytest.raises(NotReplayerError):
            law(demo, release_id, by)


def test_that_it_was_done_is_one_row_and_one_entry_and_the_list_has_one_digest_for_everybody(demo):
    put(demo, DISCLOSED)
    version_id = offered(demo, without("cases"))
    period, by = yesterday(demo), demo.actor("az-dps", "auditor")
    period = Period(period.starts_at, demo.clock.now)
    before = demo.look("SELECT count(*) FROM ledger_pending")[0][0]
    first, second = (
        replay_version(
            version_id=version_id, period=period, by=one, now=demo.clock(), keys=demo.keys, progress=no_progress
        )
        for one in (by, demo.actor("az-dps", "head"))
    )
    assert first.digest == second.digest
    rows = demo.look("SELECT agency_id, post_id, kind, scope FROM exchange_reading ORDER BY read_at")
    *who, scope = rows[0]
    assert who == [by.agency_id, by.post_id, "replay"]
    assert scope["list_digest"] == first.digest
    assert scope | {"version": "2", "agreement": CODE, "found": 1, "different": 1} == scope
    assert demo.look("SELECT count(*) FROM ledger_pending")[0][0] == before + 2
    assert demo.verify().is_clean


def test_the_result_names_no_reference_no_subject_and_no_key_of_the_asker(demo):
    put(demo, DISCLOSED, "k1")
    done = version(demo, offered(demo, without("cases")), "az-dps", "head")
    shown = repr(done) + repr(done.body)
    handle, reference = demo.look("SELECT subject_handle, reference_key FROM exchange_record")[0]
    assert not any(word in shown for word in ("k1'", "REF-", "WHY-", "CASENO-", str(handle), reference))


def test_facts_purged_or_altered_and_rules_lost_are_counted_and_the_rest_goes_on(demo):
    keys = [f"k{number}" for number in range(4)]
    lodge(demo, DISCLOSED, *keys)
    request(demo, DISCLOSED.asker, *(ask_for(DISCLOSED, key) for key in keys))
    version_id = offered(demo, without("cases"))
    items = demo.look("SELECT facts_item FROM exchange_decision ORDER BY decided_at, id")
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("DELETE FROM vault_item WHERE id = %s", items[0])
        admin.execute("UPDATE vault_item SET ciphertext = set_byte(ciphertext, 0, 1) WHERE id = %s", items[1])
        admin.execute("UPDATE exchange_decision SET ruleset = 'gone' WHERE facts_item = %s", items[2])
        admin.execute("UPDATE exchange_decision SET engine = 'cedar-3'")
    done = version(demo, version_id, "az-dps", "auditor")
    assert done.unreadable == {"facts_altered": 1, "facts_purged": 1, "rules_lost": 1}
    assert (done.found, done.different, done.other_engine) == (4, 1, 4)


def test_an_altered_version_is_not_tried(demo):
    version_id = offered(demo, without("cases"))
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE agreements_version SET title = 'other' WHERE id = %s", (version_id,))
    with pytest.raises(AlteredTermsError):
        version(demo, version_id, "az-dps", "head")


def test_a_period_to_come_is_refused_and_one_without_a_decision_comes_to_nothing(demo):
    put(demo, DISCLOSED)
    version_id, now = offered(demo, without("cases")), demo.clock()
    here = {"version_id": version_id, "by": demo.actor("az-dps", "head"), "keys": demo.keys, "progress": no_progress}
    with pytest.raises(PeriodNotPastError):
        replay_version(period=Period(now + timedelta(days=1)), now=now, **here)
    empty = replay_version(period=Period(now - timedelta(days=9), now - timedelta(days=8)), now=now, **here)
    assert (empty.found, empty.lines) == (0, ())


def test_however_small_the_batches_every_decision_is_decided_once(demo, monkeypatch):
    keys = [f"k{number}" for number in range(5)]
    lodge(demo, DISCLOSED, *keys)
    request(demo, DISCLOSED.asker, *(ask_for(DISCLOSED, key) for key in keys))
    version_id = offered(demo, without("cases"))
    whole = version(demo, version_id, "az-dps", "head")
    monkeypatch.setattr("comity.coordination.exchange.commands.replay.BATCH", 2)
    pieces = version(demo, version_id, "az-dps", "head")
    assert (whole.found, pieces.found) == (5, 5)
    assert pieces.lines == whole.lines


def test_several_processes_come_to_what_one_comes_to(run, monkeypatch):
    version_id = offered(run, without("cases"))
    period = Period(run.clock.now - timedelta(days=30), run.clock.now)
    here = {"version_id": version_id, "period": period, "keys": run.keys, "progress": no_progress}
    alone = replay_version(by=run.node("steward"), now=run.clock(), **here)
    monkeypatch.setattr("comity.coordination.exchange.commands.replay.FEWEST", 2)
    monkeypatch.setattr("comity.coordination.exchange.commands.replay.BATCH", 2)
    together = replay_version(by=run.node("steward"), now=run.clock(), processes=2, **here)
    assert together.body == alone.body
    assert (together.found > 300, len(together.lines) > 2) == (True, True)


def test_a_process_that_ends_early_is_told_and_nothing_is_recorded(demo, monkeypatch):
    put(demo, DISCLOSED)
    version_id = offered(demo, without("cases"))
    monkeypatch.setattr("comity.coordination.exchange.commands.replay.FEWEST", 0)
    monkeypatch.setattr("comity.coordination.exchange.redeciders.Redecider.decide", lambda *_: sys.exit(3))
    with pytest.raises(RedeciderEndedError):
        replay_version(version_id=version_id, processes=2, **given(demo, demo.actor("az-dps", "head")))
    assert demo.look("SELECT count(*) FROM exchange_reading") == [(0,)]


def test_the_shipped_run_comes_out_the_same_under_the_law_it_was_decided_under(run):
    with reading(run.node("steward")):
        current = get_current_law(run.clock.now)
    done = law(run, current.release_id)
    assert (done.same, done.different, done.undetermined) == (done.found, 0, 0)
    assert done.found > 500
