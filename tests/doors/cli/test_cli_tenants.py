"""An agency made a tenant from a file: one of the lists, or one nobody listed."""

import pytest

from comity.standing.directory.commands import NewAgency, register_agencies
from comity.standing.directory.vocabulary import AgencyKind, Hosting

FILE = """
code = "pinal-da"
name = "Pinal District Agency"
kind = "local"
state = "AZ"
powers = ["law_enforcement", "criminal_justice"]

[[posts]]
code = "interface"
title = "System interface"
function = "interface"
holder = "4711"

[[posts]]
code = "head"
title = "Chief"
function = "agency_head"
holder = "4712"
sworn = "sworn"

[[posts]]
code = "privacy"
title = "Privacy officer"
function = "privacy_officer"
"""


def acts(demo):
    bodies = demo.look(
        "SELECT convert_from(body, 'UTF8')::jsonb ->> 'act' FROM"
        " (SELECT body FROM ledger_pending UNION ALL SELECT body FROM ledger_entry) AS b"
    )
    return [act for (act,) in bodies]


def test_a_new_agency_becomes_a_tenant_that_can_act(terminal, write):
    told = terminal.run("directory", "tenant", write("a.toml", FILE))
    assert told.code == 0, told.err
    assert "3 posts and 2 holders added" in told.out
    shown = terminal.run("directory", "list", "--hosted", "--json", "--limit", "1000").lines
    assert "pinal-da" in {one["code"] for one in shown}
    key = terminal.run("keys", "issue-api-key", "--as", "pinal-da/interface", "--scope", "exchange:ask")
    assert key.code == 0, key.err


def test_a_file_given_again_adds_what_is_missing_and_nothing_else(terminal, write):
    short = FILE.partition('[[posts]]\ncode = "privacy"')[0]
    assert terminal.run("directory", "tenant", write("a.toml", short)).code == 0
    told = terminal.run("directory", "tenant", write("b.toml", FILE))
    assert "1 posts and 0 holders added" in told.out
    assert acts(terminal.node).count("post.created") >= 3
    assert "0 posts and 0 holders added" in terminal.run("directory", "tenant", write("b.toml", FILE)).out


def listed(demo, hosting):
    new = NewAgency(
        code="pinal-da",
        name="Pinal",
        kind=AgencyKind.LOCAL,
        origin="fbi",
        state="AZ",
        hosting=hosting,
        node_url="https://other.example" if hosting is Hosting.ELSEWHERE else "",
    )
    register_agencies(by=demo.node("steward"), now=demo.clock(), agencies=[new])


def test_a_listed_agency_becomes_a_tenant_and_that_is_recorded(terminal, write):
    listed(terminal.node, Hosting.LISTED)
    assert terminal.run("directory", "tenant", write("a.toml", FILE)).code == 0
    assert acts(terminal.node).count("agency.hosted") == 1
    assert terminal.run("directory", "tenant", write("a.toml", FILE)).code == 0
    assert acts(terminal.node).count("agency.hosted") == 1


def test_a_tenant_of_another_node_stays_there(terminal, write):
    listed(terminal.node, Hosting.ELSEWHERE)
    told = terminal.run("directory", "tenant", write("a.toml", FILE))
    assert (told.code, "another node" in told.err) == (2, True)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('code = "pinal-da"', 'code = "Pinal DA"', "code"),
        ('kind = "local"', 'kind = "county"', "kind"),
        ('kind = "local"\n', "", "name, kind"),
        ('function = "interface"', 'function = "chief"', "posts[0].function"),
        ('holder = "4711"', 'name = "Jane Doe"', "posts[0]"),
        ("[[posts]]", "[[post", "FILE"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_by_its_field_and_nothing_is_written(terminal, write, old, new, field):
    before = len(acts(terminal.node))
    told = terminal.run("directory", "tenant", write("a.toml", FILE.replace(old, new)))
    assert told.code == 2
    assert told.err.startswith(f"comity: {field}: ")
    assert len(acts(terminal.node)) == before
