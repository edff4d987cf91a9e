"""An agreement from a file to force, and to its end, by the posts that may."""

from pathlib import Path

import pytest
from agreement_files import CODE, FILE
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from comity.spine.keys.signing import key_id_of, spki_of

DEMO = Path(__file__).parents[3] / "src" / "comity" / "standing" / "agreements" / "demo" / "az-sharing-2026.toml"
NEXT = "vehicles-2028"
PARTIES = ("az-dps", "hsi-arizona")


@pytest.fixture
def drafted(terminal, write):
    told = terminal.run("agreement", "draft", write("a.toml", FILE), "--as", "az-dps/counsel")
    assert told.code == 0, told.err
    assert "nobody is bound" in told.out
    return terminal


def newest(terminal, code=CODE):
    return terminal.run("agreement", "show", code, "--offered", "--json").value


@pytest.fixture
def keys(tmp_path):
    """Publish a key for an agency, once; return the file of its private half."""
    made = {}

    def publish(terminal, agency):
        if agency not in made:
            private = Ed25519PrivateKey.generate()
            public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            file = tmp_path / f"{agency}.pub"
            file.write_bytes(public)
            told = terminal.run("keys", "publish", file, "--purpose", "signature", "--as", f"{agency}/head")
            assert told.code == 0, told.err
            made[agency] = tmp_path / f"{agency}.pem"
            pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            made[agency].write_bytes(pem)
        return made[agency]

    return publish


@pytest.fixture
def paper(write):
    return write("paper.txt", "the paper with the finding")


@pytest.fixture
def prepare(paper):
    """Review and confirm the version on offer; returns the digest that was read."""

    def run(terminal, code=CODE):
        assert terminal.run("agreement", "offer", code, "--as", "az-dps/counsel").code == 0
        digest = newest(terminal, code)["digest"]
        for kind, post in (("attorney_determination", "counsel"), ("privacy_assessment", "privacy")):
            told = terminal.run(
                "agreement", "review", code, "--kind", kind, "--finding", "satisfied", "--document", paper,
                "--digest", digest, "--as", f"az-dps/{post}",
            )  # fmt: skip
            assert told.code == 0, told.err
        for post in ("counsel", "privacy"):
            told = terminal.run("agreement", "confirm", code, "--digest", digest, "--as", f"az-dps/{post}")
            assert told.code == 0, told.err
        return digest

    return run


@pytest.fixture
def signed(keys, prepare):
    """Offer, prepare and sign by every party; returns the digest they read."""

    def run(terminal, code=CODE):
        digest = prepare(terminal, code)
        for party in PARTIES:
            key = keys(terminal, party)
            told = terminal.run("agreement", "sign", code, "--digest", digest, "--key", key, "--as", f"{party}/head")
            assert told.code == 0, told.err
        assert "2 of 2 parties have signed" in told.out
        return digest

    return run


def test_a_file_becomes_an_agreement_in_force_and_ends(drafted, signed):
    signed(drafted)
    told = drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head")
    assert (told.code, "follows version 1" in told.out) == (0, True)
    assert newest(drafted)["standing"] == "in_force"
    told = drafted.run("agreement", "terminate", CODE, "--as", "az-dps/head", "--reason", "court_order")
    assert told.code == 0
    assert newest(drafted)["standing"] == "terminated"
    events = [line["event"] for line in drafted.run("agreement", "history", CODE, "--json").lines]
    between = ["reviewed", "reviewed", "confirmed", "confirmed", "signed", "signed"]
    assert events == ["drafted", "offered", *between, "put_in_force", "terminated"]
    told = drafted.run("agreement", "history", CODE).out
    assert "attorney determination of az-dps: satisfied" in told
    assert "1 clauses" in told


