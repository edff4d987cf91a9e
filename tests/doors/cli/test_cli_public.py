"""The public's data on the command line: what is shown, what is withheld, and what is told of wrong input."""

import pytest

from comity.config.node import Role

CODE = "az-sharing-2026"
PRIVACY = ("--as", "az-dps/privacy")


@pytest.fixture
def digest(reader):
    return reader.run("public", "show", CODE, "--json").value["content"]["version"]["digest"]


def test_what_is_public_is_listed_in_both_languages(reader):
    told = reader.run("public", "list")
    assert (told.code, CODE in told.out, "in force" in told.out) == (0, True, True)
    assert "vigente" in reader.run("public", "list", "--lang", "es").out
    lines = reader.run("public", "list", "--json").lines
    assert len(lines) == 6
    assert all(line["content"]["version"]["text"] for line in lines)


def test_a_list_tells_whose_text_is_public_and_reads_no_text(terminal, monkeypatch):
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    from comity.doors.cli import publication

    rows = []
    monkeypatch.setattr(publication, "say_table", lambda _, lines: rows.extend(lines))
    with terminal.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE publication_version SET text = '', text_at = NULL WHERE code = %s", (CODE,))
    with CaptureQueriesContext(connections["public"]) as asked:
        assert terminal.run("public", "list").code == 0
    assert len(rows) == 6
    assert [row[0] for row in rows if row[-1] == "no"] == [CODE]
    assert not [one["sql"] for one in asked.captured_queries if '"text"' in one["sql"] or '"summary"' in one["sql"]]


def test_one_agreement_is_shown_with_summary_text_and_history(reader):
    told = reader.run("public", "show", CODE, "--text", "--history").out
    assert "Arizona Department of Public Safety (az-dps)" in told
    assert "may share with" in told
    assert "1 Purpose." in told
    assert "text made public" in told
    assert "texto hecho público" in reader.run("public", "show", CODE, "--history", "--lang", "es").out
    assert "1 Purpose." not in reader.run("public", "show", CODE).out


def test_a_preview_shows_numbered_paragraphs_and_publishes_nothing(reader, digest, write):
    before = reader.run("public", "show", CODE, "--text", "--json").value
    file = write("held.toml", '[[withhold]]\nparagraph = 2\nauthority = "A05"\n')
    told = reader.run("agreement", "publish", CODE, "--digest", digest, "--withhold", file, "--preview", *PRIVACY)
    assert told.code == 0, told.err
    assert "[2] [withheld: A.R.S. 39-121 to 39-121.02, 39-171]" in told.out
    assert "[3] 3 Criminal cases." in told.out
    assert "nothing is public by this" in told.err
    assert reader.run("public", "show", CODE, "--text", "--json").value == before


def test_a_text_is_published_again_without_a_passage(terminal, write):
    digest = terminal.run("public", "show", CODE, "--json").value["content"]["version"]["digest"]
    file = write("held.toml", '[[withhold]]\nparagraph = 3\nwords = "a home address"\nauthority = "A05"\n')
    done = terminal.run("agreement", "publish", CODE, "--digest", digest, "--withhold", file, *PRIVACY)
    assert done.code == 2, done.out
    assert "copy them from the text" in done.err
    file = write("held.toml", '[[withhold]]\nparagraph = 3\nwords = "A home address"\nauthority = "A05"\n')
    done = terminal.run("agreement", "publish", CODE, "--digest", digest, "--withhold", file, *PRIVACY)
    assert done.code == 0, done.err
    assert "1 passages withheld" in done.out
    text = terminal.run("public", "show", CODE, "--text").out
    assert "A home address" not in text
    assert "[withheld: A.R.S. 39-121" in text
    changes = terminal.run("public", "show", CODE, "--json").value["changes"]
    assert [one["change"] for one in changes] == ["text_published", "text_published", "put_in_force"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", "cannot be read"),
        ("[[withhold", "cannot be read"),
        ("[[withhold]]\nparagraph = 1\n", "cannot be read"),
        ('[[withhold]]\nparagraph = 0\nauthority = "A05"\n', "cannot be read"),
        ('[[withhold]]\nparagraph = 1\nauthority = "A05"\nreason = "x"\n', "cannot be read"),
        (f'[[withhold]]\nparagraph = 1\nauthority = "{"Z" * 21}"\n', "cannot be read"),
        (f'[[withhold]]\nparagraph = 1\nauthority = "A05"\nwords = "{"x" * 10_001}"\n', "cannot be read"),
        ('[[withhold]]\nparagraph = 1\nauthority = "Z99"\n', "no authority `Z99`"),
        ('[[withhold]]\nparagraph = 99\nauthority = "A05"\n', "no paragraph 99"),
    ],
)
def test_a_file_that_does_not_fit_is_told(reader, digest, write, content, message):
    told = reader.run(
        "agreement", "publish", CODE, "--digest", digest, "--withhold", write("x.toml", content), *PRIVACY
    )
    assert told.code == 2
    assert message in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("public", "show", "none"), "no agreement `none` is public"),
        (("public", "show", CODE, "--version", "7"), "no version 7"),
        (("agreement", "publish", CODE, "--digest", "0", *PRIVACY), "is no version of"),
        (("agreement", "publish", "none", "--digest", "0", *PRIVACY), "no agreement `none`"),
    ],
)
def test_what_is_not_there_is_told(reader, words, message):
    told = reader.run(*words)
    assert (told.code, message in told.err) == (2, True)


def published(reader):
    return [
        reader.node.look(f"SELECT t::text FROM publication_{name} t ORDER BY 1")
        for name in ("agreement", "version", "change")
    ]


@pytest.mark.parametrize("options", [(), ("--preview",)])
@pytest.mark.parametrize(
    ("post", "code", "message"),
    [
        (
            "az-dps/head",
            1,
            "comity: a post with function `counsel`, `privacy_officer` does this, `head` has `agency_head`",
        ),
        ("mesa-pd/privacy", 2, f"comity: CODE: no agreement `{CODE}` that is open to you"),
    ],
)
def test_only_a_partys_privacy_officer_or_counsel_publishes(reader, digest, post, code, message, options):
    before = published(reader)
    told = reader.run("agreement", "publish", CODE, "--digest", digest, "--as", post, *options)
    assert (told.code, told.out, told.err.splitlines()[0]) == (code, "", message)
    assert published(reader) == before


@pytest.mark.parametrize("options", [(), ("--preview",)])
def test_a_digest_of_no_version_is_told_to_a_party_alone(reader, options):
    before = published(reader)
    mistyped = ("agreement", "publish", CODE, "--digest", "0" * 64, *options)
    told = reader.run(*mistyped, *PRIVACY)
    message = f"comity: --digest: `{'0' * 64}` is no version of `{CODE}`"
    assert (told.code, told.err.splitlines()) == (2, [message, f"  → see `comity agreement show {CODE}`"])
    stranger = reader.run(*mistyped, "--as", "mesa-pd/privacy")
    assert (stranger.code, "no version of" in stranger.err) == (2, False)
    assert published(reader) == before
