"""A release of the law at the command line: loaded, approved by counsel's signature, put in force."""

import base64
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from comity.doors.cli.signing import signature_by
from law_signed import approve_signed

COUNSEL = ("--as", "az-ag/counsel")
HEAD = ("--as", "az-ag/head")


@pytest.fixture
def key_files(tmp_path):
    """Write a key's two halves into files and return their paths."""

    def write(name, key=None, passphrase=None):
        key = key or ed25519.Ed25519PrivateKey.generate()
        private, public = tmp_path / f"{name}.pem", tmp_path / f"{name}.pub.pem"
        how = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return private, public

    return write


def publish(terminal, public, *words, acting="az-ag/head", purpose="signature") -> str:
    told = terminal.run("keys", "publish", public, "--as", acting, "--purpose", purpose, "--json", *words)
    assert told.code == 0, told.err
    return told.value["key"]


@pytest.fixture
def loaded(unlawful):
    unlawful.run("law", "load")
    return unlawful


def approvals(terminal) -> int:
    from comity.standing.law.models import LawApproval

    return LawApproval.objects.count()


def test_law_goes_from_loaded_to_approved_to_in_force(unlawful, key_files):
    terminal = unlawful
    assert "no law is in force" in terminal.run("law", "show").out
    none = terminal.run("law", "rules")
    assert (none.code, "comity law load" in none.err) == (1, True)
    assert "wait for counsel" in terminal.run("law", "load").out
    early = terminal.run("law", "put-in-force")
    assert (early.code, "counsel has not approved" in early.err) == (1, True)
    private, public = key_files("counsel")
    key = publish(terminal, public)
    wrong = terminal.run("law", "approve", "--as", "az-ag/commander", "--all", "--key", private)
    assert (wrong.code, "counsel" in wrong.err) == (1, True)
    one = terminal.run("law", "approve", *COUNSEL, "--rule", "law-28", "--key", private)
    assert f"1 rules approved, 0 were already; signed by key {key}" in one.out
    again = terminal.run("law", "approve", *COUNSEL, "--rule", "law-28", "--key", private)
    assert "0 rules approved, 1 were already" in again.out
    unknown = terminal.run("law", "approve", *COUNSEL, "--rule", "law-999", "--key", private)
    assert (unknown.code, "no rule `law-999`" in unknown.err) == (2, True)
    done = terminal.run("law", "approve", *COUNSEL, "--all", "--key", private)
    assert "→ `comity law put-in-force`" in done.out
    back = terminal.run("law", "put-in-force", "--at", "2020-01-01")
    assert (back.code, "--at" in back.err) == (2, True)
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    assert terminal.run("law", "put-in-force", "--at", day).code == 0
    shown = " ".join(terminal.run("law", "show").out.split())
    assert ("no law is in force" in shown, f"is the law from {day}" in shown) == (True, True)
    assert terminal.run("law", "put-in-force").code == 0
    shown = terminal.run("law", "show", "--json").value
    assert (shown["state"], shown["demo_approvals"]) == ("current", 0)
    assert {rule["approval"] for rule in terminal.run("law", "rules", "--json").lines} == {"signed"}
    assert f"signed, {'2'}" in terminal.run("law", "show", "law-28").out
    assert key in terminal.run("law", "show", "law-28").out


def test_the_demonstration_says_that_nobody_read_its_law_as_counsel(reader):
    rules = reader.run("law", "rules", "--json").lines
    assert {rule["approval"] for rule in rules} == {"demo approval"}
    assert f"demo approval: {len(rules)}" in reader.run("law", "show").out
    assert "demo approval" in reader.run("law", "show", "law-28").out
    assert reader.run("law", "show", "--json").value["demo_approvals"] == len(rules)
    assert "demo approval" in reader.run("law", "rules").out


