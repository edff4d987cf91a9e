"""Past decisions decided again at the command line, before a version is signed or a release put in force."""

import json
import sys
from datetime import timedelta

import pytest

CODE = "az-sharing-2026"
VEHICLES = """
@id("xe-99") @kind("forbid") @says("law-29") @obligations("log") @cite("8 U.S.C. 1373") @source("F02")
@from("1996-09-30") @to("")
forbid (principal, action == Comity::Action::"disclose", resource == Comity::Class::"case")
when { principal.category == "case" };
"""


@pytest.fixture
def asked(lodged):
    """A terminal on a node where one ask was disclosed."""
    from comity.coordination.exchange.ask import Ask
    from comity.coordination.exchange.commands.request import request_disclosures

    demo = lodged.node
    ask = Ask(
        ask_key="k1", holder="pima-so", purpose="criminal_investigation", category="case", elements=("warrant",),
        reference="C-1",
    )  # fmt: skip
    request_disclosures(asks=(ask,), by=demo.actor("hsi-arizona"), now=demo.clock(), keys=demo.keys)
    return lodged


def days(terminal):
    now = terminal.node.clock.now
    return "--from", str((now - timedelta(days=1)).date()), "--to", str((now + timedelta(days=1)).date())


def offer_without_cases(demo):
    from comity.kernel.time import Period
    from comity.spine.tenancy.transaction import reading
    from comity.standing.agreements.candidate import find_version
    from comity.standing.agreements.commands import offer_agreement, revise_draft

    with reading(demo.node("steward")):
        last = find_version(code=CODE, number=None)
    clauses = [clause for clause in last.terms["clauses"] if clause["id"] != "cases"]
    head, here = demo.actor("pima-so", "head"), {"agreement_id": last.agreement_id, "now": demo.clock()}
    period = Period(demo.clock.now, last.period.ends_at)
    revise_draft(
        by=head, title=last.title, text=last.text, terms={**last.terms, "clauses": clauses}, period=period, **here
    )
    offer_agreement(by=head, **here)


def test_an_offered_version_shows_by_clause_what_would_have_come_out_otherwise(asked, tmp_path):
    offer_without_cases(asked.node)
    out = tmp_path / "list.json"
    told = asked.run("agreement", "replay", CODE, "--as", "pima-so/head", *days(asked), "--out", str(out))
    assert told.code == 1
    assert "agr-az-sharing-2026-1-cases" in told.out
    assert "no longer there: " in told.out
    assert "1 decisions: 0 the same, 1 otherwise" in told.out
    again = asked.run("agreement", "replay", CODE, *days(asked), "--json").value
    assert (again["replay"]["different"], again["replay"]["tried"]["version"]) == (1, "2")
    assert json.loads(out.read_bytes())["different"] == 1


def test_the_version_in_force_comes_out_the_same(asked):
    told = asked.run("agreement", "replay", CODE, "--version", "1", *days(asked))
    assert (told.code, "1 decisions: 1 the same, 0 otherwise" in told.out) == (0, True)
    until_now = asked.run("agreement", "replay", CODE, "--version", "1", *days(asked)[:2])
    assert "1 decisions: 1 the same, 0 otherwise" in until_now.out


def test_a_replay_of_the_waiting_release_lists_its_rule_and_is_recorded(asked):
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.law.commands import load_release
    from comity.standing.law.rules import Release, shipped_release
    from comity.standing.law.selectors import list_replays

    shipped = shipped_release()
    packs = {**shipped.packs, "us": shipped.packs["us"] + VEHICLES}
    release = Release(packs, shipped.text_sources, shipped.authority_source)
    release_id = load_release(by=node_actor(Duty.STEWARD), now=asked.node.clock(), release=release)
    told = asked.run("law", "replay", *days(asked))
    assert told.code == 1
    assert "xe-99" in told.out
    assert "8 U.S.C. 1373" in told.out
    [kept] = list_replays(release_id)
    assert (kept.counts.different, kept.list_digest in told.out) == (1, True)
    assert "1 of 1 decisions made under the law in force are of this period" in told.out
    empty = asked.run("law", "replay", "--from", "2020-01-01", "--to", "2020-01-02")
    assert "that clears no way for the release" in empty.out


def test_a_process_that_ends_early_is_told_in_a_sentence(asked, monkeypatch):
    monkeypatch.setattr("comity.doors.cli.replay.PROCESSES", 2)
    monkeypatch.setattr("comity.coordination.exchange.commands.replay.FEWEST", 0)
    monkeypatch.setattr("comity.coordination.exchange.redeciders.Redecider.decide", lambda *_: sys.exit(3))
    told = asked.run("agreement", "replay", CODE, "--version", "1", *days(asked))
    assert (told.code, "ended before its work; nothing was recorded, run it again" in told.err) == (1, True), told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((CODE, "--version", "9", "--from", "2026-01-01", "--to", "2026-02-01"), "there are: 1"),
        (("no-such", "--from", "2026-01-01", "--to", "2026-02-01"), "no agreement `no-such`"),
        ((CODE, "--from", "2026-02-01", "--to", "2026-02-01"), "is not after"),
        ((CODE, "--from", "yesterday", "--to", "2026-02-01"), "is not a time"),
        ((CODE, "--from", "2126-01-01", "--to", "2126-02-01"), "which is to come"),
        ((CODE, "--from", "2026-01-01", "--to", "2026-02-01", "--as", "pima-so"), "does not answer for decisions"),
    ],
)
def test_what_cannot_be_replayed_is_told_in_a_sentence(reader, words, said):
    told = reader.run("agreement", "replay", *words)
    assert told.code in {1, 2}
    assert said in told.err


def test_a_period_without_a_decision_is_told_as_such(reader):
    told = reader.run("agreement", "replay", CODE, "--from", "2020-01-01", "--to", "2020-02-01")
    assert (told.code, "no decision of this period is open to you" in told.out) == (0, True)


def test_without_a_waiting_release_there_is_nothing_to_replay(reader):
    told = reader.run("law", "replay", "--from", "2026-01-01", "--to", "2026-02-01")
    assert (told.code, "no release waits for this" in told.err) == (2, True)
