"""Signatures by passkey: good for exactly the challenge, page, user and key they were made by, and for nothing else."""

import json
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.spine.keys.new_passkey import read_new_passkey
from comity.spine.keys.origin import is_own_origin
from comity.spine.keys.passkey import (
    Assertion,
    PasskeyFault,
    PasskeyRefusedError,
    PasskeyScheme,
    assertion_in,
    check_assertion,
    read_assertion,
    request_options,
    require_own_origin,
)
from comity.spine.keys.webauthn import AssertionJson, RegistrationJson, UnreadableError, from_base64url, to_base64url
from software_passkey import (
    ATTESTED,
    BACKED_UP,
    ELIGIBLE,
    EXTENDED,
    HOME,
    HOSTS,
    LOCAL,
    PRESENT,
    VERIFIED,
    SoftwarePasskey,
    at,
    eddsa,
    es256,
)

CHALLENGE = sha256(b"what is agreed").digest()
ES256, EDDSA = SoftwarePasskey(es256()), SoftwarePasskey(eddsa())
MADE = [ES256, EDDSA]
GIVEN = {one.credential_id: (one.published(), one.read(CHALLENGE)) for one in MADE}


def check(assertion: Assertion, passkey=None, challenge: bytes = CHALLENGE) -> None:
    require_own_origin(assertion.client_data, HOSTS)
    check_assertion(assertion=assertion, challenge=challenge, passkey=passkey or GIVEN[ES256.credential_id][0])


def fault_of(assertion: Assertion, passkey=None, challenge: bytes = CHALLENGE) -> PasskeyFault:
    with pytest.raises(PasskeyRefusedError) as refused:
        check(assertion, passkey, challenge)
    return refused.value.fault


@pytest.mark.parametrize("made", MADE, ids=["ES256", "EdDSA"])
def test_a_passkey_signs_a_digest_as_its_challenge(made):
    passkey, assertion = GIVEN[made.credential_id]
    check(assertion, passkey)
    assert passkey.public_pem == made.public_pem
    assert (passkey.rp_id, passkey.credential_id) == ("comity.example.gov", made.credential_id)
    assert passkey.scheme == (PasskeyScheme.ES256 if made is ES256 else PasskeyScheme.ED25519)


def test_the_options_ask_for_the_digest_by_the_published_passkeys_with_their_user_verified():
    passkeys = [GIVEN[one.credential_id][0] for one in MADE]
    assert json.loads(msgspec.json.encode(request_options(CHALLENGE, passkeys))) == {
        "challenge": to_base64url(CHALLENGE),
        "rpId": "comity.example.gov",
        "allowCredentials": [{"id": one.credential_id, "type": "public-key"} for one in MADE],
        "userVerification": "required",
    }


def test_an_assertion_sent_again_for_another_digest_fails_of_itself():
    _, assertion = GIVEN[ES256.credential_id]
    other = sha256(b"something else").digest()
    assert fault_of(assertion, challenge=other) is PasskeyFault.ANOTHER_CHALLENGE


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (at(kind="webauthn.create"), PasskeyFault.ANOTHER_CEREMONY),
        (at(kind="payment.get"), PasskeyFault.ANOTHER_CEREMONY),
        (at(origin="https://comity.example.com"), PasskeyFault.ANOTHER_ORIGIN),
        (at(origin="https://evil-comity.example.gov"), PasskeyFault.ANOTHER_ORIGIN),
        (at(origin="http://comity.example.gov"), PasskeyFault.ANOTHER_ORIGIN),
        (at(origin="https://comity.example.gov@example.com"), PasskeyFault.ANOTHER_ORIGIN),
        (at(origin="https://comity.example.gov/"), PasskeyFault.ANOTHER_ORIGIN),
        (at(origin="https://comity.example.gov\n"), PasskeyFault.ANOTHER_ORIGIN),
        (at(origin="https://localhost"), PasskeyFault.ANOTHER_ORIGIN),
        (at(origin="android:apk-key-hash:AAAA"), PasskeyFault.ANOTHER_ORIGIN),
        (at(more={"crossOrigin": True}), PasskeyFault.CROSS_ORIGIN),
        (at(more={"topOrigin": "https://example.com"}), PasskeyFault.CROSS_ORIGIN),
        (at(rp_id="example.gov"), PasskeyFault.ANOTHER_PARTY),
        (at(rp_id="localhost"), PasskeyFault.ANOTHER_PARTY),
        (at(flags=VERIFIED), PasskeyFault.USER_ABSENT),
        (at(flags=PRESENT), PasskeyFault.USER_UNVERIFIED),
        (at(flags=0), PasskeyFault.USER_ABSENT),
        (at(flags=PRESENT | VERIFIED | BACKED_UP), PasskeyFault.ILLEGAL_FLAGS),
    ],
)
def test_another_page_party_or_user_is_refused_with_what_to_do(page, fault):
    assertion = ES256.read(CHALLENGE, page)
    assert fault_of(assertion) is fault
    with pytest.raises(PasskeyRefusedError, match=r"; [a-z]"):
        check(assertion)


