"""How the law changes, at the command line: another release, what it changes, what is wrong with it."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from comity.standing.law.packs import load_rules


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


def test_counsel_is_shown_what_a_release_leaves_out_before_it_is_signed_and_without_it_nothing_is_law(
    changed, tmp_path
):
    terminal, release = changed
    gone = sorted(rule.id for rule in load_rules() if rule.jurisdiction == "us-ca")
    shown = terminal.run("law", "show")
    assert f"release {release} leaves out, of the law in force: {', '.join(gone)}" in " ".join(shown.out.split())
    assert "the release as such is not" in " ".join(shown.out.split())
    asked = terminal.run("law", "digest", "--all", "--json").value
    assert (asked["takes_out"], '"schema":"comity/law-release-approval/1"' in asked["statement"]) == (gone, True)
    assert all(f"- rule {rule}" in terminal.run("law", "digest", "--all").out for rule in gone)
    key = ed25519.Ed25519PrivateKey.generate()
    private, public = tmp_path / "k.pem", tmp_path / "k.pub.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    counsel = ("--as", "az-ag/counsel")
    assert terminal.run("keys", "publish", public, "--purpose", "signature", "--as", "az-ag/head").code == 0
    one = terminal.run("law", "approve", *counsel, "--rule", "law-28", "--key", private)
    assert "→ the release as such is left" in one.out
    refused = terminal.run("law", "put-in-force", "--release", release)
    assert (refused.code, "has not approved release" in refused.err, f"`{gone[0]}`" in refused.err) == (1, True, True)
    done = terminal.run("law", "approve", *counsel, "--all", "--key", private)
    assert all(f"- rule {rule}" in done.out for rule in gone)
    assert "→ `comity law replay --from DAY`" in done.out
    assert terminal.run("law", "show", "--json").lines[-1]["approval"] == "signed"


def test_the_keeper_says_whose_counsel_is_the_nodes(terminal):
    assert "of ut-ag from now on" in terminal.run("law", "name-counsel", "ut-ag").out
    refused = terminal.run("law", "setting", "set", "benefits_records", "on", "--reason", "x", "--as", "az-ag/counsel")
    assert (refused.code, "counsel of the node is that of `ut-ag`" in refused.err) == (1, True)
    nobody = terminal.run("law", "name-counsel", "nobody")
    assert (nobody.code, "AGENCY: `nobody` is not in the directory" in nobody.err) == (2, True)


def test_without_a_waiting_release_there_is_nothing_to_compare(reader):
    told = reader.run("law", "diff")
    assert (told.code, "no release waits for this" in told.err) == (2, True)


@pytest.fixture
def exported(terminal, tmp_path):
    folder = tmp_path / "law"
    told = terminal.run("law", "export", folder, "--json")
    assert told.code == 0, told.err
    return terminal, folder


def releases(terminal) -> int:
    return len(terminal.run("law", "show", "--json").lines)


def test_a_release_written_as_a_folder_and_edited_is_loaded_as_a_draft_with_its_difference(exported):
    terminal, folder = exported
    same = terminal.run("law", "load", folder, "--json").value
    assert (same["state"], releases(terminal)) == ("current", 1)
    words = folder / "texts" / "en.toml"
    words.write_text(words.read_text("utf-8").replace("Federal law lets", "Federal law now lets"), "utf-8")
    told = terminal.run("law", "load", folder)
    assert (
        told.code,
        "~ rule law-28 (says.en)" in told.out,
        "1 rules and the release as such wait for counsel" in told.out,
    ) == (0, True, True)
    again = terminal.run("law", "load", folder, "--json").value
    assert (again["state"], again["unapproved"], again["changes"]["rules"]["changed"]) == (
        "draft",
        ["law-28"],
        ["law-28"],
    )
    terminal.node.sequence()
    assert terminal.run("ledger", "verify").code == 0


def test_a_folder_that_is_there_is_not_written_into(exported, tmp_path):
    terminal, folder = exported
    for name in (folder, folder / "authorities.toml", tmp_path / "law" / "authorities.toml" / "x"):
        told = terminal.run("law", "export", name)
        assert (told.code, "FOLDER" in told.err) == (2, True)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    assert terminal.run("law", "export", link).code == 2
    assert not (tmp_path / "elsewhere").exists()


def test_every_fault_of_a_folder_is_named_by_file_and_nothing_is_loaded(exported, tmp_path):
    terminal, folder = exported

    def refused(*says: str) -> None:
        told = terminal.run("law", "load", folder)
        assert (told.code, "Traceback" in told.err, releases(terminal)) == (2, False, 1)
        assert [one for one in says if one not in told.err] == []
        checked = terminal.run("law", "check", folder, "--json")
        assert (checked.code, {one["severity"] for one in checked.lines} >= {"error"}) == (1, True)

    pack, words = folder / "packs" / "us-az.cedar", folder / "texts" / "es.toml"
    good = pack.read_bytes(), words.read_bytes()
    pack.write_text(
        pack.read_text().replace('"custody"', '"custard"').replace('@cite("A.R.S. 11-1051(A)")', '@cite("")')
    )
    refused(
        "packs/us-az.cedar: rule `xe-29-az-release`: `custard` is not a word", "rule `xe-29-az-contact`: no citation"
    )
    pack.write_bytes(b"\x00\xff")
    (folder / "notes.txt").write_text("x")
    refused("packs/us-az.cedar: is not text in UTF-8", "notes.txt: is not a file of the law")
    (folder / "notes.txt").unlink()
    pack.unlink()
    pack.symlink_to(folder / "packs" / "us.cedar")
    refused("packs/us-az.cedar: is no plain file")
    pack.unlink()
    pack.write_bytes(good[0])
    words.unlink()
    refused("texts/es.toml: is missing")
    words.write_bytes(good[1])
    assert terminal.run("law", "load", folder).code == 0


def test_what_is_no_folder_is_refused_in_a_sentence(exported, tmp_path):
    terminal, folder = exported
    link = tmp_path / "link"
    link.symlink_to(folder)
    for name, says in (
        (tmp_path / "none", "cannot be read"),
        (folder / "authorities.toml", "is no folder"),
        (link, "is a link"),
        ("a\x00b", "cannot be read"),
    ):
        for command in ("load", "check"):
            told = terminal.run("law", command, name)
            assert (told.code, says in told.err, "Traceback" in told.err) == (2, True, False)


def test_a_loaded_release_is_checked_with_whether_counsel_approved(changed):
    terminal, release = changed
    current = next(one for one in terminal.run("law", "show", "--json").lines if one["state"] == "current")["release"]
    assert [
        one for one in terminal.run("law", "check", "--release", current, "--json").lines if one["severity"] == "error"
    ] == []
    found = terminal.run("law", "check", "--release", release, "--json")
    errors = [(one["code"], one["rule"]) for one in found.lines if one["severity"] == "error"]
    assert (found.code, errors) == (1, [("release-not-approved", ""), ("not-approved", "law-28")])
    gone = sorted(rule.id for rule in load_rules() if rule.jurisdiction == "us-ca")
    assert all(f"`{rule}`" in found.lines[0]["words"] for rule in gone)
    assert [one["rule"] for one in found.lines if one["code"] == "left-out"] == gone
    none = terminal.run("law", "check", "--release", "zzz")
    assert (none.code, "is no release" in none.err) == (2, True)


def test_an_approval_whose_signature_was_changed_behind_the_database_is_found(terminal):
    from comity.config.node import Role

    with terminal.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE law_approval SET rule_digest = repeat('0', 63) || '1' WHERE rule_id = 'law-30'")
    [release] = terminal.run("law", "show", "--json").lines
    found = terminal.run("law", "check", "--release", release["release"], "--json")
    errors = {(one["code"], one["rule"]) for one in found.lines}
    assert {("not-approved", "law-30"), ("not-signed", "law-28")} <= errors


def test_shipped_packs_are_checked_without_a_node(tmp_path):
    from pathlib import Path

    from cli_terminal import Terminal

    def no_node():
        raise AssertionError("the check of shipped packs opened a node")

    terminal = Terminal(None, no_node)
    tables = Path(__file__).parents[3] / "src" / "comity" / "standing" / "law" / "decisions"
    told = terminal.run("law", "check", "--tables", tables)
    assert "0 errors" in told.out or "nothing to mend" in told.out
    assert "approved was not looked at" in told.err
    errors = terminal.run("law", "check", "--tables", tmp_path / "none").err.splitlines()
    assert "--tables" in errors[0]
    (tmp_path / "odd.csv").write_text("a,b\n")
    assert "is no decision table" in terminal.run("law", "check", "--tables", tmp_path).err
    assert terminal.run("law", "check", "--on", "soon").code == 2
    assert terminal.run("law", "check", tmp_path, "--release", "x").code == 2


@pytest.fixture
def settings(monkeypatch):
    """Two settings as if they shipped."""
    from types import SimpleNamespace

    from comity.doors.cli import law_setting
    from comity.standing.law.commands import setting

    known = {
        "plates": SimpleNamespace(
            id="plates", en="Plates may go", es="Las placas", values=("off", "on"), default="off"
        ),
        "home": SimpleNamespace(id="home", en="A warrant", es="Una orden", values=("strict",), default="strict"),
    }
    for module in (law_setting, setting):
        monkeypatch.setattr(module, "load_known", lambda: known)


@pytest.mark.usefixtures("settings")
def test_counsel_switches_a_setting_and_the_list_says_so(terminal):
    words = ("law", "setting", "set", "plates", "on", "--reason", "opinion I-26")
    assert {one["value"] for one in terminal.run("law", "setting", "list", "--json").lines} == {"off", "strict"}
    clerk = terminal.run(*words, "--as", "az-ag/interface")
    assert (clerk.code, "is not counsel" in clerk.err) == (1, True)
    assert terminal.run(*words, "--as", "az-ag/counsel").code == 0
    [_, plates] = terminal.run("law", "setting", "list", "--lang", "es", "--json").lines
    assert (plates["value"], plates["says"], plates["reason"]) == ("on", "Las placas", "opinion I-26")
    assert "opinion I-26" in terminal.run("law", "setting", "list").out
    for wrong, says in (
        (("plates", "maybe"), "has no value `maybe`; use one of: off, on"),
        (("weather", "on"), "no setting `weather`; use one of: home, plates"),
        (("home", "strict"), "there is nothing to switch"),
    ):
        told = terminal.run("law", "setting", "set", *wrong, "--reason", "x", "--as", "az-ag/counsel")
        assert (told.code, says in told.err) == (2, True)
    back = terminal.run(*words, "--as", "az-ag/counsel", "--at", "2020-01-01")
    assert (back.code, "--at" in back.err) == (2, True)
    day = (terminal.node.clock.now + timedelta(days=30)).date().isoformat()
    off = ("law", "setting", "set", "plates", "off", "--reason", "opinion I-27", "--as", "az-ag/counsel", "--at", day)
    assert terminal.run(*off).code == 0
    [_, plates] = terminal.run("law", "setting", "list", "--json").lines
    assert (plates["value"], [(one["value"], one["reason"]) for one in plates["coming"]]) == (
        "on",
        [("off", "opinion I-27")],
    )
    assert f"`plates` is `off` from {day}" in terminal.run("law", "setting", "list").out


def test_authorities_are_listed_by_what_they_are_about(terminal):
    every = terminal.run("law", "authorities", "--json").lines
    tags = {tag for one in every for tag in one["tags"]}
    assert len(tags) > 1
    tag = min(tags)
    some = terminal.run("law", "authorities", "--tag", tag, "--json").lines
    assert [one["code"] for one in some] == [one["code"] for one in every if tag in one["tags"]]
    assert 0 < len(some) < len(every)
    assert tag in terminal.run("law", "authorities", "--tag", tag).out
    wrong = terminal.run("law", "authorities", "--tag", "weather")
    assert (wrong.code, f"use one of: {tag}" in wrong.err) == (2, True)
