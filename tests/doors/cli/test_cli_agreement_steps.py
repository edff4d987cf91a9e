"""An agreement from a file to force, and to its end, by the posts that may."""

from pathlib import Path

import pytest

DEMO = Path(__file__).parents[3] / "src" / "comity" / "standing" / "agreements" / "demo" / "az-sharing-2026.toml"
CODE = "vehicles-2027"
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


def newest(terminal):
    return terminal.run("agreement", "show", CODE, "--offered", "--json").value


def signed(terminal):
    """The agreement offered and signed by every party; returns the digest they read."""
    assert terminal.run("agreement", "offer", CODE, "--as", "az-dps/counsel").code == 0
    digest = newest(terminal)["digest"]
    for party in PARTIES:
        told = terminal.run("agreement", "sign", CODE, "--digest", digest, "--as", f"{party}/head")
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
