"""Credentials are recorded and revoked as acts; nothing of them is ever changed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.rows import dict_row

from comity.config.node import Role
from comity.kernel.digest import row_digest
from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor, Duty
from comity.standing.directory.commands import end_holding
from comity.standing.directory.demo import load_demo as load_directory
from comity.standing.directory.selectors import find_post, get_agency_by_code
from comity.standing.training.commands import (
    AlreadyRevokedError,
    NewCourse,
    NewCredential,
    NewRequirement,
    NotYoursError,
    RequirementInForceError,
    UnknownInTrainingError,
    record_credential,
    record_credentials,
    revoke_credential,
    set_courses,
    set_requirements,
)
from comity.standing.training.demo import TrainingLoaded, load_demo
from comity.standing.training.facts import Eligible, NotEligible
from comity.standing.training.selectors import list_credentials, list_eligibility, list_post_eligibility
from comity.standing.training.vocabulary import Function, Reason, RevocationReason

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = Period(NOW - 100 * DAY, NOW + 265 * DAY)


def paper(school, course="privacy", **changes):
    return replace(NewCredential(school.officer, course, "azpost", YEAR, b"certificate"), **changes)


def verdict(school, function=Function.RECEIVE_INFORMATION, interval=None, **more):
    found = list_eligibility(
        officer_ids=[school.officer], function=function, interval=interval or Period(NOW, NOW + DAY), **more
    )
    return found[school.officer]


def test_a_trained_officer_is_eligible_until_the_credential_lapses(school):
    assert verdict(school).failures[0].reason is Reason.NO_CREDENTIAL
    record_credential(by=school.local, now=NOW, credential=paper(school))
    assert verdict(school) == Eligible(("tr-privacy",))
    late = verdict(school, interval=Period(NOW, NOW + 300 * DAY))
    assert isinstance(late, NotEligible)
    assert late.first_at == YEAR.ends_at


def test_a_revocation_is_a_row_of_its_own_and_counts_from_its_instant(school):
    credential_id = record_credential(by=school.local, now=NOW, credential=paper(school))
    before = list_credentials([school.officer])[school.officer]
    revoke_credential(
        by=school.local, now=NOW + DAY, credential_id=credential_id, reason=RevocationReason.ISSUER_WITHDREW
    )
    assert verdict(school) == Eligible(("tr-privacy",))
    after = verdict(school, interval=Period(NOW, NOW + 2 * DAY))
    assert (after.first_at, after.failures[0].reason) == (NOW + DAY, Reason.REVOKED)
    assert list_credentials([school.officer])[school.officer] == [replace(before[0], revoked_at=NOW + DAY)]
    with pytest.raises(AlreadyRevokedError):
        revoke_credential(
            by=school.local, now=NOW + DAY, credential_id=credential_id, reason=RevocationReason.EVIDENCE_WRONG
        )


def test_a_post_is_as_eligible_as_whoever_holds_it(school):
    record_credential(by=school.local, now=NOW, credential=paper(school))
    functions = [Function.RECEIVE_INFORMATION, Function.RECEIVE_CJI]
    found = list_post_eligibility(post_ids=[school.post, school.empty_post], functions=functions, at=NOW)
    assert found[school.post, Function.RECEIVE_INFORMATION] == Eligible(("tr-privacy",))
    assert found[school.post, Function.RECEIVE_CJI].failures[0].requirement == "tr-cjis"
    assert found[school.empty_post, Function.RECEIVE_INFORMATION].failures[0].reason is Reason.NO_HOLDER
    end_holding(by=school.local, now=NOW, post_id=school.post, ends_at=NOW)
    gone = list_post_eligibility(post_ids=[school.post], functions=functions, at=NOW)
    assert gone[school.post, Function.RECEIVE_INFORMATION].failures[0].reason is Reason.NO_HOLDER


def test_requirements_follow_the_kind_of_agency_and_of_agreement(school):
    found = list_eligibility(
        officer_ids=[school.officer, school.federal_officer],
        function=Function.RECEIVE_CJI,
        interval=Period(NOW, NOW + DAY),
    )
    assert found[school.officer].failures[0].requirement == "tr-cjis"
    assert found[school.federal_officer].failures[0].reason is Reason.NO_REQUIREMENT
    tfm = Function.IMMIGRATION_TASK_FORCE
    assert verdict(school, tfm).failures[0].reason is Reason.NO_REQUIREMENT
    assert verdict(school, tfm, agreement_kind="tfm").failures[0].reason is Reason.NO_CREDENTIAL
    certificate = paper(school, "tfm", issuer="dhs-ice", score=70, attempt=2)
    record_credential(by=school.local, now=NOW, credential=certificate)
    assert verdict(school, tfm, agreement_kind="tfm") == Eligible(("tr-tfm",))


def test_somebody_unknown_is_not_eligible(school):
    stranger = new_id()
    found = list_eligibility(
        officer_ids=[stranger], function=Function.RECEIVE_INFORMATION, interval=Period(NOW, NOW + DAY)
    )
    assert isinstance(found[stranger], NotEligible)


def test_an_unknown_function_is_an_error_and_not_a_verdict(school):
    with pytest.raises(ValueError, match="juggle"):
        list_post_eligibility(post_ids=[school.post], functions=["juggle"], at=NOW)


def test_an_agency_certifies_its_own_officers_only(school):
    with pytest.raises(NotYoursError):
        record_credential(by=school.local, now=NOW, credential=paper(school, officer_id=school.federal_officer))
    with pytest.raises(NotYoursError):
        record_credential(by=replace(school.local, duty=Duty.AUDITOR), now=NOW, credential=paper(school))
    with pytest.raises(NotYoursError):
        set_courses(by=school.local, now=NOW, courses=[NewCourse("new", "New", "test")])
    federal = record_credential(by=school.steward, now=NOW, credential=paper(school, officer_id=school.federal_officer))
    with pytest.raises(NotYoursError):
        revoke_credential(by=school.local, now=NOW, credential_id=federal, reason=RevocationReason.LEFT_SERVICE)


def test_what_does_not_exist_is_named_and_nothing_is_recorded(node, school):
    good = paper(school)
    for bad, word in ((paper(school, "juggling"), "juggling"), (paper(school, officer_id=(who := new_id())), str(who))):
        with pytest.raises(UnknownInTrainingError, match=word):
            record_credentials(by=school.steward, now=NOW, credentials=[good, bad])
    with pytest.raises(UnknownInTrainingError):
        revoke_credential(by=school.steward, now=NOW, credential_id=new_id(), reason=RevocationReason.LEFT_SERVICE)
    assert list_credentials([school.officer]) == {}


def test_two_editions_of_a_requirement_are_never_in_force_together(school):
    again = NewRequirement("tr-privacy", Function.RECEIVE_INFORMATION, ("cjis",), ("azpost",), 1, "test", Period(NOW))
    with pytest.raises(RequirementInForceError):
        set_requirements(by=school.steward, now=NOW, requirements=[again])


def test_every_act_row_has_its_digest_in_a_ledger_entry(node, school):
    credential_id = record_credential(by=school.local, now=NOW, credential=paper(school, score=88))
    revoke_credential(by=school.local, now=NOW, credential_id=credential_id, reason=RevocationReason.LEFT_SERVICE)
    checked = 0
    with node.connect(Role.OWNER) as owner:
        bodies = [json.loads(bytes(body)) for (body,) in owner.execute("SELECT body FROM ledger_pending").fetchall()]
        entries = {body["id"]: body for body in bodies}
        for table in ("training_credential", "training_revocation", "training_event"):
            for row in owner.cursor(row_factory=dict_row).execute(f"SELECT * FROM {table}").fetchall():
                entry = entries[str(row.pop("entry_id"))]
                digest = row_digest(bytes.fromhex(entry["salt"]), row)
                assert entry["rows"] == {f"{table}/{row['id']}": digest}
                checked += 1
    assert checked == 4


@pytest.mark.parametrize("table", ["training_credential", "training_revocation", "training_event"])
@pytest.mark.parametrize("role", [Role.OWNER, Role.APP])
def test_nobody_changes_or_removes_an_act_row(node, school, table, role):
    credential_id = record_credential(by=school.local, now=NOW, credential=paper(school))
    revoke_credential(by=school.local, now=NOW, credential_id=credential_id, reason=RevocationReason.LEFT_SERVICE)
    with node.connect(role) as connection:
        for statement in (f"UPDATE {table} SET at = now()", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_evidence_itself_is_not_kept(node, school):
    record_credential(by=school.local, now=NOW, credential=paper(school, evidence=b"the certificate"))
    with node.connect(Role.VERIFIER) as verifier:
        [(row,)] = verifier.execute("SELECT training_credential::text FROM training_credential").fetchall()
    assert "the certificate" not in row


def test_the_demo_loads_once_and_shows_trained_lapsed_and_untrained_agencies(node):
    steward = Actor(new_id(), new_id(), Duty.STEWARD)
    load_directory(by=steward, now=NOW)
    load_demo(by=steward, now=NOW)
    assert load_demo(by=steward, now=NOW) == TrainingLoaded(0, 0, 0)

    def of(code, function):
        post = find_post(get_agency_by_code(code).id, "interface")
        return list_post_eligibility(post_ids=[post.id], functions=[function], at=NOW)[post.id, function]

    assert isinstance(of("pima-so", Function.RECEIVE_CJI), Eligible)
    assert isinstance(of("ut-dps-bci", Function.RELEASE_INFORMATION), Eligible)
    assert of("douglas-pd", Function.RECEIVE_INFORMATION).failures[0].reason is Reason.LAPSED
    assert of("somerton-pd", Function.RECEIVE_INTELLIGENCE).failures[0].reason is Reason.NO_CREDENTIAL
    assert of("san-luis-pd", Function.RECEIVE_CJI).failures[0].reason is Reason.NO_CREDENTIAL
