"""Signing an agreement by passkey over the API: what is asked of the browser, and what is made of its answer."""

import json
from datetime import timedelta

import pytest
from agreements_sent import Table, told

from comity.spine.keys.webauthn import from_base64url
from software_passkey import HOME, LOCAL, PRESENT, SoftwarePasskey, at, eddsa, es256


@pytest.fixture(scope="module")
def office(shared_office):
    return shared_office


@pytest.fixture(scope="module")
def table(office):
    return Table(office)


def publish(table, agency, made, page=LOCAL):
    from comity.kernel.time import Period
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.directory.commands import add_passkey

    now = table.office.now() - timedelta(minutes=1)
    head = table.caller(agency, "head")
    add_passkey(
        by=node_actor(Duty.STEWARD),
        now=now,
        agency_id=head.actor.agency_id,
        passkey=made.published(page),
        period=Period(now),
    )
    return made


@pytest.fixture(scope="module")
def passkey(table):
    """The passkey of az-dps, made at the node's page on this machine."""
    return publish(table, "az-dps", SoftwarePasskey(es256()))


@pytest.fixture(scope="module")
def ready(table):
    """Code and digest of an agreement that lacks signatures alone, and that nobody signs."""
    code, digest = table.offer()
    table.prepare(code, digest)
    return code, digest


def options(table, code, agency="az-dps", **query):
    return table.caller(agency, "head").get(f"/agreements/{code}/passkey-options", **query)


def challenge_of(table, code, agency="az-dps", **query) -> bytes:
    return from_base64url("challenge", options(table, code, agency, **query).json()["options"]["challenge"])


def send(table, code, digest, assertion, agency="az-dps", post="head"):
    body = {"digest": digest, "assertion": assertion}
    return table.caller(agency, post).post(f"/agreements/{code}/passkey-signatures", body)


def test_both_parties_sign_by_passkey_and_the_agreement_is_put_in_force(table, passkey):
    other = publish(table, "hsi-arizona", SoftwarePasskey(eddsa()))
    code, digest = table.offer()
    table.prepare(code, digest)
    asked = options(table, code).json()
    assert (asked["version"], asked["version_digest"], asked["agency"]) == (1, digest, "az-dps")
    assert asked["options"]["rpId"] == "localhost"
    assert asked["options"]["userVerification"] == "required"
    assert asked["options"]["allowCredentials"] == [{"id": passkey.credential_id, "type": "public-key"}]
    to_sign = table.caller("az-dps", "head").get(f"/agreements/{code}/signing-digest").json()["digest"]
    challenge = challenge_of(table, code)
    assert challenge.hex() == to_sign
    signed = send(table, code, digest, passkey.assertion(challenge, LOCAL))
    assert (signed.status_code, signed.json()["unsigned"]) == (201, ["hsi-arizona"]), signed.content
    again = send(table, code, digest, passkey.assertion(challenge, LOCAL))
    assert told(again) == (409, "already-signed")
    by_other = other.assertion(challenge_of(table, code, "hsi-arizona"), LOCAL)
    assert send(table, code, digest, by_other, "hsi-arizona").json()["is_ready"] is True
    assert table.caller("az-dps", "head").post(f"/agreements/{code}/force").json()["state"] == "in_force"
    [version] = table.caller("hsi-arizona", "head").get(f"/agreements/{code}").json()["versions"]
    assert [(one["method"], one["scheme"], one["by"]) for one in version["signatures"]] == [
        ("passkey", "webauthn-es256", "az-dps/head"),
        ("passkey", "webauthn-ed25519", "hsi-arizona/head"),
    ]


