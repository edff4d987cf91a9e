"""Asks again, together and at once; quotas."""

from dataclasses import replace

import pytest
from exchange_given import (
    AWAITING,
    DISCLOSED,
    HELD,
    HIDDEN,
    LIMITED,
    NEEDS_APPROVAL,
    REFUSED,
    STATUS,
    ask_for,
    counts,
    lodge,
    put,
    request,
    status_of,
    tick,
    together,
)

from comity.coordination.exchange.ask import CHUNK, Answered, Conflict
from comity.coordination.exchange.commands.request import ChunkTooLargeError

# ---- retries, chunks, races


@pytest.mark.parametrize("one", [DISCLOSED, REFUSED, NEEDS_APPROVAL, HELD, AWAITING, HIDDEN])
def test_a_retry_returns_the_recorded_outcome_and_writes_nothing(demo, one):
    first = put(demo, one)
    before = counts(demo)
    [second] = request(demo, one.asker, ask_for(one, "k1"))
    assert second == replace(first, repeated=True)
    assert counts(demo) == before


def test_the_same_key_with_another_body_is_a_conflict_and_the_first_stands(demo):
    first = put(demo, DISCLOSED)
    before = counts(demo)
    for changes in ({"reference": "REF-other"}, {"justification": "another"}, {"elements": ("person_name",)}):
        [result] = request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1", **changes))
        assert result == Conflict("k1", first.ask_id)
    assert counts(demo) == before


def test_the_same_key_of_another_agency_is_another_ask(demo):
    first = put(demo, DISCLOSED)
    [second] = request(demo, "cbp-bp-tucson", ask_for(DISCLOSED, "k1"))
    assert isinstance(second, Answered)
    assert second.ask_id != first.ask_id
    assert not second.repeated


def test_the_same_key_for_two_asks_in_one_chunk_is_a_conflict_with_the_first(demo):
    lodge(demo, DISCLOSED, "k1")
    first, second = request(
        demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1"), ask_for(DISCLOSED, "k1", reference="REF-other")
    )
    assert second == Conflict("k1", first.ask_id)
    assert demo.look("SELECT count(*) FROM exchange_ask") == [(1,)]


def test_the_same_ask_twice_in_a_chunk_is_recorded_once(demo):
    lodge(demo, DISCLOSED, "k1")
    ask = ask_for(DISCLOSED, "k1")
    first, second = request(demo, DISCLOSED.asker, ask, ask)
    assert isinstance(first, Answered)
    assert second == replace(first, repeated=True)
    assert demo.look("SELECT count(*) FROM exchange_ask") == [(1,)]


def test_a_chunk_with_bad_asks_answers_the_rest_in_order(demo):
    lodge(demo, DISCLOSED, "a", "b")
    bad = [
        ask_for(DISCLOSED, "n1", holder="no-such-agency"),
        ask_for(DISCLOSED, "n2", purpose="curiosity"),
        ask_for(DISCLOSED, "n3", category="gossip"),
        ask_for(DISCLOSED, "n4", elements=("person_name", "shoe_size")),
        ask_for(DISCLOSED, "n5", elements=()),
        ask_for(DISCLOSED, "n6", reference="x\0y"),
        ask_for(DISCLOSED, "n7", justification="w" * 4001),
        ask_for(DISCLOSED, "", reference="r"),
        ask_for(DISCLOSED, "n8", claims={"approved_privacy_officer": True}),
        ask_for(DISCLOSED, "n9", agreement="no-such-agreement"),
        ask_for(DISCLOSED, "n10", post="no-such-post"),
        ask_for(DISCLOSED, "n11", holder="hsi-arizona"),
        ask_for(DISCLOSED, "n12", elements=("tribal_record",)),
    ]
    results = request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "a"), *bad, ask_for(DISCLOSED, "b"))
    assert [results[0].status, results[-1].status] == ["disclosed", "disclosed"]
    fields = ["holder", "purpose", "category", "elements", "elements", "reference", "justification", "ask_id"]
    fields += ["claims", "agreement", "post", "holder", "elements"]
    assert [result.faults[0].field for result in results[1:-1]] == fields
    assert all(fault.remedy for result in results[1:-1] for fault in result.faults)
    assert demo.look("SELECT count(*) FROM exchange_ask") == [(2,)]


def test_a_holder_is_found_by_its_ori_too(demo):
    lodge(demo, DISCLOSED, "k1")
    [result] = request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1", holder="azcchpx00"))
    assert result.status == "disclosed"