def test_a_file_drafted_again_is_the_next_version(drafted, write, signed):
    first = signed(drafted)
    assert drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head").code == 0
    again = write("b.toml", FILE.replace("at most 50", "at most 40"))
    assert drafted.run("agreement", "draft", again, "--as", "az-dps/counsel").code == 0
    second = signed(drafted)
    assert second != first
    assert drafted.run("agreement", "show", CODE, "--json").value["digest"] == first
    assert "follows version 2" in drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head").out
    assert drafted.run("agreement", "show", CODE, "--json").value["digest"] == second


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("put-in-force", CODE, "--as", "az-dps/head"), "no version of"),
        (("status", CODE), "no version of"),
        (("confirm", CODE, "--digest", "0", "--as", "az-dps/counsel"), "no version of"),
        (("offer", CODE, "--as", "pima-so/counsel"), f"no agreement `{CODE}` that is open to you"),
        (("put-in-force", CODE, "--as", "pima-so/head"), f"no agreement `{CODE}` that is open to you"),
        (("comment", CODE, "why", "--as", "pima-so/head"), f"no agreement `{CODE}` that is open to you"),
        (("offer", "none", "--as", "az-dps/counsel"), "no agreement `none`"),
    ],
)
def test_a_step_that_is_not_due_or_not_theirs_is_told(drafted, words, message):
    told = drafted.run("agreement", *words)
    assert told.code in {1, 2}
    assert message in told.err


def test_what_is_missing_is_told_step_by_step_until_nothing_is(drafted, keys, prepare, write):
    assert drafted.run("agreement", "status", CODE).code == 2
    assert drafted.run("agreement", "offer", CODE, "--as", "az-dps/counsel").code == 0
    told = drafted.run("agreement", "status", CODE)
    assert told.code == 1
    for words in ("attorney determination of az-dps", "privacy assessment of az-dps", "vehicles", "hsi-arizona"):
        assert words in told.out
    assert drafted.run("agreement", "draft", write("again.toml", FILE), "--as", "az-dps/counsel").code == 0
    digest = prepare(drafted)
    found = drafted.run("agreement", "status", CODE, "--json").value
    assert (found["unreviewed"], found["unconfirmed"], found["unsigned"]) == ([], [], ["az-dps", "hsi-arizona"])
    for party in PARTIES:
        key = keys(drafted, party)
        drafted.run("agreement", "sign", CODE, "--digest", digest, "--key", key, "--as", f"{party}/head")
    assert f"nothing is missing: `comity agreement put-in-force {CODE}`" in drafted.run("agreement", "status", CODE).out
    assert drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head").code == 0
    assert "nothing is missing: it was put in force" in drafted.run("agreement", "status", CODE).out


def test_nobody_signs_what_was_not_read_or_twice_and_nothing_unsigned_is_put_in_force(drafted, keys, prepare):
    digest = prepare(drafted)
    assert "no draft" in drafted.run("agreement", "offer", CODE, "--as", "az-dps/counsel").err
    by = ("--key", keys(drafted, "az-dps"), "--as", "az-dps/head")
    unread = drafted.run("agreement", "sign", CODE, "--digest", "0" * 64, *by)
    assert (unread.code, "read it again" in unread.err) == (2, True)
    clerk = drafted.run("agreement", "sign", CODE, "--digest", digest, *by[:2], "--as", "az-dps/records-clerk")
    assert (clerk.code, "agency_head" in clerk.err) == (1, True)
    bare = drafted.run("agreement", "sign", CODE, "--digest", digest, "--as", "az-dps/head")
    assert (bare.code, "--key PRIVATE.pem" in bare.err) == (2, True)
    other = drafted.run(
        "agreement", "sign", CODE, "--digest", digest, "--key", keys(drafted, "hsi-arizona"), "--as", "az-dps/head"
    )
    assert (other.code, "another agency's" in other.err) == (2, True), other.err
    assert drafted.run("agreement", "sign", CODE, "--digest", digest, *by).code == 0
    assert "has signed version 1" in drafted.run("agreement", "sign", CODE, "--digest", digest, *by).err
    early = drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head")
    assert (early.code, "not signed by `hsi-arizona`" in early.err) == (1, True)


