"""How the law changes, at the command line: another release, what it changes, what is wrong with it."""

import pytest


@pytest.fixture
def changed(terminal):
    """A terminal on a node with the demo's law, and beside it a release with one rule reworded and California gone."""
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.standing.law.commands import load_release
    from comity.standing.law.rules import Release, shipped_release

    shipped = shipped_release()
    packs = {name: text for name, text in shipped.packs.items() if name != "us-ca"}
    words = dict(shipped.text_sources)
    words["en"] = words["en"].replace("Federal law lets agencies exchange", "Federal law allows agencies to exchange")
    release = Release(packs, words, shipped.authority_source)
    now = terminal.node.clock()
    return terminal, str(load_release(by=node_actor(Duty.STEWARD), now=now, release=release))


def test_the_waiting_release_is_compared_with_the_one_in_force(changed):
    terminal, release = changed
    told = terminal.run("law", "diff", "--json").value
    assert told["release"] == release
    rules = {one["name"]: one for one in told["rules"]}
    assert [part["part"] for part in rules["law-28"]["parts"]] == ["says.en"]
    assert {one["how"] for name, one in rules.items() if name != "law-28"} == {"removed"}
    said = terminal.run("law", "diff").out
    assert "~ rule law-28 (says.en)" in said
    assert "    + Federal law allows agencies" in said
    assert "    - Federal law lets agencies" in said


def test_any_two_releases_are_compared_and_one_with_itself_is_not(changed):
    terminal, release = changed
    current = next(one for one in terminal.run("law", "show", "--json").lines if one["state"] == "current")["release"]
    back = terminal.run("law", "diff", current, "--against", release, "--json").value
    assert (back["release"], back["against"]) == (current, release)
    assert "added" in {one["how"] for one in back["rules"]}
    same = terminal.run("law", "diff", release, "--against", release)
    assert (same.code, "is the same release" in same.err) == (2, True)
    none = terminal.run("law", "diff", release, "--against", "zzz")
    assert (none.code, "--against: `zzz` is no release" in none.err) == (2, True)


def test_what_changes_is_shown_before_putting_in_force(changed):
    terminal, release = changed
    told = terminal.run("law", "put-in-force", "--release", release)
    assert told.code == 1
    assert "~ rule law-28" in told.out
    assert "counsel has not approved 1 rules" in told.err


def test_without_a_waiting_release_there_is_nothing_to_compare(reader):
    told = reader.run("law", "diff")
    assert (told.code, "no release waits for this" in told.err) == (2, True)