def test_more_asks_than_a_chunk_holds_are_refused_whole(demo):
    with pytest.raises(ChunkTooLargeError):
        request(demo, DISCLOSED.asker, *(ask_for(DISCLOSED, f"k{n}") for n in range(CHUNK + 1)))
    assert demo.look("SELECT count(*) FROM exchange_ask") == [(0,)]


@pytest.mark.parametrize("one", [DISCLOSED, HIDDEN], ids=["disclosed", "hidden"])
def test_two_requests_at_once_with_one_key_record_one_ask(demo, one):
    lodge(demo, one, "k1")
    demo.actor(one.asker)
    work = lambda: request(demo, one.asker, ask_for(one, "k1"))[0]  # noqa: E731
    outcomes = together(work, work, work)
    assert all(isinstance(outcome, Answered) for outcome in outcomes), outcomes
    assert len({outcome.ask_id for outcome in outcomes}) == 1
    assert sorted(outcome.repeated for outcome in outcomes) == [False, True, True]
    assert demo.look("SELECT count(*) FROM exchange_ask") == [(1,)]
    assert demo.verify().is_clean


def test_two_chunks_with_the_same_keys_in_opposite_order_are_both_answered(demo):
    keys = [f"k{number}" for number in range(40)]
    lodge(demo, DISCLOSED, *keys)
    asks = [ask_for(DISCLOSED, key) for key in keys]
    demo.actor(DISCLOSED.asker)
    outcomes = together(
        lambda: request(demo, DISCLOSED.asker, *asks), lambda: request(demo, DISCLOSED.asker, *reversed(asks))
    )
    assert all(isinstance(outcome, list) for outcome in outcomes), outcomes
    first, second = outcomes
    assert [result.ask_id for result in first] == [result.ask_id for result in reversed(second)]
    assert demo.look("SELECT count(*) FROM exchange_ask") == [(len(keys),)]


def test_one_altered_record_does_not_keep_the_rest_of_a_chunk_back(demo):
    lodge(demo, DISCLOSED, "good")
    [filed] = lodge(demo, DISCLOSED, "bad")
    spoil_payload(demo, filed.record_id)
    results = request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "good"), ask_for(DISCLOSED, "bad"))
    assert results[0].status == "disclosed"
    assert not isinstance(results[1], Answered) or results[1].status != "disclosed"


def test_one_altered_hidden_record_does_not_stop_the_ticks(demo):
    [filed] = lodge(demo, STATUS, "bad")
    spoil_payload(demo, filed.record_id)
    put(demo, STATUS, "good")
    [bad] = request(demo, STATUS.asker, ask_for(STATUS, "bad"))
    assert tick(demo) == 2
    assert status_of(demo, STATUS.asker, bad.ask_id) == "nothing_to_share"


def spoil_payload(demo, record_id):
    from comity.config.node import Role

    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "UPDATE vault_item SET ciphertext = set_byte(ciphertext, 0, (get_byte(ciphertext, 0) + 1) %% 256)"
            " WHERE id = (SELECT payload_item FROM exchange_record WHERE id = %s)",
            (record_id,),
        )


# ---- quotas


def test_a_daily_quota_ends_and_begins_again_the_next_day(demo):
    keys = [f"k{number}" for number in range(52)]
    lodge(demo, LIMITED, *keys)
    results = request(demo, LIMITED.asker, *(ask_for(LIMITED, key) for key in keys))
    assert [result.status for result in results] == ["disclosed"] * 50 + ["refused"] * 2
    assert demo.look("SELECT max(used) FROM agreements_usage") == [(50,)]
    [again] = request(demo, LIMITED.asker, ask_for(LIMITED, keys[0]))
    assert (again.status, again.repeated) == ("disclosed", True)
    demo.clock.advance(days=1)
    put_again = request(demo, LIMITED.asker, ask_for(LIMITED, "tomorrow", reference=f"REF-{keys[0]}"))
    assert put_again[0].status == "disclosed"


def test_two_chunks_at_once_do_not_pass_a_quota(demo):
    one = replace(DISCLOSED, holder="tucson-pd", category="alpr", elements=("plate_read",), lodged=("plate_read",))
    keys = [f"k{number}" for number in range(60)]
    lodge(demo, one, *keys)
    demo.actor(one.asker)
    halves = [[ask_for(one, key) for key in keys[start::2]] for start in (0, 1)]
    outcomes = together(*[lambda half=half: request(demo, one.asker, *half) for half in halves])
    statuses = [result.status for outcome in outcomes for result in outcome]
    assert (statuses.count("disclosed"), statuses.count("refused")) == (50, 10)