def test_what_the_law_keeps_back_anyway_is_told_before_anybody_signs(terminal, write):
    faces = (
        FILE.replace("az-dps", "ut-dps-bci").replace('"case"', '"face"').replace("vehicle_description", "face_match")
    )
    faces = faces.replace("criminal_investigation", "civil_immigration")
    assert terminal.run("agreement", "draft", write("f.toml", faces), "--as", "ut-dps-bci/counsel").code == 0
    assert terminal.run("agreement", "offer", CODE, "--as", "ut-dps-bci/counsel").code == 0
    told = terminal.run("agreement", "status", CODE)
    assert "clause `vehicles` permits what the law never lets go of face_match, ut-dps-bci to hsi-arizona" in told.out
    [kept] = terminal.run("agreement", "status", CODE, "--json").value["kept_back_by_law"]
    assert (kept["clause"], kept["elements"], kept["is_held"]) == ("vehicles", ["face_match"], False)
    assert kept["unless"] == []
    assert any(rule.startswith("law-44") for rule in kept["rules"])


def test_evidence_without_which_the_law_keeps_a_clause_back_is_named(terminal, write):
    plates = (
        FILE.replace("az-dps", "ut-dps-bci").replace('"case"', '"alpr"').replace("vehicle_description", "plate_read")
    )
    assert terminal.run("agreement", "draft", write("p.toml", plates), "--as", "ut-dps-bci/counsel").code == 0
    assert terminal.run("agreement", "offer", CODE, "--as", "ut-dps-bci/counsel").code == 0
    told = terminal.run("agreement", "status", CODE).out
    assert "plate_read, ut-dps-bci to hsi-arizona, leave only where the holder has recorded what law-45" in told, told
    [kept] = terminal.run("agreement", "status", CODE, "--json").value["kept_back_by_law"]
    assert (kept["unless"], kept["is_held"]) == (["court_order"], False)


def test_what_falls_due_is_listed(reader):
    lines = reader.run("agreement", "due", "--json").lines
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    assert {line["kind"] for line in lines} == {"end"}
    assert "az-sharing-2026" in reader.run("agreement", "due").out
    assert "nothing falls due" in reader.run("agreement", "due", "--within", "1").out


def test_a_signature_made_elsewhere_is_taken(drafted, keys, prepare, tmp_path):
    digest, pem = prepare(drafted), keys(drafted, "az-dps")
    out = tmp_path / "to-sign"
    told = drafted.run("agreement", "digest", CODE, "--for", "az-dps", "--out", out, "--json")
    assert told.value["digest"] == out.read_bytes().hex()
    private = load_pem_private_key(pem.read_bytes(), None)
    (tmp_path / "signature").write_bytes(private.sign(out.read_bytes()))
    key_id = key_id_of(spki_of(private.public_key()))
    words = ("--signature", tmp_path / "signature", "--key-id", key_id, "--as", "az-dps/head")
    told = drafted.run("agreement", "sign", CODE, "--digest", digest, *words)
    assert (told.code, "1 of 2 parties" in told.out) == (0, True), told.err
    assert drafted.run("agreement", "digest", CODE, "--for", "pima-so").code == 2


def test_paper_is_attested_by_two(drafted, prepare, write):
    digest, scan = prepare(drafted), write("scan.pdf", b"%PDF ink")
    words = ("--for", "hsi-arizona", "--digest", digest, "--scan", scan)
    first = drafted.run("agreement", "attest", CODE, *words, "--as", "az-dps/counsel")
    assert (first.code, "1 post attests" in first.out) == (0, True), first.err
    second = drafted.run("agreement", "attest", CODE, *words, "--as", "az-dps/privacy")
    assert (second.code, "others do not bind it" in second.out) == (0, True), second.err
    status = drafted.run("agreement", "status", CODE)
    assert "others attest its paper: its own head or counsel" in status.out
    own = drafted.run("agreement", "attest", CODE, *words, "--as", "hsi-arizona/counsel")
    assert (own.code, "1 of 2 parties have signed" in own.out) == (0, True), own.err
    both = drafted.run("agreement", "attest", CODE, *words, "--scan-sha256", "a" * 64, "--as", "az-dps/head")
    assert (both.code, "one of the two" in both.err) == (2, True)


