"""Once a notice is over nothing leaves under the agreement, whatever the worker has recorded of its end by then."""

from dataclasses import replace
from datetime import timedelta

import pytest
from exchange_given import DISCLOSED, Situation, ask_for, deliver, disclosures_of, lodge, put, status_of

from comity.coordination.exchange.commands.request import request_disclosures
from comity.coordination.exchange.way_forward import get_counterpart
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.candidate import find_version
from comity.standing.agreements.demo.conclude import conclude
from comity.standing.agreements.selectors import get_agreement_by_code, get_version
from comity.standing.agreements.vocabulary import TerminationReason
from comity.standing.directory.selectors import list_agencies_by_code

CODE = "az-sharing-2026"
HISTORY = Situation(
    "hsi-arizona",
    "az-dps",
    "criminal_history",
    "criminal_investigation",
    ("criminal_history_record",),
    ("criminal_history_record",),
    claims={"cji_purpose_code": True, "repository_access": True},
)
ONE_DAY = {"term": "termination_notice_days", "value": 1, "unit": "days"}


@pytest.fixture
def over_at(demo):
    """Put a version in force whose text wants a day's notice, give notice; return when it is over."""
    with reading(demo.node("steward")):
        agreement, last = get_agreement_by_code(CODE), find_version(code=CODE, number=None)
    provisions = [one for one in last.terms.get("provisions", []) if not one["term"].startswith("termination")]
    head = demo.actor("az-dps", "head")
    do.revise_draft(
        by=head,
        now=demo.clock(),
        agreement_id=agreement.id,
        title=last.title,
        text=last.text,
        terms={**last.terms, "provisions": [*provisions, ONE_DAY]},
        period=last.period,
    )
    version_id = do.offer_agreement(by=head, now=demo.clock(), agreement_id=agreement.id)
    with reading(demo.node("steward")):
        version = get_version(version_id)
    conclude(version, by=demo.node("steward"), now=demo.clock())
    reason = TerminationReason.PARTY_WITHDREW
    ends_at = do.terminate_agreement(by=head, now=demo.clock(), agreement_id=agreement.id, reason=reason)
    demo.clock.now = ends_at - timedelta(seconds=5)
    return ends_at


def test_what_was_decided_before_the_end_is_not_sent_after_it(demo, over_at):
    sent, stopped = put(demo, DISCLOSED), None
    assert sent.status == "disclosed"
    demo.clock.now = over_at
    deliver(demo)
    [stopped] = disclosures_of(demo, sent.ask_id)
    assert demo.look("SELECT event FROM exchange_delivery WHERE disclosure_id = %s", (stopped,)) == [("stopped",)]
    assert status_of(demo, DISCLOSED.asker, sent.ask_id) != "disclosed"


def test_an_agreement_whose_notice_is_over_is_evidence_of_nothing(demo, over_at):
    by = replace(demo.actor(HISTORY.asker), vouched=frozenset({"strong_login"}))

    def go(key: str, agreement: str) -> str:
        lodge(demo, HISTORY, key)
        asks = [ask_for(HISTORY, key, agreement=agreement)]
        [result] = request_disclosures(asks=asks, by=by, now=demo.clock(), keys=demo.keys)
        return getattr(result, "status", type(result).__name__)

    assert go("before", CODE) == "disclosed"
    demo.clock.now = over_at + timedelta(minutes=30)
    assert go("named", CODE) != "disclosed"
    assert go("unnamed", "") == "refused"
    with reading(by) as cursor:
        holder = list_agencies_by_code([HISTORY.holder])[HISTORY.holder]
        told = get_counterpart(cursor, holder=holder, asker_id=by.agency_id, at=demo.clock())
    assert CODE not in told.agreements
