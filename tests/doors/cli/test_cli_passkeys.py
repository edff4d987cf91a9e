"""Passkeys on the command line: published from a registration, signing an agreement by an assertion, checked later."""

import json
from datetime import timedelta

import pytest
from agreement_files import CODE, FILE

from comity.config.node import Role
from comity.spine.keys.webauthn import from_base64url
from software_passkey import HOME, LOCAL, PRESENT, SoftwarePasskey, at, eddsa, es256


@pytest.fixture
def publish(write):
    def run(terminal, agency, made, *options, page=HOME):
        file = write("passkey.json", json.dumps(made.registration(page)))
        return terminal.run("keys", "publish-passkey", file, "--as", f"{agency}/head", *options)

    return run


@pytest.fixture
def offered(terminal, write):
    """A terminal with an agreement on offer whose reviews are recorded, and the digest that was read."""
    paper = write("paper.txt", "the paper with the finding")
    assert terminal.run("agreement", "draft", write("a.toml", FILE), "--as", "az-dps/counsel").code == 0
    assert terminal.run("agreement", "offer", CODE, "--as", "az-dps/counsel").code == 0
    digest = terminal.run("agreement", "show", CODE, "--offered", "--json").value["digest"]
    for kind, post in (("attorney_determination", "counsel"), ("privacy_assessment", "privacy")):
        words = ("--kind", kind, "--finding", "satisfied", "--document", paper, "--digest", digest)
        assert terminal.run("agreement", "review", CODE, *words, "--as", f"az-dps/{post}").code == 0
        assert terminal.run("agreement", "confirm", CODE, "--digest", digest, "--as", f"az-dps/{post}").code == 0
    return terminal, digest


def challenge(terminal, agency="az-dps") -> bytes:
    asked = terminal.run("agreement", "passkey-options", CODE, "--for", agency).value
    assert asked["userVerification"] == "required"
    return from_base64url("challenge", asked["challenge"])


def sign(terminal, digest, assertion, *more, agency="az-dps"):
    typed = assertion if isinstance(assertion, bytes) else json.dumps(assertion).encode()
    words = ("--digest", digest, "--assertion", "-", "--as", f"{agency}/head", *more)
    return terminal.run("agreement", "sign", CODE, *words, typed=typed)


def test_an_agreement_is_signed_by_passkey_and_verified_afterwards(offered, publish):
    terminal, digest = offered
    made = {"az-dps": SoftwarePasskey(es256()), "hsi-arizona": SoftwarePasskey(eddsa())}
    for agency, one in made.items():
        told = publish(terminal, agency, one)
        assert (told.code, "at `comity.example.gov`" in told.out) == (0, True), told.err
        assert terminal.run("agreement", "digest", CODE, "--for", agency, "--json").value["digest"] == (
            challenge(terminal, agency).hex()
        )
        told = sign(terminal, digest, one.assertion(challenge(terminal, agency)), agency=agency)
        assert told.code == 0, told.err
    assert "2 of 2 parties have signed" in told.out
    [line] = terminal.run("keys", "published", "az-dps", "--json").lines[:1]
    assert (line["scheme"], line["rp_id"]) == ("webauthn-es256", "comity.example.gov")
    assert line["credential_id"] == made["az-dps"].credential_id
    assert f"passkey {line['key']}" in terminal.run("agreement", "status", CODE).out
    assert terminal.run("agreement", "put-in-force", CODE, "--as", "az-dps/head").code == 0
    events = [one["event"] for one in terminal.run("agreement", "history", CODE, "--json").lines]
    assert events[:2] == ["drafted", "offered"]
    assert [one for one in events if one == "signed"] == ["signed", "signed"]
    assert events[-1] == "put_in_force"
    assert terminal.run("keys", "revoke-public", line["key"], "--as", "az-dps/head").code == 0
    sound = terminal.run("agreement", "verify")
    assert (sound.code, "proves what it says" in sound.out) == (0, True)
    assert (terminal.run("agreement", "verify", "--json").code, terminal.run("agreement", "verify", "--json").out) == (
        0,
        "",
    )
    assert terminal.node.verify().is_clean
    with terminal.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("ALTER TABLE agreements_version DISABLE TRIGGER USER")
        admin.execute("UPDATE agreements_version SET digest = repeat('0', 64) WHERE digest = %s", (digest,))
        admin.execute("UPDATE agreements_agreement SET state = 'suspended' WHERE code = %s", (CODE,))
    lines = terminal.run("agreement", "verify", "--json").lines
    assert [(one["agreement"], one["agency"]) for one in lines] == [
        (CODE, "az-dps"),
        (CODE, "hsi-arizona"),
        (CODE, None),
    ]
    told = terminal.run("agreement", "verify")
    assert (told.code, "signed another challenge" in told.out, "`suspended`" in told.out) == (1, True, True)


