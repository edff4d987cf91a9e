"""How often a page goes to the database: who is there is known after three ways, and no list takes more than eight."""

from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from web_people import words_of

MOST = 8
LISTS = (
    ("az-dps/security", "/console/law/?q=court"),
    ("az-dps/security", "/console/directory/?q=police&sort=-name&page=2"),
    ("az-dps/security", "/console/accounts/?state=open"),
    ("az-dps/records-supervisor", "/console/exchange/queue/"),
    ("hsi-arizona/liaison", "/console/exchange/asks/?status=disclosed"),
    ("hsi-arizona/liaison", "/console/exchange/deliveries/"),
    ("hsi-arizona/liaison", "/console/exchange/told/"),
    ("az-dps/records-supervisor", "/console/exchange/retention/"),
    ("az-dps/counsel", "/console/agreements/?q=sharing"),
    ("az-dps/counsel", "/console/agreements/due/"),
    ("az-dps/liaison", "/console/ledger/"),
    ("az-dps/auditor", "/console/audit/"),
)


@contextmanager
def asked(monkeypatch):
    """Every statement sent meanwhile, and what opens and ends a transaction, which the driver sends by itself."""
    from django.db import connections

    said, kept = [], psycopg.Connection._exec_command

    def command(self, text, *given, **named):
        said.append(str(text))
        return (yield from kept(self, text, *given, **named))

    def statement(execute, sql, *given):
        said.append(str(sql))
        return execute(sql, *given)

    monkeypatch.setattr(psycopg.Connection, "_exec_command", command)
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(statement))
        yield said


@pytest.mark.parametrize(("who", "path"), LISTS)
def test_a_list_goes_to_the_database_eight_times_at_most(house, scene, monkeypatch, who, path):
    person = house.inside(*who.split("/"))
    person.get(path)  # law and directory are read once by a process
    with asked(monkeypatch) as said:
        assert person.get(path).status_code == 200
    assert any("BEGIN" in one for one in said)
    assert len(said) <= MOST, said


def test_who_is_there_is_known_after_two_statements_and_looked_up_at_every_request(house, monkeypatch):
    person = house.inside()
    person.get("/console/draft/")
    with asked(monkeypatch) as said:
        assert "Nothing was done" not in words_of(person.get("/console/draft/"))  # not taken: read nothing
    assert len(said) == 2, said
    assert "usersessions_usersession" in said[0]
    assert "accounts_account" in said[0]


def test_a_session_is_kept_alive_by_one_statement(house, monkeypatch):
    person = house.inside()
    person.get("/console/")
    session = person.client.session
    session["seen_at"] = session["seen_at"] - 60
    session.save()
    with asked(monkeypatch) as said:
        person.get("/console/draft/")
    assert len([one for one in said if one.startswith("UPDATE")]) == 1
    assert not any("BEGIN" in one for one in said)
