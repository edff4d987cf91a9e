"""Releases: loaded by the steward, approved rule by rule by counsel, then put in force. Real roles, real commits."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from small_law import authority

from comity.config.node import Role
from comity.kernel.digest import row_digest
from comity.spine.ledger.models import Pending
from comity.spine.tenancy.actor import Actor
from comity.standing.law.approvals import UnknownRuleError, get_release
from comity.standing.law.commands import (
    DatedBackError,
    NotApprovedError,
    NotCounselError,
    NotStewardError,
    ReleaseNotApprovedError,
    load_release,
    put_in_force,
)
from comity.standing.law.lint import LintError
from comity.standing.law.models import LawApproval, LawInForce, LawRelease, LawReleaseApproval, LawRule
from comity.standing.law.packs import load_authorities, load_rules
from comity.standing.law.rules import Release, shipped_release
from comity.standing.law.selectors import (
    DamagedReleaseError,
    NoLawInForceError,
    get_current_law,
    get_law_of_release,
    list_authorities,
    list_citations,
    read_release,
)
from law_signed import approve_signed, approve_whole, replayed

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ADDED = "\n" + authority("Z99")


def loaded(steward) -> UUID:
    return load_release(by=steward, now=NOW)


def approved(people) -> UUID:
    steward, counsel = people
    release = loaded(steward)
    approve_whole(counsel, release, NOW)
    return release


def test_a_loaded_release_is_a_draft_and_is_not_the_law(people):
    release = loaded(people[0])
    facts = get_release(release, NOW)
    assert facts.state == "draft"
    assert facts.unapproved == tuple(sorted(rule.id for rule in load_rules()))
    with pytest.raises(NoLawInForceError):
        get_current_law(NOW)


def test_loading_the_same_release_twice_stores_it_once(people):
    assert loaded(people[0]) == loaded(people[0])
    assert LawRelease.objects.count() == 1


def test_a_release_comes_into_force_only_when_counsel_approved_every_rule(people):
    steward, counsel = people
    release = loaded(steward)
    every = [rule.id for rule in load_rules()]
    approve_signed(counsel, release, every[1:], NOW)
    with pytest.raises(NotApprovedError) as refused:
        put_in_force(by=steward, now=NOW, release_id=release)
    assert refused.value.rules == (every[0],)
    approve_signed(counsel, release, every, NOW)
    assert (get_release(release, NOW).state, get_release(release, NOW).unapproved) == ("draft", ())
    with pytest.raises(ReleaseNotApprovedError):
        put_in_force(by=steward, now=NOW, release_id=release)
    approve_whole(counsel, release, NOW)
    assert get_release(release, NOW).state == "approved"
    put_in_force(by=steward, now=NOW, release_id=release)
    law = get_current_law(NOW)
    assert (law.release_id, law.rules) == (release, load_rules())
    assert get_release(release, NOW).state == "current"


def test_an_approval_covers_the_words_as_well_as_the_rule(people):
    steward, _ = people
    approved(people)
    shipped = shipped_release()
    words = dict(shipped.text_sources) | {
        "es": shipped.text_sources["es"].replace("La ley federal protege todo", "La ley no protege nada")
    }
    changed = load_release(by=steward, now=NOW, release=Release(shipped.packs, words, shipped.authority_source))
    assert get_release(changed, NOW).unapproved == ("law-30",)
    with pytest.raises(NotApprovedError):
        put_in_force(by=steward, now=NOW, release_id=changed)


def test_only_a_counsel_post_that_did_not_load_it_approves(people):
    steward, counsel = people
    release = loaded(steward)
    with pytest.raises(NotCounselError):
        approve_signed(steward, release, ["law-28"], NOW)
    with pytest.raises(UnknownRuleError):
        approve_signed(counsel, release, ["law-0"], NOW)
    with pytest.raises(NotStewardError):
        approve_signed(Actor(counsel.agency_id, counsel.post_id), release, ["law-28"], NOW)


def test_counsel_does_not_approve_what_counsel_loaded(people):
    _, counsel = people
    release = loaded(counsel)
    with pytest.raises(NotCounselError):
        approve_signed(counsel, release, ["law-28"], NOW)


def test_law_is_put_in_force_ahead_but_never_dated_back(people):
    steward, _ = people
    release = approved(people)
    with pytest.raises(DatedBackError):
        put_in_force(by=steward, now=NOW, release_id=release, effective_at=NOW - timedelta(seconds=1))
    put_in_force(by=steward, now=NOW, release_id=release, effective_at=NOW + timedelta(days=1))
    with pytest.raises(NoLawInForceError):
        get_current_law(NOW)
    assert get_current_law(NOW + timedelta(days=1)).release_id == release


def test_a_later_release_supersedes_and_the_earlier_one_is_still_the_law_of_its_time(people):
    steward, counsel = people
    first = approved(people)
    put_in_force(by=steward, now=NOW, release_id=first)
    shipped = shipped_release()
    packs = {name: text for name, text in shipped.packs.items() if name != "us-ca"}
    later = NOW + timedelta(days=2)
    second = load_release(by=steward, now=later, release=Release(packs, shipped.text_sources, shipped.authority_source))
    assert approve_signed(counsel, second, ["law-28"], later) == []
    approve_whole(counsel, second, later)
    replayed(second, later)
    put_in_force(by=steward, now=later, release_id=second)
    assert get_current_law(NOW).release_id == first
    assert get_current_law(later).release_id == second
    assert get_release(first, later).state == "superseded"
    assert not any(rule.jurisdiction == "us-ca" for rule in get_law_of_release(second).rules)


def test_a_release_that_does_not_lint_is_not_stored(people):
    shipped = shipped_release()
    packs = dict(shipped.packs) | {"us": shipped.packs["us"].replace('"dhs"', '"dsh"')}
    with pytest.raises(LintError, match="`dsh` is not a word for `receiver_powers`"):
        load_release(by=people[0], now=NOW, release=Release(packs, shipped.text_sources, shipped.authority_source))
    assert not LawRelease.objects.exists()


def test_every_act_stands_in_the_ledger_with_the_digest_of_its_rows(people):
    release = approved(people)
    put_in_force(by=people[0], now=NOW, release_id=release)
    bodies = [json.loads(bytes(row.body)) for row in Pending.objects.using("verifier").order_by("seq")]
    law = [body for body in bodies if body["act"].startswith("law.")]
    assert [body["act"] for body in law] == ["law.loaded", "law.release_approved", "law.put_in_force"]
    for model in (LawRelease, LawRule, LawApproval, LawReleaseApproval, LawInForce):
        for row in model.objects.using("verifier").values():
            entry_id = row.pop("entry_id")
            body = next(body for body in law if body["id"] == str(entry_id))
            expected = body["rows"][f"{model._meta.db_table}/{row['id']}"]
            assert row_digest(bytes.fromhex(body["salt"]), row) == expected


def test_authorities_are_those_of_the_law_in_force_whatever_was_loaded_since(people):
    with pytest.raises(NoLawInForceError):
        list_authorities(NOW)
    first = approved(people)
    put_in_force(by=people[0], now=NOW, release_id=first)
    shipped, known = shipped_release(), load_authorities()
    words = shipped.authority_source.replace(known["F02"].citation, "8 U.S.C. 0000")
    draft = Release(shipped.packs, shipped.text_sources, words + ADDED)
    second = load_release(by=people[0], now=NOW, release=draft)
    assert [(one.code, one) for one in list_authorities(NOW)] == sorted(known.items())
    assert list_citations() == {code: one.citation for code, one in known.items()}
    later = NOW + timedelta(days=1)
    approve_whole(people[1], second, later)
    replayed(second, later)
    put_in_force(by=people[0], now=later, release_id=second, effective_at=later + timedelta(days=1))
    assert {one.code: one for one in list_authorities(later)} == known
    found = {one.code: one.citation for one in list_authorities(later + timedelta(days=1))}
    assert (found["F02"], found["Z99"]) == ("8 U.S.C. 0000", "the citation of Z99")


def test_the_database_refuses_to_change_law_and_anyone_but_the_steward_to_add_it(people, node):
    loaded(people[0])
    with node.connect(Role.OWNER) as owner:
        for change in ("UPDATE law_rule SET rule_digest = ''", "DELETE FROM law_release", "TRUNCATE law_approval"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(change)
    with node.connect(Role.APP) as app:
        app.execute("SELECT set_config('comity.duty', 'agency', false)")
        app.execute("SELECT set_config('comity.agency', %s, false)", (str(people[0].agency_id),))
        assert app.execute("SELECT count(*) FROM law_release").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(
                "INSERT INTO law_approval (id, at, agency_id, post_id, rule_id, rule_digest, entry_id)"
                " SELECT gen_random_uuid(), now(), comity_agency(), gen_random_uuid(), 'law-28', 'x', gen_random_uuid()"
            )


def test_a_tampered_release_is_not_used(people, node):
    release = loaded(people[0])
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE law_release SET authorities = authorities || ' '")
    with pytest.raises(DamagedReleaseError):
        read_release(release)
