"""Nobody shows what only counsel of the node switches: no asker, no holder, no record, no door."""

import pytest
from exchange_given import AWAITING, DISCLOSED, answer, ask_for, put, request

from comity.coordination.exchange.ask import Invalid
from comity.coordination.exchange.commands.answer import AnswerFaultError, HolderAnswer
from comity.coordination.exchange.commands.file import NewRecord, NotFiled, file_records
from comity.coordination.exchange.commands.preview import preview_disclosures
from comity.doors.api.scopes import VOUCHED
from comity.spine.policy.facts import facts_from_plain
from comity.spine.tenancy.transaction import acting
from comity.spine.vault.seal import open_item
from comity.standing.law.catalogue import Source, load_catalogue

SETTINGS = sorted(load_catalogue().evidence_from(Source.SETTING))


@pytest.mark.parametrize("code", SETTINGS)
def test_an_asker_does_not_claim_a_setting(demo, code):
    claims = {"claims": {code: True}}
    [asked] = request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1", **claims))
    [previewed] = preview_disclosures(
        asks=[ask_for(DISCLOSED, "k2", **claims)],
        by=demo.actor(DISCLOSED.asker),
        now=demo.clock(),
        keys=demo.keys,
    )
    for result in (asked, previewed):
        assert isinstance(result, Invalid)
        assert [fault.field for fault in result.faults] == ["claims"]


def test_a_holder_lodges_no_record_with_a_setting(demo):
    records = tuple(
        NewRecord(category="case", reference=code, values={"case_number": "1"}, evidence=(code,)) for code in SETTINGS
    )
    results = file_records(records=records, by=demo.actor("az-dps"), now=demo.clock(), keys=demo.keys)
    assert [type(result) for result in results] == [NotFiled] * len(SETTINGS)


def test_a_holder_attests_no_setting_when_it_answers(demo):
    waits = put(demo, AWAITING)
    for code in SETTINGS:
        with pytest.raises(AnswerFaultError, match=code):
            answer(demo, AWAITING, waits.ask_id, HolderAnswer(values={"person_name": "VALUE-x"}, evidence=(code,)))


def test_no_setting_is_met_while_counsel_switched_none_on(demo):
    put(demo, DISCLOSED)
    put(demo, AWAITING, "k2")
    items = demo.look("SELECT facts_item FROM exchange_decision")
    with acting(demo.node("courier")) as cursor:
        decided_on = [facts_from_plain(open_item(cursor, demo.keys, item)) for (item,) in items]
    assert len(decided_on) == 2
    assert all(not (facts.met | facts.unmet) & set(SETTINGS) for facts in decided_on)


def test_no_door_vouches_for_a_setting():
    assert not VOUCHED & set(SETTINGS)
