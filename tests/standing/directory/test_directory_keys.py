"""Keys: public ones are dated, secret ones are shown once and open only while they should."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from comity.config.node import Role
from comity.kernel.time import Period
from comity.standing.directory.commands import (
    DirectoryConflictError,
    KeyRefusedError,
    NotYourAgencyError,
    add_agency_key,
    issue_api_key,
    revoke_agency_key,
    revoke_api_key,
)
from comity.standing.directory.facts import ApiKeyFacts, KeyRefusal, RefusedKey
from comity.standing.directory.selectors import NotInDirectoryError, find_api_key, get_public_key, list_public_keys
from comity.standing.directory.vocabulary import KeyPurpose, KeyScheme

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
            with pytest.raises(DirectoryConflictError, match="key_id"):
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