def test_a_passkey_that_is_backed_up_and_may_be_signs():
    assertion = ES256.read(CHALLENGE, at(flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP))
    check(assertion)
    assert assertion_in(assertion.blob) == assertion


def test_another_passkey_and_another_key_sign_nothing():
    stranger = SoftwarePasskey(es256())
    assert fault_of(stranger.read(CHALLENGE)) is PasskeyFault.ANOTHER_CREDENTIAL
    under_its_name = replace(stranger.read(CHALLENGE), credential_id=ES256.credential_id)
    assert fault_of(under_its_name) is PasskeyFault.NOT_SIGNED
    swapped = replace(EDDSA.read(CHALLENGE), credential_id=ES256.credential_id)
    assert fault_of(swapped) is PasskeyFault.NOT_SIGNED
    published = GIVEN[ES256.credential_id][0]
    for wrong in (replace(published, scheme=PasskeyScheme.ED25519), replace(published, public_pem=EDDSA.public_pem)):
        assert fault_of(ES256.read(CHALLENGE), wrong) is PasskeyFault.NOT_SIGNED


def test_a_key_on_another_curve_signs_nothing_as_es256():
    made = SoftwarePasskey(ec.generate_private_key(ec.SECP384R1()), ES256.raw_id)
    published = replace(GIVEN[ES256.credential_id][0], public_pem=made.public_pem)
    assert fault_of(made.read(CHALLENGE), published) is PasskeyFault.NOT_SIGNED


def test_a_signature_of_the_bare_digest_is_none():
    assertion = replace(ES256.read(CHALLENGE), signature=ES256.sign(CHALLENGE))
    assert fault_of(assertion) is PasskeyFault.NOT_SIGNED


