"""What counsel of the node switched on is among the facts of every decision from then on, and in no other."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from exchange_given import DISCLOSED, NEEDS_APPROVAL, ask_for, decide, lodge, open_task, put, request

from comity.coordination.exchange.commands.preview import preview_disclosures
from comity.spine.tenancy.actor import Duty
from comity.spine.tenancy.transaction import reading
from comity.spine.vault.seal import open_item
from comity.standing.law.commands import set_setting

KNOWN = {"plates": SimpleNamespace(id="plates", en="", es="", values=("off", "on"), default="off")}


def switch(demo, value):
    by = replace(demo.actor("az-ag", "counsel"), duty=Duty.STEWARD)
    set_setting(by=by, now=demo.clock(), setting="plates", value=value, reason="opinion", known=KNOWN)


def settings_met(demo) -> list[list[str]]:
    """Return the settings among the facts of each decision, in the order they were made."""
    items = demo.look("SELECT facts_item FROM exchange_decision ORDER BY decided_at, number")
    with reading(demo.node("courier")) as cursor:
        facts = [open_item(cursor, demo.keys, item) for (item,) in items]
    return [[code for code in one["met"] if code.startswith("setting_")] for one in facts]


def test_a_setting_switched_on_is_recorded_with_the_facts_and_one_that_is_off_is_not(demo):
    put(demo, DISCLOSED, "before")
    switch(demo, "on")
    put(demo, DISCLOSED, "meanwhile")
    switch(demo, "off")
    put(demo, DISCLOSED, "after")
    assert settings_met(demo) == [[], ["setting_plates"], []]


def test_a_setting_is_among_the_facts_of_what_is_decided_again_on_a_verdict(demo):
    switch(demo, "on")
    asked = put(demo, NEEDS_APPROVAL)
    decide(demo, open_task(demo, NEEDS_APPROVAL.holder, asked.ask_id), NEEDS_APPROVAL.holder, "records-supervisor")
    assert settings_met(demo) == [["setting_plates"]] * 2


@pytest.mark.parametrize("value", [True, False])
def test_nobody_claims_a_setting(demo, value):
    [refused] = request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1", claims={"setting_plates": value}))
    assert [fault.field for fault in refused.faults] == ["claims"]


def test_settings_cost_an_ask_no_statement_once_they_are_known(demo):
    lodge(demo, DISCLOSED, "k1", "k2")
    request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k1"))
    with CaptureQueriesContext(connection) as queries:
        request(demo, DISCLOSED.asker, ask_for(DISCLOSED, "k2"))
    assert len(queries) > 0
    assert [one for one in queries if "law_setting" in one["sql"]] == []


def test_a_preview_is_made_under_the_settings_too(demo, monkeypatch):
    from comity.coordination.exchange import deciding

    switch(demo, "on")
    seen = []
    decide_it = deciding.decide

    def note(*, facts, rules):
        seen.append("setting_plates" in facts.met)
        return decide_it(facts=facts, rules=rules)

    monkeypatch.setattr(deciding, "decide", note)
    preview_disclosures(
        asks=[ask_for(DISCLOSED, "k1")], by=demo.actor(DISCLOSED.asker), now=demo.clock(), keys=demo.keys
    )
    assert seen == [True]