def test_counsel_signs_elsewhere_what_digest_wrote(loaded, key_files, tmp_path):
    key = ed25519.Ed25519PrivateKey.generate()
    key_id = publish(loaded, key_files("counsel", key)[1])
    out = tmp_path / "digest.bin"
    told = loaded.run("law", "digest", "--all", "--out", out, "--json").value
    assert out.read_bytes().hex() == told["digest"]
    assert told["digest"] in loaded.run("law", "digest", "--all").out
    again = loaded.run("law", "digest", "--all", "--out", out)
    assert (again.code, "is there already" in again.err) == (2, True)
    signed = tmp_path / "digest.sig"
    signed.write_bytes(base64.encodebytes(key.sign(out.read_bytes())))
    done = loaded.run("law", "approve", *COUNSEL, "--all", "--signature", signed, "--key-id", key_id, "--json")
    assert (done.value["left"], done.value["key"]) == ([], key_id)


def test_a_rule_that_was_approved_meanwhile_is_not_told_as_approved_now(loaded, key_files, monkeypatch):
    private, public = key_files("counsel")
    publish(loaded, public)

    def meanwhile(means, by, digest, now):
        from comity.standing.law.models import LawRelease

        approve_signed(by, LawRelease.objects.get().id, ["law-28"], now)
        return signature_by(means, by, digest, now)

    monkeypatch.setattr("comity.doors.cli.law_release.signature_by", meanwhile)
    told = loaded.run("law", "approve", *COUNSEL, "--all", "--key", private, "--json").value
    assert ("law-28" in told["approved"], told["left"]) == (False, [])
    assert len(told["approved"]) == approvals(loaded) - 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the machine has no openssl")
@pytest.mark.parametrize(
    ("make", "sign"),
    [
        (["-algorithm", "ed25519"], ["pkeyutl", "-sign", "-rawin", "-inkey", "{key}", "-in", "{in}", "-out", "{out}"]),
        (
            ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            ["dgst", "-sha384", "-sign", "{key}", "-out", "{out}", "{in}"],
        ),
    ],
)
def test_the_commands_of_the_how_to_make_a_key_and_a_signature_that_count(loaded, tmp_path, make, sign):
    key, public, digest, out = (tmp_path / name for name in ("k.pem", "k.pub.pem", "digest.bin", "digest.sig"))

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True)  # noqa: S603, S607 - as the how-to says

    openssl("genpkey", *make, "-out", str(key))
    openssl("pkey", "-in", str(key), "-pubout", "-out", str(public))
    key_id = publish(loaded, public)
    loaded.run("law", "digest", "--rule", "law-28", "--out", digest)
    names = {"key": key, "in": digest, "out": out}
    openssl(*(word.format(**names) for word in sign))
    done = loaded.run("law", "approve", *COUNSEL, "--rule", "law-28", "--signature", out, "--key-id", key_id)
    assert "1 rules approved" in done.out


def test_an_encrypted_key_is_opened_with_a_passphrase_that_is_asked_for(loaded, key_files):
    private, public = key_files("counsel", passphrase=b"right")
    publish(loaded, public)
    words = ("law", "approve", *COUNSEL, "--rule", "law-28", "--key", private)
    wrong = loaded.run(*words, typed="wrong\n")
    assert (wrong.code, "passphrase does not open" in wrong.err, approvals(loaded)) == (2, True, 0)
    done = loaded.run(*words, typed="right\n")
    assert (done.code, "right" in done.out + done.err, approvals(loaded)) == (0, False, 1)