@settings(max_examples=300)
@given(st.sampled_from(MADE), st.sampled_from(["authenticator_data", "client_data", "signature"]), st.data())
def test_no_changed_bit_leaves_an_assertion_good(made, part, data):
    passkey, assertion = GIVEN[made.credential_id]
    raw = bytearray(getattr(assertion, part))
    bit = data.draw(st.integers(min_value=0, max_value=8 * len(raw) - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises((PasskeyRefusedError, UnreadableError)):
        check(replace(assertion, **{part: bytes(raw)}), passkey)


@settings(max_examples=200)
@given(st.sampled_from(["authenticator_data", "client_data", "signature"]), st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else_happens(part, garbage):
    _, assertion = GIVEN[ES256.credential_id]
    with pytest.raises((PasskeyRefusedError, UnreadableError)):
        check(replace(assertion, **{part: garbage}))


@settings(max_examples=200)
@given(st.binary(max_size=120))
def test_authenticator_data_that_claims_more_than_it_holds_is_unreadable(rest):
    page = at(flags=PRESENT | VERIFIED | ATTESTED | EXTENDED)
    raw = page.authenticator_data(0, rest)
    with pytest.raises((PasskeyRefusedError, UnreadableError)):
        check(replace(ES256.read(CHALLENGE), authenticator_data=raw))


@pytest.mark.parametrize("made", MADE, ids=["ES256", "EdDSA"])
def test_what_is_kept_is_read_back_and_holds_nothing_about_the_user(made):
    passkey, assertion = GIVEN[made.credential_id]
    assert assertion_in(assertion.blob) == assertion
    check_assertion(assertion=assertion_in(assertion.blob), challenge=CHALLENGE, passkey=passkey)
    assert set(json.loads(assertion.blob)["response"]) == {"authenticatorData", "clientDataJSON", "signature"}


def test_what_is_kept_verifies_with_a_library_that_knows_nothing_of_comity():
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestedCredentialData, PublicKeyCredentialRpEntity

    passkey, assertion = GIVEN[ES256.credential_id]
    server = Fido2Server(PublicKeyCredentialRpEntity(name="anybody", id=passkey.rp_id))
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from fido2.cose import ES256 as COSE

    public = COSE.from_cryptography_key(load_pem_public_key(passkey.public_pem.encode()))
    known = AttestedCredentialData.create(bytes(16), from_base64url("id", passkey.credential_id), public)
    state = {"challenge": to_base64url(CHALLENGE), "user_verification": "required"}
    assert server.authenticate_complete(state, [known], json.loads(assertion.blob)) == known


@pytest.mark.parametrize(
    "spoil",
    [
        lambda blob: blob + b" ",
        lambda blob: blob.replace(b'{"clientExtensionResults":{},', b"{"),
        lambda blob: blob.replace(b'"type"', b'"authenticatorAttachment":"platform","type"'),
        lambda blob: blob[:-1],
        lambda _: b"",
        lambda _: b"\xff",
        lambda _: b"[]",
    ],
)
def test_a_kept_assertion_in_another_form_is_unreadable(spoil):
    _, assertion = GIVEN[ES256.credential_id]
    with pytest.raises(UnreadableError):
        assertion_in(spoil(assertion.blob))


@pytest.mark.parametrize("text", ["", "=", "QQ==", "QQ=", "QR", "Q Q", "QQ\n", "Q+", "Q/", "é", "A"])
def test_base64_is_read_in_its_one_form_only(text):
    with pytest.raises(UnreadableError, match="`m` is not base64url"):
        from_base64url("m", text)


@given(st.binary(min_size=1, max_size=100))
def test_base64_comes_back_as_it_was(raw):
    assert from_base64url("m", to_base64url(raw)) == raw


def read(kind, given):
    return msgspec.json.decode(msgspec.json.encode(given), type=kind)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one | {"more": 1},
        lambda one: one | {"response": one["response"] | {"attestationObject": "AA"}},
        lambda one: one | {"id": "A" * 1365, "rawId": "A" * 1365},
        lambda one: one | {"response": one["response"] | {"clientDataJSON": "A" * 5000}},
        lambda one: {key: value for key, value in one.items() if key != "rawId"},
        lambda one: one | {"response": None},
    ],
)
def test_extra_missing_and_oversize_members_of_an_assertion_are_refused(spoil):
    with pytest.raises(msgspec.ValidationError):
        read(AssertionJson, spoil(ES256.assertion(CHALLENGE)))


def registration_fault(given, hosts=HOSTS):
    with pytest.raises((PasskeyRefusedError, UnreadableError)) as refused:
        read_new_passkey(read(RegistrationJson, given), hosts)
    return getattr(refused.value, "fault", refused.value.args[0])


def test_a_passkey_is_made_for_a_host_or_a_domain_above_it():
    above = at(origin="https://console.comity.example.org", rp_id="example.org")
    assert ES256.published(above).rp_id == "example.org"
    assert ES256.published(LOCAL).rp_id == "localhost"
    check(ES256.read(CHALLENGE, LOCAL), ES256.published(LOCAL))


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        (at(kind="webauthn.get"), PasskeyFault.ANOTHER_CEREMONY),
        (at(origin="https://example.com", rp_id="example.com"), PasskeyFault.ANOTHER_ORIGIN),
        (at(rp_id="example.com"), PasskeyFault.ANOTHER_PARTY),
        (at(more={"crossOrigin": True}), PasskeyFault.CROSS_ORIGIN),
        (at(flags=VERIFIED), PasskeyFault.USER_ABSENT),
        (at(flags=PRESENT), PasskeyFault.USER_UNVERIFIED),
    ],
)
def test_a_passkey_made_elsewhere_or_by_nobody_is_not_published(page, fault):
    assert registration_fault(ES256.registration(page)) is fault


