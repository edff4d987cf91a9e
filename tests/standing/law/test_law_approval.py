"""Counsel's approval: a signature over exactly the rules approved, by a key that binds counsel's agency."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from comity.config.node import Role
from comity.kernel.canonical import canonical
from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.spine.keys.detached import is_signed_by, sign_detached
from comity.spine.keys.ring import Signature
from comity.spine.tenancy.actor import Actor, Duty
from comity.standing.directory.commands import revoke_agency_key
from comity.standing.directory.commands.register import NewAgency, register_agencies
from comity.standing.directory.selectors import KeyNotGoodError, SignatureNotGoodError, get_public_key
from comity.standing.directory.vocabulary import AgencyKind, KeyFault, KeyPurpose
from comity.standing.law.approvals import get_approval_request, get_release, list_approvals, list_unsigned
from comity.standing.law.commands import NotApprovedError, approve_rules, load_release, put_in_force
from comity.standing.law.facts import DEMO_APPROVAL
from comity.standing.law.models import LawApproval
from comity.standing.law.packs import load_rules
from comity.standing.law.rules import shipped_release
from law_signed import approve_signed, approve_whole, published, signature_of

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SOME = ["law-28", "law-30"]


@pytest.fixture
def release(people):
    return load_release(by=people[0], now=NOW)


@pytest.fixture
def counsel(people):
    return people[1]


def test_what_is_signed_names_the_release_and_each_rule_by_digest(release, counsel):
    shipped = shipped_release()
    asked = get_approval_request(release, SOME)
    statement = {
        "schema": "comity/law-approval/1",
        "release": shipped.digest,
        "rules": {rule_id: shipped.rule_digests[rule_id] for rule_id in SOME},
    }
    assert asked.digest == sha256(canonical(statement)).digest()
    approve_signed(counsel, release, SOME, NOW)
    assert get_approval_request(release, [*SOME, "law-34"]).rules.keys() == {"law-34"}


@pytest.mark.parametrize("key", [None, ec.generate_private_key(ec.SECP384R1())])
def test_an_approval_keeps_the_signature_and_it_can_be_checked_again_from_the_rows(release, counsel, key):
    private = published(counsel, NOW, key=key)
    approve_signed(counsel, release, SOME, NOW, private)
    rows = list(LawApproval.objects.order_by("rule_id"))
    assert [row.rule_id for row in rows] == SOME
    statement = {
        "schema": "comity/law-approval/1",
        "release": shipped_release().digest,
        "rules": {row.rule_id: row.rule_digest for row in rows},
    }
    for row in rows:
        digest = sha256(canonical(statement)).digest()
        signature = Signature(row.scheme, row.key_id, digest, bytes(row.signature))
        public_pem = get_public_key(row.key_id).public_pem
        assert row.digest == digest.hex()
        assert is_signed_by(signature=signature, digest=digest, public_pem=public_pem)


def refused(counsel, release, signature, at=NOW) -> Exception:
    with pytest.raises((KeyNotGoodError, SignatureNotGoodError)) as caught:
        approve_rules(by=counsel, now=at, release_id=release, rule_ids=SOME, signature=signature)
    assert not LawApproval.objects.exists()
    return caught.value


def test_a_signature_over_anything_else_approves_nothing(release, counsel):
    key = published(counsel, NOW)
    right = signature_of(counsel, release, SOME, key)
    fewer = signature_of(counsel, release, SOME[:1], key)
    other = published(counsel, NOW)
    wrong = [
        fewer,
        replace(fewer, digest=right.digest),
        replace(right, blob=right.blob[:-1] + bytes([right.blob[-1] ^ 1])),
        replace(right, blob=b""),
        replace(right, scheme="ecdsa-p384-sha384"),
        replace(right, key_id=sign_detached(other, right.digest).key_id),
    ]
    for signature in wrong:
        assert isinstance(refused(counsel, release, signature), SignatureNotGoodError)


def test_a_signature_by_a_key_that_does_not_bind_counsels_agency_approves_nothing(release, counsel, people):
    unpublished = ec.generate_private_key(ec.SECP384R1())
    assert refused(counsel, release, signature_of(counsel, release, SOME, unpublished)).fault is KeyFault.UNKNOWN

    envelope = published(counsel, NOW, purpose=KeyPurpose.ENVELOPE)
    found = refused(counsel, release, signature_of(counsel, release, SOME, envelope))
    assert found.fault is KeyFault.NOT_FOR_SIGNATURES

    short = published(counsel, NOW, period=Period(NOW + DAY, NOW + 2 * DAY))
    signature = signature_of(counsel, release, SOME, short)
    assert refused(counsel, release, signature).fault is KeyFault.NOT_YET_VALID
    assert refused(counsel, release, signature, NOW + 2 * DAY).fault is KeyFault.OVER

    revoked = published(counsel, NOW)
    signature = signature_of(counsel, release, SOME, revoked)
    revoke_agency_key(by=replace(counsel, duty=Duty.STEWARD), now=NOW, key_id=signature.key_id)
    assert refused(counsel, release, signature).fault is KeyFault.REVOKED

    steward = Actor(new_id(), new_id(), Duty.STEWARD)
    [other] = register_agencies(
        by=steward,
        now=NOW,
        agencies=[NewAgency(code="ut-ag", name="Another", kind=AgencyKind.STATE, origin="demo", state="UT")],
    )
    foreign = published(Actor(other, new_id(), Duty.STEWARD), NOW)
    found = refused(counsel, release, signature_of(counsel, release, SOME, foreign))
    assert found.fault is KeyFault.OF_ANOTHER_AGENCY


def test_a_revocation_leaves_what_was_approved_before(release, counsel):
    key = published(counsel, NOW)
    approve_signed(counsel, release, SOME, NOW, key)
    revoke_agency_key(by=replace(counsel, duty=Duty.STEWARD), now=NOW + DAY, key_id=sign_detached(key, b"").key_id)
    assert "law-28" not in get_release(release, NOW + DAY).unapproved


def test_what_was_approved_meanwhile_makes_an_earlier_signature_one_over_something_else(release, counsel):
    key = published(counsel, NOW)
    before = signature_of(counsel, release, SOME, key)
    approve_signed(counsel, release, SOME[:1], NOW, key)
    with pytest.raises(SignatureNotGoodError):
        approve_rules(by=counsel, now=NOW, release_id=release, rule_ids=SOME, signature=before)
    assert [row.rule_id for row in LawApproval.objects.all()] == SOME[:1]


def test_a_demonstrations_approval_says_so_wherever_approvals_are_read(release, counsel):
    every = [rule.id for rule in load_rules()]
    signature = signature_of(counsel, release, SOME, published(counsel, NOW))
    approve_rules(by=counsel, now=NOW, release_id=release, rule_ids=SOME, signature=signature, note=DEMO_APPROVAL)
    approve_signed(counsel, release, [name for name in every if name not in SOME], NOW)
    assert get_release(release, NOW).demo_approvals == len(SOME)
    words = {one.rule_id: one.words for one in list_approvals(shipped_release().rule_digests.values()).values()}
    assert words == {rule_id: "demo approval" if rule_id in SOME else "signed" for rule_id in every}


def old_approval(node, counsel, rule_id) -> None:
    """Insert an approval as they were before they were signed."""
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute(
            "INSERT INTO law_approval (id, at, agency_id, post_id, rule_id, rule_digest, entry_id)"
            " VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, gen_random_uuid())",
            (NOW - DAY, counsel.agency_id, counsel.post_id, rule_id, shipped_release().rule_digests[rule_id]),
        )


def words_of(rule_id) -> str:
    digest = shipped_release().rule_digests[rule_id]
    return list_approvals([digest])[digest].words


def test_counsel_approves_anew_what_was_approved_without_a_signature_or_for_a_demonstration(release, counsel, node):
    old_approval(node, counsel, "law-28")
    assert (words_of("law-28"), list_unsigned(shipped_release())) == ("not signed", ("law-28",))
    assert "law-28" in get_release(release, NOW).unapproved
    key = published(counsel, NOW)
    signature = signature_of(counsel, release, ["law-30"], key)
    approve_rules(by=counsel, now=NOW, release_id=release, rule_ids=["law-30"], signature=signature, note=DEMO_APPROVAL)
    assert words_of("law-30") == "demo approval"
    assert approve_signed(counsel, release, SOME, NOW + DAY, key) == SOME
    assert {words_of(rule_id) for rule_id in SOME} == {"signed"}
    assert (list_unsigned(shipped_release()), get_release(release, NOW + DAY).demo_approvals) == ((), 0)
    assert approve_signed(counsel, release, SOME, NOW + DAY, key) == []


def test_a_release_with_approvals_that_bear_no_good_signature_is_not_put_in_force(release, counsel, node, people):
    old_approval(node, counsel, "law-28")
    with pytest.raises(NotApprovedError, match="has not approved"):
        put_in_force(by=people[0], now=NOW, release_id=release)
    approve_whole(counsel, release, NOW)
    assert (list_unsigned(shipped_release()), get_release(release, NOW).state) == ((), "approved")
    put_in_force(by=people[0], now=NOW, release_id=release)
    with node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE law_approval SET key_id = 'another' WHERE rule_id = 'law-28' AND key_id IS NOT NULL")
    with pytest.raises(NotApprovedError, match="1 rules, first `law-28`"):
        put_in_force(by=people[0], now=NOW + DAY, release_id=release)


def test_a_later_demonstration_leaves_what_counsel_approved(release, counsel):
    key = published(counsel, NOW)
    approve_signed(counsel, release, SOME, NOW, key)
    both = signature_of(counsel, release, [*SOME, "law-34"], key)
    approve_rules(
        by=counsel, now=NOW, release_id=release, rule_ids=[*SOME, "law-34"], signature=both, note=DEMO_APPROVAL
    )
    assert [words_of(rule_id) for rule_id in (*SOME, "law-34")] == ["signed", "signed", "demo approval"]


def test_the_database_takes_no_approval_without_a_signature(release, counsel, node):
    insert = (
        "INSERT INTO law_approval (id, at, agency_id, post_id, rule_id, rule_digest, release_id, key_id, scheme,"
        " digest, signature, entry_id) SELECT gen_random_uuid(), now(), comity_agency(), gen_random_uuid(), 'law-28',"
        " 'x', %s,"
        " 'k', 'ed25519', 'd', %s, gen_random_uuid()"
    )
    with node.connect(Role.APP) as app:
        app.execute("SELECT set_config('comity.duty', 'steward', false)")
        app.execute("SELECT set_config('comity.agency', %s, false)", (str(counsel.agency_id),))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(insert, (release, None))
        app.execute(insert, (release, b"signed"))
