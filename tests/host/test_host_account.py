import os
import pwd

import pytest

from comity.host.processes import find_account


def without(monkeypatch, *missing: str) -> None:
    real = pwd.getpwnam

    def look_up(name: str) -> pwd.struct_passwd:
        if name in missing:
            raise KeyError(name)
        return real(name)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", look_up)


def test_root_runs_the_server_as_nobody_where_there_is_no_account_postgres(monkeypatch):
    without(monkeypatch, "postgres")
    account = find_account()
    assert account.is_other
    assert account.uid == pwd.getpwnam("nobody").pw_uid


def test_root_without_either_account_is_told_to_add_one(monkeypatch):
    without(monkeypatch, "postgres", "nobody")
    with pytest.raises(RuntimeError, match="add one"):
        find_account()


def test_an_ordinary_user_runs_the_server_as_itself(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert find_account().uid == 1000
    assert not find_account().is_other
