"""A letter of a party of another node, entered by the keeper: what it does, and what is refused."""

import pytest

from comity.config.node import Role

CODE = "az-sharing-2026"


@pytest.fixture
def paper(tmp_path):
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"we suspend")
    return path


@pytest.fixture
def elsewhere(terminal):
    with terminal.node.connect(Role.BOOTSTRAP) as owner:
        owner.execute(
            "UPDATE directory_agency SET hosting = 'elsewhere', node_url = 'https://elsewhere.test'"
            " WHERE code = 'hsi-arizona'"
        )
    return terminal


def enter(terminal, paper, act, *more, party="hsi-arizona"):
    return terminal.run("agreement", "letter", CODE, "--from", party, "--act", act, "--document", paper, *more)


def test_a_letter_suspends_and_resumes_and_the_history_names_it(elsewhere, paper):
    assert "suspended by letter of hsi-arizona" in enter(elsewhere, paper, "suspend", "--reason", "legal_review").out
    assert elsewhere.run("agreement", "show", CODE, "--json").value["standing"] == "suspended"
    assert "resumed by letter of hsi-arizona" in enter(elsewhere, paper, "resume").out
    last = elsewhere.run("agreement", "history", CODE, "--json").lines[-1]
    assert last["event"] == "resumed"


@pytest.mark.parametrize(
    ("act", "more", "party", "message"),
    [
        ("resume", ("--reason", "legal_review"), "hsi-arizona", "--reason: is not recorded with `resume`"),
        ("withdraw-notice", ("--reason", "x"), "hsi-arizona", "--reason: is not recorded with `withdraw-notice`"),
        ("suspend", ("--reason", "anger"), "hsi-arizona", "`anger` is no reason for this"),
        ("suspend", ("--reason", "legal_review"), "ut-dps-bci", "--from: `ut-dps-bci` is no party of"),
        ("suspend", ("--reason", "legal_review"), "az-dps", "`az-dps` is hosted here"),
        ("withdraw-notice", (), "hsi-arizona", "notice"),
    ],
)
def test_a_letter_that_cannot_be_entered_is_told_and_changes_nothing(elsewhere, paper, act, more, party, message):
    before = elsewhere.run("agreement", "history", CODE, "--json").lines
    told = enter(elsewhere, paper, act, *more, party=party)
    assert told.code in {1, 2}
    assert message in " ".join(told.err.split())
    assert elsewhere.run("agreement", "history", CODE, "--json").lines == before