def spoiled(passkey, challenge, **response):
    given = passkey.assertion(challenge, LOCAL)
    return given | {"response": given["response"] | response}


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (at(LOCAL, origin="http://127.0.0.1:8000"), "is not a page of this node"),
        (HOME, "is not a page of this node"),
        (at(LOCAL, rp_id="comity.example.gov"), "another relying party than `localhost`"),
        (at(LOCAL, flags=PRESENT), "did not verify its user"),
        (at(LOCAL, more={"crossOrigin": True}), "in a frame of another"),
        (at(LOCAL, kind="webauthn.create"), "is not `webauthn.get`"),
    ],
)
def test_what_a_passkey_signed_elsewhere_is_refused_and_nothing_is_recorded(table, passkey, ready, page, says):
    code, digest = ready
    refused = send(table, code, digest, passkey.assertion(challenge_of(table, code), page))
    assert told(refused) == (422, "passkey-refused")
    [error] = refused.json()["errors"]
    assert (error["field"], says in error["message"]) == ("assertion", True), error
    assert "az-dps" in table.caller("az-dps", "head").get(f"/agreements/{code}/readiness").json()["unsigned"]


def test_an_assertion_of_another_version_or_passkey_is_refused(table, passkey, ready):
    code, digest = ready
    elsewhere, _ = table.offer()
    other = send(table, code, digest, passkey.assertion(challenge_of(table, elsewhere), LOCAL))
    assert told(other) == (422, "passkey-refused")
    assert "signed another challenge" in other.json()["errors"][0]["message"]
    stranger = send(table, code, digest, SoftwarePasskey().assertion(challenge_of(table, code), LOCAL))
    assert told(stranger) == (422, "key-not-good")
    assert "published for nobody" in stranger.json()["errors"][0]["message"]
    unread = send(table, code, "0" * 64, passkey.assertion(challenge_of(table, code), LOCAL))
    assert told(unread) == (409, "another-text")
    counsel = send(table, code, digest, passkey.assertion(challenge_of(table, code), LOCAL), post="counsel")
    assert told(counsel) == (403, "wrong-post")


@pytest.mark.parametrize(
    ("response", "member"),
    [
        ({"signature": "AA=="}, "response.signature"),
        ({"signature": "A A"}, "response.signature"),
        ({"clientDataJSON": "QQ"}, "response.clientDataJSON"),
        ({"authenticatorData": "QQ"}, "response.authenticatorData"),
        ({"authenticatorData": ""}, "response.authenticatorData"),
    ],
)
def test_damaged_parts_are_named(table, passkey, ready, response, member):
    code, digest = ready
    refused = send(table, code, digest, spoiled(passkey, challenge_of(table, code), **response))
    assert told(refused) == (422, "assertion-unreadable")
    assert f"`{member}`" in refused.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda one: one | {"surprise": 1}, "assertion.surprise"),
        (lambda one: one | {"response": one["response"] | {"surprise": 1}}, "assertion.response.surprise"),
        (lambda one: one | {"response": one["response"] | {"signature": "A" * 2000}}, "assertion.response.signature"),
        (lambda one: one | {"rawId": None}, "assertion.rawId"),
        (lambda _: "QQ", "assertion"),
    ],
)
def test_a_body_of_another_form_is_refused(table, passkey, ready, spoil, field):
    code, digest = ready
    refused = send(table, code, digest, spoil(passkey.assertion(challenge_of(table, code), LOCAL)))
    assert told(refused) == (400, "malformed-request")
    assert refused.json()["errors"][0]["field"] == field
    huge = json.dumps({"digest": digest, "assertion": {"id": "A" * 70_000}}).encode()
    sent = table.caller("az-dps", "head").post(f"/agreements/{code}/passkey-signatures", huge)
    assert told(sent) == (413, "too-large")


def test_without_a_passkey_there_is_nothing_to_ask_a_browser(table, ready):
    code, _ = ready
    none = options(table, code, rp_id="comity.example.gov")
    assert told(none) == (422, "no-passkey")
    assert "localhost" in none.json()["errors"][0]["message"]


def test_a_passkey_signs_no_approval_in_the_way_of_a_key(table, passkey, ready):
    code, digest = ready
    agency = table.caller("az-dps", "head").actor.agency_id
    from comity.standing.directory.selectors import list_public_keys_of

    [key] = [one for one in list_public_keys_of(agency) if one.passkey]
    bare = {"digest": digest, "key_id": key.key_id, "scheme": "ed25519", "signature": "A" * 86 + "=="}
    sent = table.caller("az-dps", "head").post(f"/agreements/{code}/signatures", bare)
    assert told(sent) == (422, "signature-not-good")
