import tomllib

import pytest
from cli_terminal import Terminal

from comity.doors.cli.terms_file import read_written
from comity.standing.agreements.reading.found import Model
from comity.standing.agreements.reading.synthetic import make_agreement, scan


def no_node():
    raise AssertionError("the command opened a node")


@pytest.fixture
def alone() -> Terminal:
    """A terminal without a node."""
    return Terminal(None, no_node)


@pytest.fixture
def scanned(tmp_path):
    file = tmp_path / "signed.txt"
    file.write_text(scan(make_agreement(3, model=Model.TFM), 3), "utf-8")
    return file


def test_import_reads_without_a_node(alone, scanned):
    told = alone.run("agreement", "import", scanned)
    assert told.code == 0
    assert "287(g) Task Force Model" in told.out
    assert told.out.index("Doubtful terms") < told.out.index("Differences from the model") < told.out.index("Missing")


def test_import_tells_machines_everything_but_the_text(alone, scanned):
    value = alone.run("agreement", "import", scanned, "--json").value
    assert value["readable"]
    assert value["model"] == "tfm"
    assert {"parties", "sections", "provisions", "differences", "missing", "unplaced", "clauses"} <= set(value)
    assert "text" not in value
    assert all(0 < one["confidence"] <= 1 for one in value["provisions"])
    assert {one["label"]["es"] for one in value["provisions"]}
    doubts = [bool(one["doubt"]) for one in value["provisions"]]
    assert doubts == sorted(doubts, reverse=True)


def test_import_reads_standard_input_and_a_given_model(alone, scanned):
    value = alone.run("agreement", "import", "-", "--model", "wso", "--json", typed=scanned.read_bytes()).value
    assert value["model"] == "wso"
    assert "tfm" in value["model_doubt"]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_import_answers_what_it_cannot_read(alone, tmp_path, form):
    file = tmp_path / "empty.pdf"
    file.write_bytes(b"")
    told = alone.run("agreement", "import", file, *form)
    assert told.code == 2
    assert "the file is empty" in told.out + told.err


def test_import_names_a_folder_it_cannot_write_to(alone, scanned, tmp_path):
    told = alone.run("agreement", "import", scanned, "--draft-file", tmp_path / "nowhere" / "draft.toml")
    assert told.code == 2
    assert "--draft-file" in told.err


def test_import_touches_no_draft_that_is_there_and_follows_no_link(alone, scanned, tmp_path):
    draft, link, elsewhere = (tmp_path / name for name in ("draft.toml", "link.toml", "elsewhere.toml"))
    draft.write_text("completed by hand", "utf-8")
    link.symlink_to(elsewhere)
    for file in (draft, link):
        told = alone.run("agreement", "import", scanned, "--draft-file", file)
        assert (told.code, "is there already" in told.err) == (2, True), told.err
    assert (draft.read_text("utf-8"), elsewhere.exists()) == ("completed by hand", False)
    told = alone.run("agreement", "import", scanned, "--draft-file", "a\0b")
    assert (told.code, "--draft-file" in told.err) == (2, True)


def test_import_writes_a_draft_that_permits_nothing_and_names_no_agency(alone, scanned, tmp_path):
    draft = tmp_path / "draft.toml"
    assert alone.run("agreement", "import", scanned, "--draft-file", draft).code == 0
    written = tomllib.loads(draft.read_text("utf-8"))
    assert [clause["kind"] for clause in written["clauses"]] == ["onward"]
    assert '# kind = "share"' in draft.read_text("utf-8")
    assert set(written["parties"]) == {"LEA", "ICE"}
    assert {"term", "value", "unit", "section", "words"} == set(written["provisions"][0])
    assert "Revised" not in written["text"]


def test_a_draft_of_an_import_is_refused_until_a_person_completed_it(reader, scanned, tmp_path):
    draft = tmp_path / "draft.toml"
    reader.run("agreement", "import", scanned, "--draft-file", draft)
    written, problems = read_written(draft.read_bytes())
    assert written is None
    assert {"starts_at", "parties.LEA", "parties.ICE"} <= {problem.field for problem in problems}


def test_import_looks_parties_up_in_the_directory(reader, tmp_path):
    text = make_agreement(3, model=Model.TFM)
    file = tmp_path / "signed.txt"
    file.write_text(text.text.replace(text.agency, "Pima County Sheriff's Department"), "utf-8")
    value = reader.run("agreement", "import", file, "--directory", "--json").value
    (party,) = [party for party in value["parties"] if party["role"] == "local"]
    assert (party["code"], bool(party["doubt"])) in {("pima-so", False), ("LEA", True)}


@pytest.mark.parametrize("model", list(Model))
def test_an_imported_draft_that_a_person_completed_can_be_offered(terminal, tmp_path, model):
    file, draft = tmp_path / "signed.txt", tmp_path / "draft.toml"
    file.write_text(make_agreement(4, model=model).text, "utf-8")
    assert terminal.run("agreement", "import", file, "--draft-file", draft).code == 0
    text = draft.read_text("utf-8").replace('code = "CODE"', 'code = "scanned-2025"')
    text = text.replace("# starts_at =", "starts_at =")
    for name, code in (("LEA", "pima-so"), ("ICE", "ice-ero-phoenix")):
        text = text.replace(f"\n{name} = ", f"\n{code} = ").replace(f'["{name}"]', f'["{code}"]')
    draft.write_text(text, "utf-8")
    told = terminal.run("agreement", "draft", draft, "--as", "pima-so/counsel")
    assert told.code == 0, told.err
    assert terminal.run("agreement", "offer", "scanned-2025", "--as", "pima-so/counsel").code == 0
    lacks = terminal.run("agreement", "status", "scanned-2025", "--json").value
    assert lacks["unconfirmed"] == ["ice-control"]
    terms = terminal.run("agreement", "show", "scanned-2025", "--offered", "--clauses", "--json").value["terms"]
    assert len(terms["provisions"]) > 40