def test_the_parties_talk_about_what_is_on_offer(drafted):
    assert drafted.run("agreement", "offer", CODE, "--as", "az-dps/counsel").code == 0
    said = ("agreement", "comment", CODE)
    told = drafted.run(*said, "Why fifty?", "--place", "vehicles", "--as", "hsi-arizona/liaison")
    assert told.code == 0, told.err
    [line] = drafted.run("agreement", "comments", CODE, "--json").lines
    told = drafted.run(*said, "It is what was asked.", "--answers", line["comment"], "--as", "az-dps/counsel")
    assert told.code == 0, told.err
    lines = drafted.run("agreement", "comments", CODE, "--json").lines
    assert [(one["by"], one["place"], one["answers"]) for one in lines] == [
        ("hsi-arizona/liaison", "vehicles", None),
        ("az-dps/counsel", "", line["comment"]),
    ]
    assert "Why fifty?" in drafted.run("agreement", "comments", CODE).out
    assert drafted.run(*said, " ", "--as", "az-dps/counsel").code == 2
    stranger = drafted.run(*said, "Hm.", "--as", "pima-so/counsel")
    assert (stranger.code, "no agreement" in stranger.err) == (2, True)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"criminal_investigation"', '"curiosity"', "purposes"),
        (f'code = "{CODE}"', 'code = "No Code"', "code"),
        (f'code = "{CODE}"', "code = 7", "code"),
        ('hsi-arizona = "federal"', 'nobody = "federal"', "nobody"),
        ('title = "Vehicles, in one direction"', "", "title"),
    ],
)
def test_a_file_that_offering_would_refuse_is_not_drafted(terminal, write, old, new, field):
    before = terminal.run("agreement", "list", "--json").out
    told = terminal.run("agreement", "draft", write("a.toml", FILE.replace(old, new)), "--as", "az-dps/counsel")
    assert told.code == 2
    assert field in told.err
    assert "nothing was written" in told.out
    assert terminal.run("agreement", "list", "--json").out == before


def test_parties_and_kind_of_an_agreement_that_is_there_stay(drafted, write):
    other = write("c.toml", FILE.replace('az-dps = "state"', 'az-dps = "local"'))
    assert "the parties of" in drafted.run("agreement", "draft", other, "--as", "az-dps/counsel").err
    kind = write("d.toml", FILE.replace("sharing_mou", "interlocal"))
    assert "draft another agreement" in drafted.run("agreement", "draft", kind, "--as", "az-dps/counsel").err


@pytest.fixture
def two(terminal, write, signed):
    """Two agreements in force between the same parties, the second meant to take the place of the first."""
    for code in (CODE, NEXT):
        file = write(f"{code}.toml", FILE.replace(CODE, code))
        assert terminal.run("agreement", "draft", file, "--as", "az-dps/counsel").code == 0
        signed(terminal, code)
        assert terminal.run("agreement", "put-in-force", code, "--as", "az-dps/head").code == 0
    return terminal


def supersede(terminal, code=CODE, successor=NEXT, acting="az-dps/head"):
    return terminal.run("agreement", "supersede", code, "--successor", successor, "--as", acting)


