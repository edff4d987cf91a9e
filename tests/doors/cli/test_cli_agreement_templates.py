"""Templates on the command line, without a node: listed, shown, written from; a wrong input is told with a remedy."""

from contextlib import contextmanager

import pytest
from cli_terminal import Terminal

WRITE = (
    "agreement", "write", "tfm", "--code", "pinal-tfm-2027", "--party", "local=pinal-so",
    "--party", "federal=ice-ero-phoenix", "--from", "2027-01-01",
)  # fmt: skip
TERM = ("--to", "2030-01-01")


@contextmanager
def no_node():
    raise AssertionError("a node was opened")
    yield


@pytest.fixture
def alone() -> Terminal:
    """A terminal where opening a node fails the test."""
    return Terminal(None, no_node)


def test_templates_and_clauses_are_listed_without_a_node(alone):
    codes = {line["code"]: line for line in alone.run("agreement", "templates", "--json").lines}
    assert codes["tfm"]["parties"]["federal"] == "ICE field office"
    assert "Task Force Model" in alone.run("agreement", "templates").out
    assert "Acuerdo de modelo" in alone.run("agreement", "templates", "--lang", "es").out
    protective = alone.run("agreement", "clauses", "--protective", "--json").lines
    assert {one["clause"] for one in protective} >= {"body-cameras", "minors", "fixed-term"}
    assert all(one["protective"] for one in protective)


def test_a_template_shows_what_protects_and_what_is_to_be_filled_in(alone):
    told = alone.run("agreement", "template", "tfm")
    assert told.code == 0
    line = next(line for line in told.out.splitlines() if line.startswith("body-cameras"))
    assert "protective" in line
    assert "unless left out" in line
    assert "hours, 1 to 48" in told.out
    assert "kept 180 days" in told.out
    whole = alone.run("agreement", "template", "tfm", "--json").value
    assert next(one for one in whole["fields"] if one["name"] == "hold_hours")["default"] == 48
    assert "must be given" in alone.run("agreement", "template", "mou").out
    assert "debe" not in told.out
    assert "retención máxima" in alone.run("agreement", "template", "tfm", "--lang", "es").out


def test_a_clause_is_shown_in_full(alone):
    told = alone.run("agreement", "clauses", "hold-limit")
    assert "{hold_hours} hours" in told.out
    assert "8 C.F.R. 287.5" in told.out
    assert "contested" in told.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("agreement", "template", "tmf"), "did you mean `tfm`"),
        (("agreement", "template", "zzz"), "`comity agreement templates` lists them"),
        (("agreement", "clauses", "minor"), "did you mean `minors`"),
        (("agreement", "write", "tmf", *WRITE[3:]), "did you mean `tfm`"),
        ((*WRITE, *TERM, "--party", "boss=x"), "--party boss: is no place of this template"),
        ((*WRITE, *TERM, "--party", "local"), "`local` is not of the form ROLE=AGENCY"),
        ((*WRITE, *TERM, "--party", "federal=cbp"), "--party federal: has 2 agencies, not 1"),
        ((*WRITE[:5], "--party", "local=a-so", *WRITE[9:], *TERM), "--party federal: has 0 agencies, not 1"),
        ((*WRITE, *TERM, "--field", "hold_hours=49"), "--field hold_hours: `49` is out of range"),
        ((*WRITE, *TERM, "--field", "hold_hour=4"), "--field hold_hour: is no field of this template"),
        ((*WRITE, *TERM, "--field", "hold_hours"), "`hold_hours` is not of the form NAME=VALUE"),
        ((*WRITE, *TERM, "--field", "hold_hours=1", "--field", "hold_hours=2"), "is given twice"),
        ((*WRITE, *TERM, "--with", "first-look"), "--field first_look_on: must be given: day of the first look"),
        ((*WRITE, *TERM, "--with", "first-look", "--field", "first_look_on=soon"), "`soon` is no day"),
        ((*WRITE, *TERM, "--with", "cji-use"), "--with cji-use: is none of this template"),
        ((*WRITE, *TERM, "--without", "nomination"), "--without nomination: is always in this template"),
        ((*WRITE, *TERM, "--without", "minor"), "did you mean `minors`"),
        ((*WRITE, *TERM, "--with", "minors", "--without", "minors"), "is given with `--with` too"),
        ((*WRITE, "--to", "2026-01-01"), "--to: `2026-01-01` is not after `2027-01-01`"),
        ((*WRITE, "--to", "soon"), "--to: `soon` is not a time"),
        (WRITE, "--to: has no end, which the clause `fixed-term` needs"),
        (("agreement", "write", "tfm", "--code", "No", *WRITE[5:], *TERM), "--code No: is no code"),
        ((*WRITE, *TERM, "--title", " "), "--title: is empty"),
        ((*WRITE, *TERM, "--out", "/none/a.toml"), "--out: `/none/a.toml` cannot be written"),
    ],
)
def test_what_does_not_fit_is_told_with_a_remedy_and_nothing_is_written(alone, words, message):
    told = alone.run(*words)
    assert told.code == 2
    assert message in " ".join(told.err.split())
    assert "→" in told.err
    assert told.out == ""


