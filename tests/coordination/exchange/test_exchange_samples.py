"""Samples that auditors keep: drawn once, opened on the record, marked, and as a workpaper."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from exchange_given import DISCLOSED, HIDDEN, NEEDS_APPROVAL, REFUSED, ask_for, lodge, put, request, tick

from comity.config.node import Role
from comity.coordination.exchange.commands.sample import (
    LARGEST,
    NothingToDrawError,
    UnclearMarkError,
    keep_sample,
    mark_sampled,
    open_sampled,
    open_workpaper,
)
from comity.coordination.exchange.samples import NoSampleError, get_sample, list_sampled, list_samples
from comity.coordination.exchange.sampling import NotAuditorError
from comity.kernel.canonical import canonical
from comity.kernel.digest import sha256
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Duty
from comity.spine.tenancy.transaction import reading


def auditor(demo, agency="az-dps"):
    return replace(demo.actor(agency, "auditor"), duty=Duty.AUDITOR)


def keep(demo, by, **changes):
    start = demo.clock.now.replace(microsecond=0) - timedelta(days=1)
    given = {
        "objective": "whether asks were decided under the law",
        "seed": "roll-4-2-6",
        "period": Period(start, start + timedelta(days=1, hours=1)),
        "stratum": "",
        "size": 5,
        "by": by,
        "now": demo.clock(),
        "keys": demo.keys,
    }
    return keep_sample(**given | changes)


def given_to(demo, by, sample_id, **more):
    return {"sample_id": sample_id, "by": by, "now": demo.clock(), "keys": demo.keys, **more}


@pytest.fixture
def asked(demo):
    """Twelve decisions of az-dps that released, one that waits for approval."""
    lodge(demo, DISCLOSED, *(f"k{number}" for number in range(12)))
    request(demo, DISCLOSED.asker, *(ask_for(DISCLOSED, f"k{number}") for number in range(12)))
    put(demo, NEEDS_APPROVAL, "a")
    return demo


def sampled(demo, by, sample_id):
    with reading(by) as cursor:
        return list_sampled(cursor, get_sample(cursor, sample_id), by)


def test_a_sample_is_kept_once_with_its_population_and_is_in_the_ledger(asked):
    by = auditor(asked)
    sample_id = keep(asked, by)
    assert keep(asked, by) == sample_id
    assert keep(asked, by, seed="another") != sample_id
    with reading(by) as cursor:
        kept = get_sample(cursor, sample_id)
        assert len(list_samples(cursor, by.agency_id)) == 2
    assert (kept.population, len(kept.decision_ids), kept.left, kept.is_done) == (13, 5, 5, False)
    assert len({one.decision_id for one in sampled(asked, by, sample_id)}) == 5
    assert asked.look("SELECT kind FROM exchange_reading") == [("sample_drawn",)] * 2
    assert asked.verify().is_clean


def test_a_stratum_is_drawn_from_alone(asked):
    by = auditor(asked)
    rows = sampled(asked, by, keep(asked, by, stratum="needs_approval"))
    assert [row.headline for row in rows] == ["needs_approval"]
    with pytest.raises(NothingToDrawError):
        keep(asked, by, stratum="held")


@pytest.mark.parametrize("size", [0, -1, LARGEST + 1])
def test_a_sample_of_no_size_is_refused(asked, size):
    with pytest.raises(ValueError, match="draw 1 to"):
        keep(asked, auditor(asked), size=size)


def test_opening_a_decision_replays_it_and_is_recorded_first(asked):
    by = auditor(asked)
    sample_id = keep(asked, by)
    [one, *_] = sampled(asked, by, sample_id)
    opened = open_sampled(**given_to(asked, by, sample_id, decision_id=one.decision_id))
    assert (opened.finding["replayed"], opened.finding["differences"]) == (True, [])
    assert opened.facts["purpose"] == one.purpose
    assert set(opened.finding["outcomes"]) == set(opened.facts["asked"])
    [(kind, scope)] = asked.look("SELECT kind, scope FROM exchange_reading ORDER BY read_at DESC LIMIT 1")
    assert (kind, scope) == ("sampled_opened", {"decision": str(one.decision_id), "sample": str(sample_id)})
    with pytest.raises(NoSampleError):
        open_sampled(**given_to(asked, by, sample_id, decision_id=uuid4()))


def test_a_list_does_not_tell_whether_a_hidden_record_is_there_and_the_decision_does(demo):
    """Two asks in a category that may hide records: one met a record, one did not."""
    put(demo, HIDDEN)
    request(demo, HIDDEN.asker, ask_for(HIDDEN, "nothing-lodged"))
    tick(demo)
    by = auditor(demo, "az-ag")
    sample_id = keep(demo, by)
    found = sampled(demo, by, sample_id)
    assert len(found) == 2
    assert {(one.stage, one.headline) for one in found} == {("on_tick", "on_tick")}
    opened = [open_sampled(**given_to(demo, by, sample_id, decision_id=one.decision_id)) for one in found]
    assert {one.decision.stage for one in opened} == {"record", "type"}


def test_a_decision_that_was_altered_is_told_where_it_differs(asked):
    by = auditor(asked)
    sample_id = keep(asked, by)
    [one, *_] = sampled(asked, by, sample_id)
    with asked.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE exchange_decision SET outcomes = '{}' WHERE id = %s", (one.decision_id,))
    opened = open_sampled(**given_to(asked, by, sample_id, decision_id=one.decision_id))
    assert {(told["recorded"], bool(told["found"])) for told in opened.finding["differences"]} == {(None, True)}
    assert not asked.verify().is_clean


def test_the_latest_mark_counts_and_the_same_is_said_once(asked):
    by = auditor(asked)
    sample_id = keep(asked, by)
    [one, *_] = sampled(asked, by, sample_id)
    given = given_to(asked, by, sample_id, decision_id=one.decision_id)
    for mark, note in (("tested", ""), ("tested", ""), ("exception", "no citation"), ("tested", "seen with counsel")):
        mark_sampled(**given | {"now": asked.clock()}, mark=mark, note=note)
    assert asked.look("SELECT count(*) FROM exchange_sample_mark") == [(3,)]
    with reading(by) as cursor:
        kept = get_sample(cursor, sample_id)
    assert (kept.tested, kept.exceptions, kept.left) == (1, 0, 4)
    assert sampled(asked, by, sample_id)[0].mark.note == "seen with counsel"
    assert asked.verify().is_clean


@pytest.mark.parametrize(("mark", "note"), [("fine", ""), ("exception", "  "), ("tested", "x" * 1001)])
def test_an_unclear_mark_is_refused(asked, mark, note):
    by = auditor(asked)
    sample_id = keep(asked, by)
    [one, *_] = sampled(asked, by, sample_id)
    with pytest.raises(UnclearMarkError):
        mark_sampled(**given_to(asked, by, sample_id, decision_id=one.decision_id), mark=mark, note=note)


def test_the_workpaper_says_everything_and_changes_with_its_marks_alone(asked):
    by = auditor(asked)
    sample_id = keep(asked, by)
    [one, *_] = sampled(asked, by, sample_id)
    first, again = (open_workpaper(**given_to(asked, by, sample_id)) for _ in range(2))
    assert first.digest == again.digest == sha256(canonical(first.body)).hex()
    results = {"differing": 0, "exceptions": 0, "not_replayed": 0, "not_yet_marked": 5, "same": 5, "tested": 0}
    assert first.body["results"] == results
    assert first.body["scope"]["population"] == 13
    assert first.body["methodology"]["seed"] == "roll-4-2-6"
    mark_sampled(
        **given_to(asked, by, sample_id, decision_id=one.decision_id), mark="exception", note="the purpose is too wide"
    )
    marked = open_workpaper(**given_to(asked, by, sample_id))
    assert marked.digest != first.digest
    assert marked.body["items"][0]["note"] == "the purpose is too wide"
    kinds = asked.look("SELECT kind, count(*) FROM exchange_reading GROUP BY 1 ORDER BY 1")
    assert kinds == [("sample_drawn", 1), ("workpaper_opened", 3)]


def test_an_oversight_bodys_auditor_keeps_a_sample_of_every_agency_for_itself(asked):
    put(asked, REFUSED, "r")
    by = auditor(asked, "az-ombudsman")
    sample_id = keep(asked, by, size=50)
    rows = sampled(asked, by, sample_id)
    assert len({row.holder_id for row in rows}) == 2
    opened = open_sampled(**given_to(asked, by, sample_id, decision_id=rows[0].decision_id))
    assert opened.finding["replayed"]
    own = auditor(asked)
    with reading(own) as cursor, pytest.raises(NoSampleError):
        get_sample(cursor, sample_id)
    with pytest.raises(NoSampleError):
        open_workpaper(**given_to(asked, own, sample_id))


def test_only_an_auditor_keeps_opens_and_marks(asked):
    sample_id = keep(asked, auditor(asked))
    [decision_id] = asked.look("SELECT decisions[1] FROM exchange_sample")[0]
    for by in (asked.actor("az-dps", "auditor"), replace(asked.actor("az-dps", "privacy"), duty=Duty.AUDITOR)):
        given = given_to(asked, by, sample_id)
        with pytest.raises(NotAuditorError):
            keep(asked, by)
        with pytest.raises(NotAuditorError):
            open_sampled(**given, decision_id=decision_id)
        with pytest.raises(NotAuditorError):
            mark_sampled(**given, decision_id=decision_id, mark="tested", note="")
        with pytest.raises(NotAuditorError):
            open_workpaper(**given)


@pytest.mark.parametrize(
    ("changed", "duty"),
    [
        ({"decision_id": uuid4()}, "auditor"),
        ({"sample_id": uuid4()}, "auditor"),
        ({"agency_id": uuid4()}, "auditor"),
        ({"post_id": uuid4()}, "auditor"),
        ({}, "agency"),
        ({}, "retention"),
    ],
)
def test_the_database_takes_no_mark_but_an_auditors_own_of_what_its_sample_holds(asked, changed, duty):
    by = auditor(asked)
    sample_id = keep(asked, by)
    [(decision_id,)] = asked.look("SELECT decisions[1] FROM exchange_sample")
    row = {
        "id": uuid4(), "entry_id": uuid4(), "sample_id": sample_id, "decision_id": decision_id,
        "agency_id": by.agency_id, "post_id": by.post_id, "mark": "tested", "note": "", "marked_at": asked.clock(),
    }  # fmt: skip
    insert = (
        "INSERT INTO exchange_sample_mark SELECT * FROM jsonb_populate_record(NULL::exchange_sample_mark, %s::jsonb)"
    )
    with asked.connect(Role.APP) as session:
        for name, value in (("agency", by.agency_id), ("post", by.post_id), ("duty", duty)):
            session.execute("SELECT set_config(%s, %s, false)", (f"comity.{name}", str(value)))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(insert, (json.dumps(row | changed, default=str),))
        if not changed and duty != "auditor":
            session.execute("SELECT set_config('comity.duty', 'auditor', false)")
            session.execute(insert, (json.dumps(row, default=str),))
            assert session.execute("SELECT count(*) FROM exchange_sample_mark").fetchone() == (1,)