def test_another_agreement_takes_the_place_of_one_once(two):
    told = supersede(two)
    assert (told.code, f"superseded by `{NEXT}`" in told.out) == (0, True)
    assert (newest(two)["standing"], newest(two)["successor"]) == ("superseded", NEXT)
    assert f"superseded by  {NEXT}" in two.run("agreement", "show", CODE).out
    assert two.run("agreement", "history", CODE, "--json").lines[-1]["event"] == "superseded"
    assert (newest(two, NEXT)["standing"], newest(two, NEXT)["successor"]) == ("in_force", None)
    again = supersede(two)
    assert (again.code, "superseded" in again.err) == (1, True)
    assert two.node.verify().is_clean


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"code": "none"}, 2, "CODE: no agreement `none`"),
        ({"successor": "none"}, 2, "--successor: no agreement `none`"),
        ({"successor": CODE}, 2, f"--successor: `{CODE}` is not another agreement in force"),
        ({"acting": "pima-so/head", "code": "az-sharing-2026"}, 2, f"--successor: no agreement `{NEXT}`"),
        ({"code": "az-sharing-2026"}, 2, f"--successor: `{NEXT}` lacks a party of `az-sharing-2026`"),
        ({"acting": "az-dps/counsel"}, 1, "`agency_head`"),
        ({"acting": "pima-so/head"}, 2, f"CODE: no agreement `{CODE}` that is open to you"),
    ],
)
def test_a_successor_that_cannot_be_and_a_post_that_may_not_are_told(two, changes, code, message):
    told = supersede(two, **changes)
    assert (told.code, message in told.err) == (code, True), told.err
    assert newest(two)["standing"] == "in_force"


def test_an_agreement_that_is_not_in_force_yet_takes_no_place(two, write):
    file = write("later.toml", FILE.replace(CODE, "vehicles-2029"))
    assert two.run("agreement", "draft", file, "--as", "az-dps/counsel").code == 0
    told = supersede(two, successor="vehicles-2029")
    assert (told.code, "put it in force first" in told.err) == (2, True)


def test_an_empty_paper_proves_nothing(drafted, prepare, write):
    digest = prepare(drafted)
    empty = write("empty.pdf", b"")
    words = ("--for", "hsi-arizona", "--digest", digest, "--scan", empty, "--as", "az-dps/counsel")
    told = drafted.run("agreement", "attest", CODE, *words)
    assert (told.code, "is empty" in told.err) == (2, True)
    words = ("--kind", "attorney_determination", "--finding", "satisfied", "--document", empty, "--digest", digest)
    told = drafted.run("agreement", "review", CODE, *words, "--as", "az-dps/counsel")
    assert (told.code, "is empty" in told.err) == (2, True)


def test_the_period_shown_is_that_of_the_version_shown_and_what_waits_says_from_when(drafted, write, signed):
    signed(drafted)
    assert "2026-01-01" in drafted.run("agreement", "show", CODE, "--offered").out
    assert drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head").code == 0
    later = write("later.toml", FILE.replace("2026-01-01T07", "2099-01-01T07"))
    assert drafted.run("agreement", "draft", later, "--as", "az-dps/counsel").code == 0
    signed(drafted)
    assert "2099-01-01" in drafted.run("agreement", "show", CODE, "--offered").out
    told = drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head")
    assert "takes the place of the present one at 2099-01-01" in told.out
    shown = drafted.run("agreement", "show", CODE).out
    assert "version 2, in force from 2099-01-01" in shown
    assert drafted.run("agreement", "show", CODE, "--json").value["version"] == 1


def test_a_review_that_is_not_satisfied_is_not_ticked(drafted, prepare, paper):
    digest = prepare(drafted)
    words = ("--kind", "attorney_determination", "--finding", "not_satisfied", "--document", paper, "--digest", digest)
    assert drafted.run("agreement", "review", CODE, *words, "--as", "az-dps/counsel").code == 0
    lines = drafted.run("agreement", "status", CODE).out.splitlines()
    [line] = [one for one in lines if "not satisfied" in one]
    assert line.startswith("·")
