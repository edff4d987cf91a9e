"""Keys: public ones are dated, secret ones are shown once and open only while they should."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from comity.config.node import Role
from comity.kernel.time import Period
from comity.spine.keys.detached import sign_detached
from comity.spine.tenancy.actor import Actor
from comity.standing.directory.commands import (
    DirectoryConflictError,
    KeyRefusedError,
    NewPost,
    NotHeadError,
    NotYourAgencyError,
    add_agency_key,
    add_passkey,
    create_posts,
    issue_api_key,
    revoke_agency_key,
    revoke_api_key,
)
from comity.standing.directory.facts import ApiKeyFacts, KeyRefusal, RefusedKey
from comity.standing.directory.selectors import (
    KeyNotGoodError,
    NoPasskeyError,
    NotInDirectoryError,
    SignatureNotGoodError,
    check_kept_assertion,
    check_signature,
    find_api_key,
    get_public_key,
    get_signing_key,
    list_passkeys,
    list_public_keys,
    list_public_keys_of,
)
from comity.standing.directory.vocabulary import KeyFault, KeyPurpose, KeyScheme, PostFunction
from law_signed import published
from software_passkey import HOME, LOCAL, SoftwarePasskey

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def issued(offices):
    return issue_api_key(
        by=offices.nogales.actor,
        now=NOW,
        post_id=offices.nogales.interface,
        scopes=["exchange:ask", "ledger:read"],
        period=Period(NOW, NOW + 30 * DAY),
    )


def public_pem(key) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_an_api_key_opens_for_its_post_and_scopes(offices, issued):
    found = find_api_key(issued.secret, NOW)
    assert isinstance(found, ApiKeyFacts)
    assert (found.agency_id, found.post_id) == (offices.nogales.agency_id, offices.nogales.interface)
    assert found.scopes == {"exchange:ask", "ledger:read"}


def test_the_secret_is_kept_nowhere(node, issued):
    secret = issued.secret.split("_")[2]
    assert secret not in repr(issued)
    with node.connect(Role.VERIFIER) as verifier:
        [(row,)] = verifier.execute("SELECT directory_api_key::text FROM directory_api_key").fetchall()
        events = verifier.execute("SELECT directory_event::text FROM directory_event").fetchall()
    assert secret not in row
    assert hashlib.sha256(secret.encode()).hexdigest() in row
    assert not any(secret in event for (event,) in events)


@pytest.mark.parametrize(
    ("days", "reason"), [(-1, KeyRefusal.NOT_YET_VALID), (30, KeyRefusal.EXPIRED), (31, KeyRefusal.EXPIRED)]
)
def test_an_api_key_opens_only_in_its_period(issued, days, reason):
    assert find_api_key(issued.secret, NOW + days * DAY) == RefusedKey(reason)


def test_a_revoked_api_key_says_so_and_is_revoked_once(offices, issued):
    revoke_api_key(by=offices.nogales.actor, now=NOW + DAY, prefix=issued.prefix)
    assert find_api_key(issued.secret, NOW + DAY) == RefusedKey(KeyRefusal.REVOKED)
    assert isinstance(find_api_key(issued.secret, NOW), ApiKeyFacts)
    with pytest.raises(NotInDirectoryError):
        revoke_api_key(by=offices.nogales.actor, now=NOW + DAY, prefix=issued.prefix)


@pytest.mark.parametrize(
    "change", [lambda s: s[:-1] + ("0" if s[-1] != "0" else "1"), lambda s: s + "0", lambda s: s[7:]]
)
def test_a_wrong_secret_is_unknown_and_says_nothing_of_the_key(issued, change):
    assert find_api_key(change(issued.secret), NOW) == RefusedKey(KeyRefusal.UNKNOWN)


@pytest.mark.parametrize("garbage", ["", "_", "comity__", "comity_\x00_x", "comity_é_x", "a" * 100_000, "comity_a_b_c"])
def test_garbage_is_unknown(node, garbage):
    assert find_api_key(garbage, NOW) == RefusedKey(KeyRefusal.UNKNOWN)


@pytest.mark.parametrize("scopes", [[], ["exchange"], ["Exchange:Ask"], ["exchange:ask", "exchange:everything"], [""]])
def test_a_scope_no_route_asks_for_is_refused_naming_the_known_ones(offices, scopes):
    with pytest.raises(KeyRefusedError, match=r"use one of: .*, exchange:ask, "):
        issue_api_key(by=offices.steward, now=NOW, post_id=offices.nogales.interface, scopes=scopes, period=Period(NOW))


def test_an_agency_issues_keys_for_its_own_posts_only(offices):
    with pytest.raises(NotYourAgencyError):
        issue_api_key(
            by=offices.nogales.actor,
            now=NOW,
            post_id=offices.tucson.interface,
            scopes=["exchange:ask"],
            period=Period(NOW),
        )


@pytest.mark.parametrize(
    ("key", "scheme"),
    [
        (ed25519.Ed25519PrivateKey.generate(), KeyScheme.ED25519),
        (ec.generate_private_key(ec.SECP384R1()), KeyScheme.ECDSA_P384_SHA384),
    ],
)
def test_a_public_key_is_dated_and_found_while_valid(offices, key, scheme):
    agency = offices.nogales.agency_id
    add_agency_key(
        by=offices.nogales.actor,
        now=NOW,
        agency_id=agency,
        purpose=KeyPurpose.ENVELOPE,
        public_pem=public_pem(key),
        period=Period(NOW, NOW + 10 * DAY),
    )
    [found] = list_public_keys(agency, KeyPurpose.ENVELOPE, NOW)
    assert found.scheme is scheme
    assert get_public_key(found.key_id) == found
    assert list_public_keys(agency, KeyPurpose.ENVELOPE, NOW + 10 * DAY) == []
    assert list_public_keys(agency, KeyPurpose.LOG, NOW) == []
    revoke_agency_key(by=offices.nogales.actor, now=NOW + DAY, key_id=found.key_id)
    assert list_public_keys(agency, KeyPurpose.ENVELOPE, NOW + DAY) == []
    assert len(list_public_keys(agency, KeyPurpose.ENVELOPE, NOW)) == 1
    with pytest.raises(NotInDirectoryError):
        revoke_agency_key(by=offices.nogales.actor, now=NOW + DAY, key_id=found.key_id)


def test_a_public_key_is_published_once(offices):
    pem = public_pem(ed25519.Ed25519PrivateKey.generate())
    for office in (offices.nogales, offices.tucson):
        arguments = {"by": offices.steward, "now": NOW, "purpose": KeyPurpose.ENVELOPE, "period": Period(NOW)}
        if office is offices.nogales:
            add_agency_key(agency_id=office.agency_id, public_pem=pem, **arguments)
        else:
            with pytest.raises(DirectoryConflictError, match="published already"):
                add_agency_key(agency_id=office.agency_id, public_pem=pem, **arguments)


def test_a_private_key_and_other_kinds_of_key_are_refused(offices):
    private = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    refused = [
        private.decode(),
        public_pem(rsa.generate_private_key(65537, 2048)),
        public_pem(ec.generate_private_key(ec.SECP256R1())),
        "not a key",
    ]
    for pem in refused:
        with pytest.raises(KeyRefusedError):
            add_agency_key(
                by=offices.steward,
                now=NOW,
                agency_id=offices.nogales.agency_id,
                purpose=KeyPurpose.ENVELOPE,
                public_pem=pem,
                period=Period(NOW),
            )


@pytest.fixture
def signing(offices):
    """A key of Nogales for signatures, valid for ten days from now."""
    key = ed25519.Ed25519PrivateKey.generate()
    period = Period(NOW, NOW + 10 * DAY)
    published(offices.nogales.actor, NOW, key=key, period=period)
    return key


def fault_of(agency_id, key_id, at) -> KeyFault:
    with pytest.raises(KeyNotGoodError) as refused:
        get_signing_key(agency_id, key_id, at)
    assert refused.value.key_id == key_id
    return refused.value.fault


def test_a_key_binds_its_agency_while_it_is_published_for_signatures_and_valid(offices, signing):
    agency, key_id = offices.nogales.agency_id, sign_detached(signing, b"").key_id
    assert get_signing_key(agency, key_id, NOW).key_id == key_id
    assert fault_of(agency, "0" * 16, NOW) is KeyFault.UNKNOWN
    assert fault_of(offices.tucson.agency_id, key_id, NOW) is KeyFault.OF_ANOTHER_AGENCY
    assert fault_of(agency, key_id, NOW - DAY) is KeyFault.NOT_YET_VALID
    assert fault_of(agency, key_id, NOW + 10 * DAY) is KeyFault.OVER
    revoke_agency_key(by=offices.steward, now=NOW + DAY, key_id=key_id)
    assert get_signing_key(agency, key_id, NOW).key_id == key_id
    assert fault_of(agency, key_id, NOW + DAY) is KeyFault.REVOKED


def test_a_key_that_binds_the_agency_is_published_and_revoked_by_its_head(offices):
    functions = [PostFunction.AGENCY_HEAD, PostFunction.COUNSEL, PostFunction.INTERFACE]
    posts = [NewPost(offices.nogales.agency_id, f"the-{one.value}", one.value, one) for one in functions]
    made = create_posts(by=offices.steward, now=NOW, posts=posts)
    head, *others = [Actor(offices.nogales.agency_id, post) for post in made]
    key = ed25519.Ed25519PrivateKey.generate()
    given = {"now": NOW, "agency_id": head.agency_id, "public_pem": public_pem(key), "period": Period(NOW)}
    for other in others:
        with pytest.raises(NotHeadError, match="its head publishes"):
            add_agency_key(by=other, purpose=KeyPurpose.SIGNATURE, **given)
    add_agency_key(by=head, purpose=KeyPurpose.SIGNATURE, **given)
    [found] = list_public_keys(head.agency_id, KeyPurpose.SIGNATURE, NOW)
    for other in others:
        with pytest.raises(NotHeadError):
            revoke_agency_key(by=other, now=NOW, key_id=found.key_id)
    with pytest.raises(NotYourAgencyError):
        revoke_agency_key(by=offices.tucson.actor, now=NOW, key_id=found.key_id)
    revoke_agency_key(by=head, now=NOW, key_id=found.key_id)


@pytest.mark.parametrize("purpose", [one for one in KeyPurpose if one is not KeyPurpose.SIGNATURE])
def test_a_key_published_for_something_else_binds_nobody(offices, purpose):
    key = published(offices.nogales.actor, NOW, purpose=purpose)
    key_id = sign_detached(key, b"").key_id
    assert fault_of(offices.nogales.agency_id, key_id, NOW) is KeyFault.NOT_FOR_SIGNATURES


def test_a_signature_is_checked_against_the_key_the_directory_keeps(offices, signing):
    digest = hashlib.sha256(b"what is agreed").digest()
    asked = {"agency_id": offices.nogales.agency_id, "at": NOW}
    good = sign_detached(signing, digest)
    assert check_signature(signature=good, digest=digest, **asked).key_id == good.key_id
    other = sign_detached(signing, hashlib.sha256(b"something else").digest())
    for wrong in (other, replace(other, digest=digest), replace(good, blob=b""), replace(good, scheme="rsa")):
        with pytest.raises(SignatureNotGoodError, match=digest.hex()):
            check_signature(signature=wrong, digest=digest, **asked)
    with pytest.raises(KeyNotGoodError):
        check_signature(signature=good, digest=digest, agency_id=offices.tucson.agency_id, at=NOW)


def test_every_key_ever_published_for_an_agency_is_listed(offices, signing):
    later = published(offices.nogales.actor, NOW, period=Period(NOW + DAY))
    published(offices.tucson.actor, NOW)
    keys = list_public_keys_of(offices.nogales.agency_id)
    assert [key.key_id for key in keys] == [sign_detached(one, b"").key_id for one in (later, signing)]


@pytest.fixture
def passkey(offices):
    """A passkey of Nogales, valid for ten days from now."""
    made = SoftwarePasskey()
    publish_passkey(offices, made)
    return made


def publish_passkey(offices, made, *, office=None, page=HOME):
    given = {"by": offices.steward, "now": NOW, "period": Period(NOW, NOW + 10 * DAY)}
    agency_id = (office or offices.nogales).agency_id
    return add_passkey(agency_id=agency_id, passkey=made.published(page), **given)


def test_a_passkey_is_published_with_what_its_signatures_are_checked_by(node, offices, passkey):
    [key] = list_public_keys_of(offices.nogales.agency_id)
    assert (key.scheme, key.purpose) == (KeyScheme.WEBAUTHN_ES256, KeyPurpose.SIGNATURE)
    assert key.passkey == passkey.published()
    assert get_signing_key(offices.nogales.agency_id, key.key_id, NOW) == key
    with node.connect(Role.VERIFIER) as verifier:
        query = "SELECT detail FROM directory_event WHERE act = 'agency_key.added'"
        [(detail,)] = verifier.execute(query).fetchall()
    assert (detail["credential_id"], detail["rp_id"]) == (passkey.credential_id, "comity.example.gov")


def test_a_passkey_is_published_once_and_by_its_agency_alone(offices, passkey):
    with pytest.raises(DirectoryConflictError):
        publish_passkey(offices, passkey, office=offices.tucson)
    same_name = SoftwarePasskey(raw_id=passkey.raw_id)
    with pytest.raises(DirectoryConflictError, match="credential_id"):
        publish_passkey(offices, same_name, office=offices.tucson)
    with pytest.raises(NotYourAgencyError):
        add_passkey(
            by=offices.nogales.actor,
            now=NOW,
            agency_id=offices.tucson.agency_id,
            passkey=SoftwarePasskey().published(),
            period=Period(NOW),
        )


def test_the_passkeys_that_may_sign_are_those_of_one_relying_party(offices, passkey):
    agency = offices.nogales.agency_id
    assert [one.credential_id for one in list_passkeys(agency, NOW)] == [passkey.credential_id]
    local = SoftwarePasskey()
    publish_passkey(offices, local, page=LOCAL)
    with pytest.raises(NoPasskeyError, match=r"of several .*: comity.example.gov, localhost"):
        list_passkeys(agency, NOW)
    with pytest.raises(NoPasskeyError, match=r"no passkey of `example.gov`"):
        list_passkeys(agency, NOW, "example.gov")
    assert [one.credential_id for one in list_passkeys(agency, NOW, "localhost")] == [local.credential_id]
    for at in (NOW - DAY, NOW + 10 * DAY):
        with pytest.raises(NoPasskeyError, match="no passkey that is valid now"):
            list_passkeys(agency, at)
    with pytest.raises(NoPasskeyError):
        list_passkeys(offices.tucson.agency_id, NOW)


def test_a_key_that_is_no_passkey_has_proven_no_assertion(offices, signing, passkey):
    key_id, digest = sign_detached(signing, b"").key_id, hashlib.sha256(b"what is agreed").digest()
    kept = {"blob": passkey.read(digest).blob, "challenge": digest, "at": NOW, "agency_id": offices.nogales.agency_id}
    with pytest.raises(KeyNotGoodError, match="is no passkey"):
        check_kept_assertion(key_id=key_id, **kept)
    [key] = [one for one in list_public_keys_of(offices.nogales.agency_id) if one.passkey]
    check_kept_assertion(key_id=key.key_id, **kept)
    with pytest.raises(KeyNotGoodError):
        check_kept_assertion(key_id=key.key_id, **kept | {"at": NOW - DAY})


@pytest.mark.parametrize(
    "change", ["purpose = 'envelope'", "rp_id = NULL", "credential_id = NULL", "scheme = 'ed25519'"]
)
def test_the_database_keeps_a_passkey_whole(node, offices, passkey, change):
    with node.connect(Role.BOOTSTRAP) as admin, pytest.raises(psycopg.errors.CheckViolation):
        admin.execute(f"UPDATE directory_agency_key SET {change}")