def test_a_key_that_does_not_bind_counsels_agency_approves_nothing(loaded, key_files):
    def approve(private):
        told = loaded.run("law", "approve", *COUNSEL, "--rule", "law-28", "--key", private)
        assert (told.code, "Traceback" in told.err, approvals(loaded)) == (2, False, 0)
        return told.err

    unpublished, _ = key_files("unpublished")
    assert "is published for nobody" in approve(unpublished)
    foreign, public = key_files("foreign")
    publish(loaded, public, acting="pima-so/head")
    assert "is another agency's" in approve(foreign)
    envelope, public = key_files("envelope")
    publish(loaded, public, purpose="envelope")
    assert "not for `signature`" in approve(envelope)
    to_come, public = key_files("to-come")
    publish(loaded, public, "--from", "2100-01-01")
    assert "is valid from 2100" in approve(to_come)
    revoked, public = key_files("revoked")
    key = publish(loaded, public)
    assert loaded.run("keys", "revoke-public", key, *HEAD).code == 0
    assert "was revoked at" in approve(revoked)
    assert "Ed25519 or ECDSA P-384" in approve(key_files("p256", ec.generate_private_key(ec.SECP256R1()))[0])


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "not one `ed25519` signature"), (b"\xff" * 70, "not one `ed25519`"), (b"\0" * 64, "does not sign")],
)
def test_garbage_is_no_signature_and_approves_nothing(loaded, key_files, write, content, says):
    key_id = publish(loaded, key_files("counsel")[1])
    words = ("law", "approve", *COUNSEL, "--all", "--signature", write("s.sig", content), "--key-id", key_id)
    told = loaded.run(*words)
    assert (told.code, says in told.err, approvals(loaded)) == (2, True, 0)


@pytest.mark.parametrize(
    "words",
    [(), ("--key", "a", "--signature", "b", "--key-id", "c"), ("--signature", "b"), ("--key-id", "c")],
)
def test_an_approval_without_one_whole_signature_is_refused_before_anything_is_read(loaded, words):
    told = loaded.run("law", "approve", *COUNSEL, "--all", *words)
    assert (told.code, "is signed in one of two ways" in told.err) == (2, True)


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_public_key_is_not_published(loaded, write, content):
    file = write("k.pem", content)
    told = loaded.run("keys", "publish", file, *COUNSEL, "--purpose", "signature")
    assert (told.code, "FILE: not the PEM of a public key" in told.err) == (2, True)


def test_a_private_key_another_curve_and_a_period_that_is_none_are_not_published(loaded, key_files):
    private, public = key_files("counsel")
    words = ("--purpose", "signature", *COUNSEL)
    assert "not the PEM of a public key" in loaded.run("keys", "publish", private, *words).err
    _, p256 = key_files("p256", ec.generate_private_key(ec.SECP256R1()))
    assert "Ed25519 or ECDSA P-384" in loaded.run("keys", "publish", p256, *words).err
    told = loaded.run("keys", "publish", public, *words, "--from", "2030-01-01", "--to", "2029-01-01")
    assert (told.code, "--to: is not after the start" in told.err) == (2, True)
    assert loaded.run("keys", "publish", public, *words, "--from", "soon").code == 2
    assert loaded.run("keys", "published", "az-ag", "--json").lines == []


def test_published_keys_are_listed_with_how_they_stand(loaded, key_files):
    key = publish(loaded, key_files("counsel")[1])
    twice = loaded.run(
        "keys", "publish", key_files("again")[1], *COUNSEL, "--purpose", "delivery", "--to", "2100-01-01"
    )
    assert twice.code == 0
    [other, first] = loaded.run("keys", "published", "az-ag", "--json").lines
    assert (first["key"], first["purpose"], other["purpose"]) == (key, "signature", "delivery")
    assert "valid" in loaded.run("keys", "published", "az-ag").out
    loaded.run("keys", "revoke-public", key, *HEAD)
    assert "revoked" in loaded.run("keys", "published", "az-ag").out


def test_who_is_not_head_publishes_and_revokes_no_key_that_binds(loaded, key_files):
    public = key_files("counsel")[1]
    key = publish(loaded, public)
    for words in (("publish", key_files("other")[1], "--purpose", "signature"), ("revoke-public", key)):
        told = loaded.run("keys", *words, *COUNSEL)
        assert (told.code, "its head publishes and revokes it" in told.err) == (1, True), told.err


def test_the_same_key_is_published_once(loaded, key_files):
    _, public = key_files("counsel")
    publish(loaded, public)
    told = loaded.run("keys", "publish", public, *HEAD, "--purpose", "signature")
    assert (told.code, "is published already" in told.err) == (1, True)
