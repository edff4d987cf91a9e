"""The file of the demonstration's accounts, and the codes of the moment."""

import json
from dataclasses import asdict

import pytest
from typer.testing import CliRunner

from comity.host.cli import app
from comity.host.demonstration.account_file import DemoAccount, account_file, code_of, read_accounts

# RFC 6238, appendix B: the secret of its SHA-1 rows, the last six of their eight digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_a_code_is_that_of_the_standard(at, code):
    assert code_of(DemoAccount("a/b", "a.b", "", SECRET), at=at) == code


def test_the_command_prints_a_code_and_names_what_there_is(tmp_path, monkeypatch):
    account_file(tmp_path).write_text(json.dumps([asdict(DemoAccount("a/b", "a.b", "p", SECRET))]), "utf-8")
    monkeypatch.setenv("COMITY_HOME", str(tmp_path))
    assert [one.username for one in read_accounts(tmp_path)] == ["a.b"]
    told = CliRunner().invoke(app, ["demo-code", "a.b"])
    assert (told.exit_code, len(told.stdout.strip())) == (0, 6), told.output
    wrong = CliRunner().invoke(app, ["demo-code", "c.d"])
    assert wrong.exit_code != 0


def test_a_damaged_file_holds_no_accounts(tmp_path):
    account_file(tmp_path).write_text("{", "utf-8")
    assert read_accounts(tmp_path) == []
