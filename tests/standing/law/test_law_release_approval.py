"""Counsel signs a release as such: what it leaves out, and what it takes from earlier releases, is approved, too."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from small_law import authority, release, rule

from comity.config.node import Role
from comity.spine.keys.detached import sign_detached
from comity.standing.directory.selectors import SignatureNotGoodError
from comity.standing.law.approvals import get_approval_request, get_release, get_release_request
from comity.standing.law.commands import (
    NotCounselError,
    ReleaseNotApprovedError,
    approve_release,
    load_release,
    put_in_force,
)
from comity.standing.law.models import LawReleaseApproval
from comity.standing.law.rules import Release
from comity.standing.law.selectors import get_current_law
from law_signed import approve_signed, approve_whole, published, replayed

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
FORBID = rule("law-2", kind="forbid", effect="forbid")
LAX = rule("law-2", kind="forbid", effect="forbid", when='principal.receiver_powers.contains("doj")')
FIRST = release(rule("law-1"), FORBID)
OTHER_WORDS = {name: text.replace("what error says", "nothing is wrong") for name, text in FIRST.text_sources.items()}
CHANGES: dict[str, Release] = {
    "a forbid left out": release(rule("law-1")),
    "a rule as it was once approved": release(rule("law-1"), LAX),
    "words no rule says": Release(FIRST.packs, OTHER_WORDS, FIRST.authority_source),
    "what an authority does": release(rule("law-1"), FORBID, authorities=authority("F02", effect="the contrary")),
}


def in_force(people, one: Release):
    release_id = load_release(by=people[0], now=NOW, release=one)
    approve_whole(people[1], release_id, NOW)
    put_in_force(by=people[0], now=NOW, release_id=release_id)
    return release_id


def test_approving_a_release_approves_the_rules_that_were_not_and_tells_which(people):
    release_id = load_release(by=people[0], now=NOW, release=FIRST)
    assert approve_signed(people[1], release_id, ["law-1"], NOW) == ["law-1"]
    assert approve_whole(people[1], release_id, NOW) == ["law-2"]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_made_of_approved_rules_alone_is_no_law_before_counsel_signs_it_as_such(people, change):
    lax = load_release(by=people[0], now=NOW, release=release(rule("law-1"), LAX))
    approve_signed(people[1], lax, ["law-1", "law-2"], NOW)
    in_force(people, FIRST)
    release_id = load_release(by=people[0], now=NOW, release=CHANGES[change])
    found = get_release(release_id, NOW)
    assert (found.state, found.unapproved, found.approval) == ("draft", (), "none")
    replayed(release_id, LATER)
    with pytest.raises(ReleaseNotApprovedError, match=str(release_id)) as refused:
        put_in_force(by=people[0], now=LATER, release_id=release_id)
    assert refused.value.takes_out == found.takes_out == (("law-2",) if change == "a forbid left out" else ())
    assert ("`law-2`" in str(refused.value)) == bool(found.takes_out)
    approve_whole(people[1], release_id, LATER)
    assert (get_release(release_id, LATER).state, get_release(release_id, LATER).approval) == ("approved", "signed")
    put_in_force(by=people[0], now=LATER, release_id=release_id)
    assert get_current_law(LATER).release_id == release_id


def test_a_signature_over_every_rule_is_none_over_the_release(people):
    release_id = load_release(by=people[0], now=NOW, release=FIRST)
    key = published(people[1], NOW)
    every = get_approval_request(release_id, ["law-1", "law-2"])
    signature = sign_detached(key, every.digest)
    with pytest.raises(SignatureNotGoodError):
        approve_release(by=people[1], now=NOW, release_id=release_id, signature=signature)
    other = load_release(by=people[0], now=NOW, release=CHANGES["a forbid left out"])
    with pytest.raises(SignatureNotGoodError):
        approve_release(
            by=people[1],
            now=NOW,
            release_id=other,
            signature=sign_detached(key, get_release_request(release_id).digest),
        )
    assert not LawReleaseApproval.objects.exists()


def test_who_loaded_a_release_or_is_no_counsel_does_not_approve_it(people):
    own = load_release(by=people[1], now=NOW, release=FIRST)
    with pytest.raises(NotCounselError, match="loaded"):
        approve_whole(people[1], own, NOW)
    with pytest.raises(NotCounselError):
        approve_whole(people[0], own, NOW)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("law_release_approval", "signature = set_byte(signature, 0, get_byte(signature, 0) # 1)"),
        ("law_release_approval", "digest = repeat('0', 64)"),
        ("law_release_approval", "key_id = 'another'"),
        ("law_rule", "rule_digest = repeat('0', 64) WHERE rule_id = 'law-1'"),
    ],
)
def test_an_approval_changed_behind_the_database_lets_nothing_be_put_in_force(people, node, table, change):
    release_id = in_force(people, FIRST)
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(f"UPDATE {table} SET {change}")
    assert get_release(release_id, NOW).approval == "not signed"
    with pytest.raises(ValueError, match="counsel has not approved"):
        put_in_force(by=people[0], now=LATER, release_id=release_id)


def test_an_approval_slipped_in_beside_those_signed_makes_none_of_them_good(people, node):
    release_id = in_force(people, FIRST)
    columns = "at, agency_id, post_id, rule_id, release_id, key_id, scheme, signature, digest, entry_id"
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute(
            f"INSERT INTO law_approval (id, rule_digest, {columns})"
            f" SELECT '00000000-0000-0000-0000-000000000001', repeat('0', 64), {columns}"
            " FROM law_approval WHERE rule_id = 'law-2'"
        )
    assert get_release(release_id, NOW).unapproved == ("law-1", "law-2")


def test_the_database_takes_no_release_as_law_that_counsel_did_not_sign(people, node):
    lax = load_release(by=people[0], now=NOW, release=CHANGES["a rule as it was once approved"])
    first = in_force(people, FIRST)
    with node.connect(Role.APP) as app:
        app.execute("SELECT set_config('comity.duty', 'steward', false)")
        app.execute("SELECT set_config('comity.agency', %s, false)", (str(people[0].agency_id),))
        insert = (
            "INSERT INTO law_in_force (id, at, agency_id, post_id, effective_at, entry_id, release_id)"
            " SELECT gen_random_uuid(), at, agency_id, post_id, effective_at, entry_id, %s FROM law_in_force LIMIT 1"
        )
        app.execute(insert, (first,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(insert, (lax,))