def test_a_file_that_is_there_is_not_touched(alone, write):
    path = write("a.toml", "mine")
    told = alone.run(*WRITE, *TERM, "--out", path)
    assert (told.code, "is there already" in told.err) == (2, True)
    assert path.read_text("utf-8") == "mine"


def test_what_is_written_is_validated_drafted_and_offered(terminal, tmp_path):
    path = tmp_path / "a.toml"
    told = terminal.run(*WRITE, *TERM, "--without", "body-cameras", "--field", "retention_days=90", "--out", path)
    assert (told.code, told.out) == (0, "")
    assert "let counsel read it" in told.err
    assert terminal.run("agreement", "validate", path).code == 0
    told = terminal.run("agreement", "draft", path, "--as", "pinal-so/counsel")
    assert told.code == 0, told.err
    assert terminal.run("agreement", "offer", "pinal-tfm-2027", "--as", "pinal-so/counsel").code == 0
    shown = terminal.run("agreement", "show", "pinal-tfm-2027", "--offered", "--text", "--json").value
    assert shown["kind"] == "task_force_model"
    assert "Body cameras" not in shown["text"]


def test_an_agreement_of_each_new_kind_is_drafted(terminal, tmp_path):
    given = {
        "jem": ("local=pinal-so", "federal=ice-ero-phoenix"),
        "mou": ("state=az-dps", "federal=hsi-arizona"),
        "resource-sharing": ("local=pima-so", "receiving-federal=hsi-arizona"),
        "cji-user": ("repository=az-dps", "user-local=pima-so"),
        "compact": ("state=az-dps", "neighbor=ut-dps-bci"),
        "stonegarden": ("administrator=az-dps", "local=cochise-so"),
    }
    fields = {
        "mou": ("subject=stolen vehicles",),
        "resource-sharing": ("subject=vehicles", "paying_agency=pima-so"),
        "cji-user": ("systems=NCIC",),
        "compact": ("subject=stolen vehicles",),
    }
    for template, parties in given.items():
        path = tmp_path / f"{template}.toml"
        words = [word for one in parties for word in ("--party", one)]
        words += [word for one in fields.get(template, ()) for word in ("--field", one)]
        told = terminal.run(
            "agreement", "write", template, "--code", f"{template}-2027", *words, "--from", "2027-01-01", *TERM,
            "--out", path,
        )  # fmt: skip
        assert told.code == 0, told.err
        told = terminal.run("agreement", "draft", path, "--as", f"{parties[0].partition('=')[2]}/counsel")
        assert told.code == 0, told.err
    kinds = {line["kind"] for line in terminal.run("agreement", "list", "--json").lines}
    assert kinds >= {"jail_model", "mou", "resource_sharing", "cji_user", "compact", "stonegarden"}