def test_an_assertion_that_does_not_count_is_told_with_what_to_do(offered, publish):
    terminal, digest = offered
    made = SoftwarePasskey()
    assert publish(terminal, "az-dps", made).code == 0
    asked = challenge(terminal)
    good = made.assertion(asked)
    wrong = {
        "signed another challenge": made.assertion(b"0" * 32),
        "is not a page of this node": made.assertion(asked, at(origin="https://example.com")),
        "did not verify its user": made.assertion(asked, at(flags=PRESENT)),
        "is not base64url": good | {"response": good["response"] | {"signature": "AA="}},
        "is not a known field": good | {"surprise": 1},
        "published for nobody": SoftwarePasskey().assertion(asked),
        "is not JSON": b"toJSON()",
        "more than 64 KB": b'"' + b"A" * 70_000 + b'"',
    }
    for says, assertion in wrong.items():
        told = sign(terminal, digest, assertion)
        assert (told.code, says in told.err, "→" in told.err) == (2, True, True), told.err
    beside = sign(terminal, digest, good, "--key-id", "0" * 16)
    assert (beside.code, "beside another signature" in beside.err) == (2, True)
    told = sign(terminal, digest, good)
    assert (told.code, "1 of 2 parties have signed" in told.out) == (0, True), told.err


def test_what_is_no_passkey_of_this_node_is_not_published(reader, publish, write):
    made = SoftwarePasskey()
    wrong = {
        "is not a page of this node": at(origin="https://example.com", rp_id="example.com"),
        "did not verify its user": at(flags=PRESENT),
        "is not `webauthn.create`": at(kind="webauthn.get"),
    }
    for says, page in wrong.items():
        told = publish(reader, "az-dps", made, page=page)
        assert (told.code, says in told.err) == (2, True), told.err
    pem = write("key.pem", made.public_pem)
    told = reader.run("keys", "publish-passkey", pem, "--as", "az-dps/head")
    assert (told.code, "is not JSON" in told.err) == (2, True)
    told = reader.run("keys", "publish", pem, "--purpose", "signature", "--as", "az-dps/head")
    assert (told.code, "Ed25519 or ECDSA P-384" in told.err) == (2, True)


def test_a_passkey_is_published_once_for_a_period(terminal, publish):
    made = SoftwarePasskey()
    end = (terminal.node.clock.now + timedelta(days=30)).date().isoformat()
    told = publish(terminal, "az-dps", made, "--to", end, "--json", page=LOCAL)
    assert (told.value["rp_id"], told.value["to"]) == ("localhost", f"{end}T00:00:00.000000Z")
    again = publish(terminal, "hsi-arizona", made)
    assert (again.code, "is published already" in again.err) == (1, True)
    words = ("--digest", "0" * 64, "--key-id", told.value["key"], "--signature", "-", "--as", "az-dps/head")
    by_key = terminal.run("agreement", "sign", "az-sharing-2026", *words, typed=b"x")
    assert (by_key.code, "it signs in a browser" in by_key.err) == (2, True), by_key.err


def test_a_party_without_a_passkey_is_told_so(offered):
    terminal, _ = offered
    told = terminal.run("agreement", "passkey-options", CODE, "--for", "az-dps")
    assert (told.code, "comity keys publish-passkey" in told.err) == (2, True)
    other = terminal.run("agreement", "passkey-options", CODE, "--for", "pima-so")
    assert (other.code, "is no party" in other.err) == (2, True)
