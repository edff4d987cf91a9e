"""An agreement from a file to force, and to its end, by the posts that may."""

from pathlib import Path

import pytest

DEMO = Path(__file__).parents[3] / "src" / "comity" / "standing" / "agreements" / "demo" / "az-sharing-2026.toml"
CODE = "vehicles-2027"
NEXT = "vehicles-2028"
PARTIES = ("az-dps", "hsi-arizona")
FILE = f"""
code = "{CODE}"
title = "Vehicles, in one direction"
kind = "sharing_mou"
starts_at = 2026-01-01T07:00:00Z
text = "1 Vehicles go to investigators, at most 50 a day."

[parties]
az-dps = "state"
hsi-arizona = "federal"

[[clauses]]
id = "vehicles"
kind = "share"
from = ["az-dps"]
to = ["hsi-arizona"]
purposes = ["criminal_investigation"]
categories = ["case"]
elements = ["vehicle_description"]
"""


@pytest.fixture
def drafted(terminal, write):
    told = terminal.run("agreement", "draft", write("a.toml", FILE), "--as", "az-dps/counsel")
    assert told.code == 0, told.err
    assert "nobody is bound" in told.out
    return terminal


def newest(terminal, code=CODE):
    return terminal.run("agreement", "show", code, "--offered", "--json").value


def signed(terminal, code=CODE):
    """The agreement offered and signed by every party; returns the digest they read."""
    assert terminal.run("agreement", "offer", code, "--as", "az-dps/counsel").code == 0
    digest = newest(terminal, code)["digest"]
    for party in PARTIES:
        told = terminal.run("agreement", "sign", code, "--digest", digest, "--as", f"{party}/head")
        assert told.code == 0, told.err
    assert "2 of 2 parties have signed" in told.out
    return digest


def test_a_file_becomes_an_agreement_in_force_and_ends(drafted):
    signed(drafted)
    told = drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head")
    assert (told.code, "follows version 1" in told.out) == (0, True)
    assert newest(drafted)["standing"] == "in_force"
    told = drafted.run("agreement", "terminate", CODE, "--as", "az-dps/head", "--reason", "mutual")
    assert told.code == 0
    assert newest(drafted)["standing"] == "terminated"
    events = [line["event"] for line in drafted.run("agreement", "history", CODE, "--json").lines]
    assert events == ["drafted", "offered", "signed", "signed", "put_in_force", "terminated"]


def test_a_file_drafted_again_is_the_next_version(drafted, write):
    first = signed(drafted)
    assert drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head").code == 0
    again = write("b.toml", FILE.replace("at most 50", "at most 40"))
    assert drafted.run("agreement", "draft", again, "--as", "hsi-arizona/counsel").code == 0
    second = signed(drafted)
    assert second != first
    assert drafted.run("agreement", "show", CODE, "--json").value["digest"] == first
    assert "follows version 2" in drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head").out
    assert drafted.run("agreement", "show", CODE, "--json").value["digest"] == second


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("put-in-force", CODE, "--as", "az-dps/head"), "no version of"),
        (("sign", CODE, "--digest", "0", "--as", "az-dps/head"), "no version of"),
        (("offer", CODE, "--as", "pima-so/counsel"), "no agreement"),
        (("offer", "none", "--as", "az-dps/counsel"), "no agreement `none`"),
    ],
)
def test_a_step_that_is_not_due_or_not_theirs_is_told(drafted, words, message):
    told = drafted.run("agreement", *words)
    assert told.code in {1, 2}
    assert message in told.err


def test_nobody_signs_what_was_not_read_or_twice_and_nothing_unsigned_is_put_in_force(drafted):
    assert drafted.run("agreement", "offer", CODE, "--as", "az-dps/counsel").code == 0
    assert "no draft" in drafted.run("agreement", "offer", CODE, "--as", "az-dps/counsel").err
    unread = drafted.run("agreement", "sign", CODE, "--digest", "0" * 64, "--as", "az-dps/head")
    assert (unread.code, "read it again" in unread.err) == (2, True)
    digest = newest(drafted)["digest"]
    clerk = drafted.run("agreement", "sign", CODE, "--digest", digest, "--as", "az-dps/records-clerk")
    assert (clerk.code, "agency_head" in clerk.err) == (1, True)
    assert drafted.run("agreement", "sign", CODE, "--digest", digest, "--as", "az-dps/head").code == 0
    assert (
        "has signed version 1" in drafted.run("agreement", "sign", CODE, "--digest", digest, "--as", "az-dps/head").err
    )
    early = drafted.run("agreement", "put-in-force", CODE, "--as", "az-dps/head")
    assert (early.code, "not signed by `hsi-arizona`" in early.err) == (1, True)


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
def two(terminal, write):
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
