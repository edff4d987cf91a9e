"""The ledger at the console: how far it is, what was signed, and what one entry says to whom."""

import re
from uuid import uuid4

import pytest
from web_people import words_of

from portal_log import grown, put_key


@pytest.fixture
def log(house):
    grown(house.node, 300)
    yield house
    put_key(house.node, None)


def an_entry(house, agency):
    [(entry_id,)] = house.node.look(
        "SELECT entry_id FROM ledger_entry e JOIN directory_agency a ON a.id = e.agency_id WHERE a.code = %s"
        " ORDER BY leaf_index DESC LIMIT 1",
        (agency,),
    )
    return entry_id


def test_size_checkpoints_and_key_are_shown(log):
    [(size, root)] = log.node.look("SELECT size, encode(root, 'hex') FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
    page = words_of(log.inside().get("/console/ledger/"))
    assert f"Entries {size}" in page
    assert root in page
    assert "Waiting to be signed" in page


def test_checkpoints_are_walked_back_by_their_size_and_exported(log):
    sizes = [size for (size,) in log.node.look("SELECT size FROM ledger_checkpoint ORDER BY size DESC")]
    for _ in range(30):
        grown(log.node, 1)
    person = log.inside()
    first = person.get("/console/ledger/").content.decode()
    older = re.search(r'up_to=([0-9]+)" rel="next"', first).group(1)
    page = words_of(person.get(f"/console/ledger/?up_to={older}"))
    assert f"{older} " in page
    assert "The newest" in page
    rows = person.get(f"/console/ledger/?as=csv&up_to={sizes[0]}").content.decode().splitlines()
    assert (rows[0].lstrip("\ufeff"), len(rows)) == ("size,root,signed_at", len(sizes) + 1)


def test_an_id_typed_in_leads_to_its_entry_and_nonsense_is_told(log):
    person, entry_id = log.inside(), an_entry(log, "az-dps")
    assert person.get(f"/console/ledger/?entry={entry_id}")["Location"] == f"/console/ledger/{entry_id}/"
    assert "That is no id of an entry" in words_of(person.get("/console/ledger/?entry=<b>"))
    assert person.get(f"/console/ledger/{uuid4()}/").status_code == 404


def test_an_entry_says_what_was_done_to_its_own_agency_and_a_hash_to_any_other(log):
    entry_id = an_entry(log, "az-dps")
    own = log.inside("az-dps", "records-clerk").get(f"/console/ledger/{entry_id}/")
    assert "Act test.made" in words_of(own)
    assert "entry-body" in own.content.decode()
    other = log.inside("pima-so", "liaison").get(f"/console/ledger/{entry_id}/")
    [(digest,)] = log.node.look("SELECT encode(leaf_hash, 'hex') FROM ledger_entry WHERE entry_id = %s", (entry_id,))
    assert "test.made" not in other.content.decode()
    assert "not your agency's entry" in words_of(other).replace("&#x27;", "'")
    assert digest in words_of(other)


def test_an_entry_that_waits_says_so(log):
    person = log.inside()
    [(waiting,)] = log.node.look("SELECT entry_id FROM ledger_pending ORDER BY seq DESC LIMIT 1")
    assert "waits to be signed" in words_of(person.get(f"/console/ledger/{waiting}/"))
