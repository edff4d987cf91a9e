"""Past the commands: what a session may write of what is public, row by row. The node tells, a party gives its text."""

import json
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest

from comity.config.node import Role
from comity.spine.tenancy.actor import NODE

CODE = "az-sharing-2026"
REFUSED = psycopg.errors.InsufficientPrivilege


@contextmanager
def session_of(demo, agency_id, post_id, duty):
    with demo.connect(Role.APP) as session:
        for name, value in (("agency", agency_id), ("post", post_id), ("duty", duty)):
            session.execute("SELECT set_config(%s, %s, false)", (f"comity.{name}", str(value)))
        yield session


@contextmanager
def party(demo, duty="agency"):
    by = demo.actor("az-dps", "privacy")
    with session_of(demo, by.agency_id, by.post_id, duty) as session:
        yield session


def insert(session, table, row):
    session.execute(
        f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)", (json.dumps(row),)
    )


def told(demo, **changes):
    """Return the row by which a party's post told of its text, under new ids."""
    by = demo.actor("az-dps", "privacy")
    [(row,)] = demo.look(
        "SELECT to_jsonb(c) FROM publication_change c WHERE code = %s AND change = 'text_published'", (CODE,)
    )
    ids = {"id": str(uuid4()), "entry_id": str(uuid4()), "agency_id": str(by.agency_id), "post_id": str(by.post_id)}
    return row | ids | changes


def event(demo, **changes):
    return told(demo, change="terminated", event_id=str(uuid4()), **changes)


def of_others(demo):
    """Return the code of a published agreement that the party is none of."""
    me = demo.actor("az-dps", "privacy").agency_id
    return demo.look("SELECT code FROM publication_agreement WHERE NOT %s = ANY (party_ids)", (me,))[0][0]


def copied(demo, table, **changes):
    [(row,)] = demo.look(f"SELECT to_jsonb(t) FROM {table} t WHERE code = %s", (CODE,))
    return row | {"code": "forged"} | changes


def unwritten(demo):
    """Return a version as the node writes it, with no text yet."""
    blank = {"text": "", "withheld": [], "text_at": None}
    return copied(demo, "publication_version", version_id=str(uuid4()), **blank)


def everything(demo):
    names = ("agreement", "version", "change")
    return [demo.look(f"SELECT t::text FROM publication_{name} t ORDER BY 1") for name in names]


FORGED = {
    "that something happened": event,
    "that something happened, as if no event said so": lambda demo: event(demo) | {"event_id": None},
    "a notice the text wants public": lambda demo: told(demo, is_notice=True),
    "from when it counts": lambda demo: told(demo, effective_at="2030-01-01T00:00:00Z"),
    "an event that is then never told": lambda demo: told(demo, event_id=str(uuid4())),
    "a text that was not published then": lambda demo: told(demo, at="2030-01-01T00:00:00Z"),
    "a text published long before it was told": lambda demo: told(demo, happened_at="2020-01-01T00:00:00Z"),
    "a version that is not there": lambda demo: told(demo, number=9),
    "an agreement that is not there": lambda demo: told(demo, code="forged"),
    "an agreement of others": lambda demo: told(demo, code=of_others(demo)),
    "who is party": lambda demo: told(demo, party_ids=[str(demo.actor("az-dps", "privacy").agency_id)]),
    "in another's name": lambda demo: told(demo, post_id=str(demo.actor("az-dps", "head").post_id)),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_party_forges_no_change_and_keeps_none_back(demo, forged):
    row, before = FORGED[forged](demo), everything(demo)
    with party(demo) as session, pytest.raises(REFUSED, match="row-level security"):
        insert(session, "publication_change", row)
    assert everything(demo) == before


@pytest.mark.parametrize("duty", ["courier", "steward"])
def test_the_nodes_duties_are_the_nodes_and_no_agencys(demo, duty):
    before = everything(demo)
    with party(demo, duty) as session:
        for table, row in (
            ("publication_change", event(demo)),
            ("publication_change", told(demo)),
            ("publication_agreement", copied(demo, "publication_agreement", agreement_id=str(uuid4()))),
            ("publication_version", unwritten(demo)),
        ):
            with pytest.raises(REFUSED, match="row-level security"):
                insert(session, table, row)
        assert session.execute("UPDATE publication_agreement SET state = 'terminated'").rowcount == 0
        assert session.execute("UPDATE publication_version SET text = 'Forged.'").rowcount == 0
    assert everything(demo) == before


def test_a_party_tells_of_the_text_it_published(demo):
    row = told(demo)
    with party(demo) as session:
        insert(session, "publication_change", row)
    assert demo.look("SELECT change FROM publication_change WHERE id = %s", (row["id"],)) == [("text_published",)]


def test_a_party_writes_texts_of_its_own_agreements_and_nothing_else_of_them(demo):
    before = everything(demo)
    with party(demo) as session:
        for table, row in (
            ("publication_agreement", copied(demo, "publication_agreement", agreement_id=str(uuid4()))),
            ("publication_version", unwritten(demo)),
        ):
            with pytest.raises(REFUSED, match="row-level security"):
                insert(session, table, row)
        with pytest.raises(REFUSED, match="row-level security"):
            session.execute("UPDATE publication_version SET text = '', text_at = NULL WHERE code = %s", (CODE,))
        with pytest.raises(REFUSED, match="permission denied"):
            session.execute("UPDATE publication_version SET summary = '{}' WHERE code = %s", (CODE,))
        others = "UPDATE publication_version SET text = 'Forged.' WHERE code = %s"
        assert session.execute(others, (of_others(demo),)).rowcount == 0
        assert session.execute("UPDATE publication_agreement SET state = 'terminated'").rowcount == 0
    assert everything(demo) == before
    with party(demo) as session:
        own = "UPDATE publication_version SET text = 'Ours.', text_at = now() WHERE code = %s"
        assert session.execute(own, (CODE,)).rowcount == 1


@pytest.mark.parametrize("duty", ["courier", "steward"])
def test_the_node_tells_of_events_and_publishes_no_text(demo, duty):
    node = {"agency_id": str(NODE), "post_id": str(NODE)}
    with session_of(demo, NODE, NODE, duty) as session:
        insert(session, "publication_change", event(demo, **node))
        insert(session, "publication_version", unwritten(demo))
        for table, row in (
            ("publication_change", told(demo, **node)),
            ("publication_change", event(demo, **node) | {"event_id": None}),
            ("publication_version", unwritten(demo) | {"number": 2, "version_id": str(uuid4()), "text": "Forged."}),
        ):
            with pytest.raises(REFUSED, match="row-level security"):
                insert(session, table, row)
        assert session.execute("UPDATE publication_version SET text = 'Forged.'").rowcount == 0
