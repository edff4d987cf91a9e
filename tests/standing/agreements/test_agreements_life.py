"""The life of an agreement: drafted, offered, signed, in force, resting, over; who may do what; what is recorded."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from agreements_given import NOW, SHARE, terms_of
from django.db import connection
from signing_given import review_and_confirm, sign

from comity.config.node import Role
from comity.kernel.digest import row_digest
from comity.kernel.ids import new_id
from comity.kernel.states import IllegalTransitionError
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor, Duty, node_actor
from comity.spine.tenancy.transaction import acting, reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.commands.draft import AgreementEndedError
from comity.standing.agreements.commands.offer import NoDraftError
from comity.standing.agreements.commands.put_in_force import PeriodOverError, UnsignedError
from comity.standing.agreements.commands.record import NothingOfferedError, WrongPostError
from comity.standing.agreements.commands.resume import NotYoursToResumeError
from comity.standing.agreements.commands.supersede import NoSuccessorError
from comity.standing.agreements.selectors import (
    get_agreement,
    get_agreement_by_code,
    list_agreements,
    list_events,
    list_versions,
)
from comity.standing.agreements.states import AGREEMENT
from comity.standing.agreements.terms import UnknownTermError
from comity.standing.agreements.vocabulary import SuspensionReason, TerminationReason
from comity.standing.directory.selectors import NotInDirectoryError

REVIEW = SuspensionReason.LEGAL_REVIEW
WITHDREW = TerminationReason.PARTY_WITHDREW


def state_of(offices: object, agreement_id: UUID) -> str:
    with reading(offices.steward):
        return get_agreement(agreement_id).state


def test_an_agreement_signed_by_all_is_in_force(offices, agreed) -> None:
    agreement_id = agreed()
    with reading(offices.pima.liaison):
        facts, [version] = get_agreement(agreement_id), list_versions(agreement_id)
        events = [event.event for event in list_events(agreement_id)]
        assert get_agreement_by_code("mou") == facts
    assert (facts.state, facts.current_version_id) == ("in_force", version.id)
    assert version.signed_by == {offices.pima.agency_id, offices.ice.agency_id}
    assert events == ["drafted", "offered", "signed", "signed", "put_in_force"]
    assert facts.standing(NOW) == "in_force"
    assert facts.standing(facts.period.ends_at) == "expired"
    assert facts.standing(facts.period.starts_at) == "in_force"
    assert facts.standing(facts.period.starts_at - timedelta(microseconds=1)) == "coming"


def test_every_act_row_is_digested_in_its_ledger_entry(node, offices, agreed) -> None:
    agreed()
    with node.connect(Role.VERIFIER) as verifier:
        bodies = [json.loads(bytes(row[0])) for row in verifier.execute("SELECT body FROM ledger_pending")]
        found = {body["id"]: body for body in bodies if body["act"].startswith("agreement.")}
        rows = [
            (table, row)
            for table in (
                "agreements_event",
                "agreements_version",
                "agreements_review",
                "agreements_confirmation",
                "agreements_signature",
            )
            for row in verifier.cursor(row_factory=psycopg.rows.dict_row).execute(f"SELECT * FROM {table}")
        ]
    assert len(rows) == len(found) == 11
    for table, row in rows:
        body = found[str(row.pop("entry_id"))]
        assert body["rows"] == {f"{table}/{row['id']}": row_digest(bytes.fromhex(body["salt"]), row)}


def test_an_unknown_term_is_refused_when_offered_and_nothing_is_written(offices, draft) -> None:
    agreement_id = draft({**SHARE, "elements": ["shoe_size"]})
    with pytest.raises(UnknownTermError, match=r"clauses\[0\]\.elements\[0\].*shoe_size"):
        do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    with reading(offices.steward):
        assert list_versions(agreement_id) == []
    assert state_of(offices, agreement_id) == "draft"


def test_an_agency_that_is_no_party_cannot_stand_in_a_clause(offices, draft) -> None:
    agreement_id = draft({**SHARE, "to": ["hsi-arizona"]})
    with pytest.raises(UnknownTermError, match=r"hsi-arizona.*the parties"):
        do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)


def test_an_agency_of_no_directory_cannot_be_a_party(offices) -> None:
    with pytest.raises(NotInDirectoryError, match="nobody"):
        do.draft_agreement(
            by=offices.pima.head, now=NOW, code="x", title="x", kind="interlocal",
            parties={"pima-so": "local", "nobody": "local"}, text="", terms=terms_of(), period=Period(NOW),
        )  # fmt: skip


def test_it_is_not_in_force_until_every_party_has_signed(offices, draft) -> None:
    agreement_id = draft()
    with pytest.raises(NothingOfferedError):
        do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    review_and_confirm(offices, offices.pima, agreement_id)
    sign(offices, offices.pima, agreement_id)
    with pytest.raises(UnsignedError, match="ice-ero-phoenix"):
        do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=agreement_id)


def test_signatures_lapse_when_another_text_is_offered(offices, draft) -> None:
    agreement_id = draft()
    do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    with pytest.raises(NoDraftError):
        do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    review_and_confirm(offices, offices.pima, agreement_id)
    sign(offices, offices.pima, agreement_id)
    revise(offices.ice.head, agreement_id, {**SHARE, "elements": ["person_name"]})
    do.offer_agreement(by=offices.ice.head, now=NOW, agreement_id=agreement_id)
    review_and_confirm(offices, offices.pima, agreement_id)
    with pytest.raises(UnsignedError, match=r"version 2.*ice-ero-phoenix.*pima-so"):
        do.put_in_force(by=offices.pima.head, now=NOW, agreement_id=agreement_id)


def test_each_party_writes_a_draft_of_its_own_and_offers_no_other(offices, draft) -> None:
    agreement_id = draft()
    given = {"now": NOW, "agreement_id": agreement_id}
    with pytest.raises(NoDraftError, match="`mou` has no draft of `ice-ero-phoenix`"):
        do.offer_agreement(by=offices.ice.head, **given)
    revise(offices.ice.liaison, agreement_id, {**SHARE, "onward": "allowed"})
    do.offer_agreement(by=offices.pima.head, **given)
    with reading(offices.steward):
        [version] = list_versions(agreement_id)
    assert version.text == "1 Purpose. To share.\n"
    with pytest.raises(NoDraftError, match="`mou` has no draft of `pima-so`"):
        do.offer_agreement(by=offices.pima.head, **given)
    do.offer_agreement(by=offices.ice.head, **given)
    with reading(offices.steward):
        assert list_versions(agreement_id)[-1].terms["clauses"][0]["onward"] == "allowed"


def test_a_draft_is_seen_by_the_agency_that_writes_it_and_by_nobody_else(offices, draft) -> None:
    agreement_id = draft()
    revise(offices.ice.liaison, agreement_id, SHARE)
    seen = {}
    for name, by in {"pima": offices.pima.counsel, "ice": offices.ice.head, "node": offices.steward}.items():
        with reading(by) as cursor:
            cursor.execute("SELECT agency_id FROM agreements_draft")
            seen[name] = [row[0] for row in cursor.fetchall()]
    assert seen == {"pima": [offices.pima.agency_id], "ice": [offices.ice.agency_id], "node": []}
    with pytest.raises(Exception, match="row-level security"), acting(offices.ice.head) as cursor:
        cursor.execute("UPDATE agreements_draft SET agency_id = %s", [offices.pima.agency_id])


def revise(by: Actor, agreement_id: UUID, *clauses: object) -> None:
    do.revise_draft(
        by=by, now=NOW, agreement_id=agreement_id, title="Memorandum", text="1 Purpose.\n", terms=terms_of(*clauses),
        period=Period(datetime(2026, 1, 1, tzinfo=UTC)),
    )  # fmt: skip


def test_a_new_version_takes_the_place_of_the_one_in_force(offices, agreed, conclude) -> None:
    agreement_id = agreed()
    revise(offices.pima.head, agreement_id, {**SHARE, "elements": ["person_name"]})
    assert state_of(offices, agreement_id) == "in_force"
    conclude(agreement_id)
    with reading(offices.steward):
        facts, (first, second) = get_agreement(agreement_id), list_versions(agreement_id)
        events = [(event.event, event.version_id) for event in list_events(agreement_id)]
    assert (facts.state, facts.current_version_id) == ("in_force", second.id)
    assert events[-2:] == [("superseded", first.id), ("put_in_force", second.id)]


def test_an_agreement_whose_period_is_over_is_not_put_in_force(offices, draft, conclude) -> None:
    agreement_id = draft(period=Period(NOW - timedelta(days=9), NOW))
    with pytest.raises(PeriodOverError):
        conclude(agreement_id)


def test_suspended_is_resumed_by_whom_it_was_suspended(offices, agreed) -> None:
    agreement_id = agreed()
    with pytest.raises(WrongPostError):
        do.suspend_agreement(by=offices.ice.liaison, now=NOW, agreement_id=agreement_id, reason=REVIEW)
    do.suspend_agreement(by=offices.ice.counsel, now=NOW, agreement_id=agreement_id, reason=REVIEW)
    with reading(offices.pima.liaison):
        assert (get_agreement(agreement_id).state, get_agreement(agreement_id).suspended_reason) == (
            "suspended",
            REVIEW,
        )
    with pytest.raises(NotYoursToResumeError):
        do.resume_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    do.resume_agreement(by=offices.ice.head, now=NOW, agreement_id=agreement_id)
    assert state_of(offices, agreement_id) == "in_force"


def test_a_terminated_agreement_is_never_revived(offices, agreed) -> None:
    agreement_id = agreed()
    do.terminate_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id, reason=WITHDREW)
    with pytest.raises(IllegalTransitionError, match="terminated"):
        do.suspend_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id, reason=REVIEW)
    with pytest.raises(AgreementEndedError):
        revise(offices.pima.head, agreement_id, SHARE)


def test_another_agreement_supersedes_one_between_the_same_parties(offices, agreed) -> None:
    old = agreed()
    other = agreed({**SHARE, "to": ["hsi-arizona"]}, parties=(offices.pima, offices.hsi), code="other")
    with pytest.raises(NoSuccessorError, match="lacks a party"):
        do.supersede_agreement(by=offices.pima.head, now=NOW, agreement_id=old, successor_id=other)
    with pytest.raises(NoSuccessorError, match="not another"):
        do.supersede_agreement(by=offices.pima.head, now=NOW, agreement_id=old, successor_id=old)
    new = agreed(code="mou-two")
    do.supersede_agreement(by=offices.pima.head, now=NOW, agreement_id=old, successor_id=new)
    with reading(offices.steward):
        assert (get_agreement(old).state, get_agreement(old).successor_id) == ("superseded", new)


def test_an_agreement_is_seen_by_its_parties_and_the_duties_that_see_all(offices, agreed) -> None:
    agreed()
    seen = {
        "party": offices.ice.liaison,
        "party's auditor": replace(offices.ice.liaison, duty=Duty.AUDITOR),
        "bystander": offices.bystander.head,
        "oversight": node_actor(Duty.AUDITOR),
        **{duty.value: Actor(new_id(), new_id(), duty) for duty in Duty},
    }
    codes = {}
    for name, actor in seen.items():
        with reading(actor):
            codes[name] = [agreement.code for agreement in list_agreements()]
    see = {"party", "party's auditor", "oversight", "steward", "courier", "retention"}
    assert {name for name, found in codes.items() if found} == see


@pytest.mark.parametrize("duty", [Duty.AUDITOR, Duty.COURIER, Duty.RETENTION])
def test_who_only_sees_changes_nothing(offices, agreed, duty: Duty) -> None:
    agreement_id = agreed()
    for by in (node_actor(duty), replace(offices.pima.head, duty=duty)):
        with pytest.raises(Exception, match="row-level security"), acting(by) as cursor:
            cursor.execute("UPDATE agreements_agreement SET state = 'suspended' WHERE id = %s", [agreement_id])


@pytest.mark.parametrize("table", ["agreements_version", "agreements_event", "agreements_party", "agreements_pair"])
def test_what_was_agreed_is_never_changed_or_removed(node, offices, agreed, table: str) -> None:
    agreed()
    with node.connect(Role.OWNER) as owner:
        for statement in (f"UPDATE {table} SET agreement_id = agreement_id", f"DELETE FROM {table}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(statement)
    with pytest.raises(Exception, match="permission denied"), acting(offices.pima.head) as cursor:
        cursor.execute(f"DELETE FROM {table}")
    connection.close()


def test_the_diagram_in_the_documentation_is_the_table() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "states" / "agreement.md"
    assert f"```mermaid\n{AGREEMENT.as_mermaid()}```" in page.read_text("utf-8")