def test_another_kind_of_key_is_not_published():
    point = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    p384 = {1: 2, 3: -35, -1: 2, -2: point.x.to_bytes(48, "big"), -3: point.y.to_bytes(48, "big")}
    rsa = {1: 3, 3: -257, -1: os.urandom(256), -2: b"\x01\x00\x01"}
    misnamed = [one._cose() | {-1: curve} for one, curve in ((ES256, 2), (EDDSA, 7))]
    for cose in (p384, rsa, *misnamed):
        assert registration_fault(ES256.registration(cose=cose)) is PasskeyFault.UNKNOWN_KIND_OF_KEY
    for cose in ({1: 2, 3: -7, -1: 1, -2: b"x", -3: b"y"}, {1: 2, 3: -7, -1: 1}, {1: 1, 3: -8, -1: 6, -2: b"short"}):
        assert "holds a public key that is none" in registration_fault(ES256.registration(cose=cose))


def test_a_registration_whose_parts_do_not_fit_is_refused():
    good, other = ES256.registration(), SoftwarePasskey().registration()
    swapped = good | {"response": other["response"]}
    assert "holds no key of the credential `id`" in registration_fault(swapped)
    assert "is not the same as `id`" in registration_fault(good | {"rawId": other["rawId"]})
    assert "and not `public-key`" in registration_fault(good | {"type": "password"})


@settings(max_examples=200)
@given(st.binary(min_size=1, max_size=200) | st.just(b"\x9f" * 5000) | st.just(b"\x81" * 5000))
def test_an_attestation_object_that_is_none_is_unreadable(raw):
    given = ES256.registration()
    given["response"] |= {"attestationObject": to_base64url(raw)}
    assert "is not an attestation object" in registration_fault(given)


def test_a_number_is_not_taken_for_a_length():
    from fido2 import cbor

    given = ES256.registration()
    whole = cbor.encode({"fmt": "none", "attStmt": {}, "authData": 2**40})
    given["response"] |= {"attestationObject": to_base64url(whole)}
    assert "is not an attestation object" in registration_fault(given)


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [
        ("https://comity.example.gov", True),
        ("https://comity.example.gov:8443", True),
        ("https://a.comity.example.gov", False),
        ("https://example.org", True),
        ("https://a.b.example.org", True),
        ("https://aexample.org", False),
        ("http://example.org", False),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", False),
        ("http://127.0.0.1.evil.localhost", False),
        ("https://[::1]", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_page_is_the_nodes_own_by_its_names_over_https_or_on_this_machine(origin, is_own):
    assert is_own_origin(origin, HOSTS) is is_own


def test_home_is_a_page_of_the_node():
    assert is_own_origin(HOME.origin, HOSTS)


CHROMIUM = json.loads(Path(__file__).with_name("chromium_passkeys.json").read_text("utf-8"))
"""Recorded of Chromium 156 with the virtual authenticator of its DevTools, at a page of http://localhost."""


@pytest.mark.parametrize("recorded", CHROMIUM, ids=["ES256", "EdDSA"])
def test_what_a_real_browser_gave_is_read_and_counts(recorded):
    passkey = read_new_passkey(read(RegistrationJson, recorded["registration"]), HOSTS)
    assert passkey.rp_id == "localhost"
    check(read_assertion(read(AssertionJson, recorded["assertion"])), passkey)
    unverified = read_assertion(read(AssertionJson, recorded["unverified"]))
    assert fault_of(unverified, passkey) is PasskeyFault.USER_UNVERIFIED
