"""Long lists of asks and deliveries: every row once, what counts now, nobody else's, and no more than was counted."""

from dataclasses import replace

import exchange_given as given
import pytest

from comity.coordination.exchange import listing
from comity.coordination.exchange.commands.shadow import shadow_requests
from comity.coordination.exchange.listing import AskOrder, Side, Wanted, search_asks, search_deliveries
from comity.coordination.exchange.reload import AskNotVisibleError
from comity.coordination.exchange.story import read_story
from comity.spine.tenancy.transaction import reading

ASKER = "hsi-arizona"


def listed(demo, wanted, agency=ASKER):
    by = demo.actor(agency)
    with reading(by) as cursor:
        return search_asks(cursor, by.agency_id, wanted)


def ids(found):
    return [row.answered.ask_id for row in found.rows]


@pytest.fixture
def asks(demo):
    return [given.put(demo, given.DISCLOSED, f"k{number}").ask_id for number in range(3)] + [
        given.put(demo, given.NEEDS_APPROVAL, "waits").ask_id,
        given.put(demo, given.AWAITING, "asked").ask_id,
    ]


def test_every_ask_stands_on_one_page_newest_first_or_oldest_first(demo, asks):
    wanted = Wanted(Side.ASKER, limit=2)
    pages = [ids(listed(demo, replace(wanted, offset=offset))) for offset in (0, 2, 4, 6)]
    assert [one for page in pages for one in page] == sorted(asks, reverse=True)
    assert ids(listed(demo, replace(wanted, is_descending=False, limit=9))) == sorted(asks)
    assert listed(demo, wanted).total == len(asks)


def test_an_ask_is_found_by_the_status_that_counts_now_and_by_no_earlier_one(demo, asks):
    waits = Wanted(Side.ASKER, status="needs_approval")
    assert ids(listed(demo, waits)) == [asks[3]]
    task = given.open_task(demo, "az-dps", asks[3])
    given.decide(demo, task, "az-dps", "records-supervisor", given.Verdict.REFUSE)
    assert ids(listed(demo, waits)) == []
    assert ids(listed(demo, Wanted(Side.ASKER, status="refused", purpose="criminal_investigation"))) == [asks[3]]


def test_a_list_is_sorted_by_what_was_asked_for(demo, asks):
    customs = given.request(demo, ASKER, given.ask_for(given.DISCLOSED, "customs", purpose="customs"))[0].ask_id
    assert ids(listed(demo, Wanted(Side.ASKER, order=AskOrder.PURPOSE)))[0] == customs
    assert ids(listed(demo, Wanted(Side.ASKER, order=AskOrder.PURPOSE, status="awaiting_answer")))[0] in {
        customs,
        asks[4],
    }


def test_an_agency_finds_its_own_asks_alone_and_a_holder_no_key_of_the_askers(demo, asks):
    assert ids(listed(demo, Wanted(Side.ASKER), "ice-ero-phoenix")) == []
    assert ids(listed(demo, Wanted(Side.ASKER, named="k1"))) == [asks[1]]
    assert ids(listed(demo, Wanted(Side.HOLDER, named="k1"), "az-dps")) == []
    assert len(ids(listed(demo, Wanted(Side.HOLDER), "az-dps"))) == 4


def test_a_request_of_shadow_mode_is_no_ask_and_has_no_story(demo):
    past = given.ask_for(given.DISCLOSED, "past")
    shadow_requests(asks=[past], by=demo.actor(ASKER), now=demo.clock(), keys=demo.keys)
    given.tick(demo)
    assert ids(listed(demo, Wanted(Side.ASKER))) == []
    assert ids(listed(demo, Wanted(Side.HOLDER), "az-dps")) == []
    [(ask_id,)] = demo.look("SELECT id FROM exchange_ask")
    for agency in (ASKER, "az-dps"):
        with reading(demo.actor(agency)) as cursor, pytest.raises(AskNotVisibleError):
            read_story(cursor, ask_id)


def test_a_long_list_says_that_there_is_more(demo, asks, monkeypatch):
    monkeypatch.setattr(listing, "MOST_COUNTED", 3)
    found = listed(demo, Wanted(Side.ASKER, limit=2))
    assert (found.total, found.is_cut, len(found.rows)) == (3, True, 2)
    assert len(listed(demo, Wanted(Side.ASKER, limit=listing.MOST_EXPORTED)).rows) == len(asks)


def test_a_delivery_is_listed_once_by_what_became_of_it_last(demo, asks):
    given.deliver(demo)
    by = demo.actor(ASKER)
    [disclosure_id] = given.disclosures_of(demo, asks[0])
    given.receive(demo, ASKER, disclosure_id)

    def found(event, limit=25, offset=0, partner_id=None):
        with reading(by) as cursor:
            given_ = {"event": event, "partner_id": partner_id, "is_descending": True}
            return search_deliveries(cursor, by.agency_id, offset=offset, limit=limit, **given_)

    assert [row.disclosure_id for row in found("received").rows] == [disclosure_id]
    assert (found("sent").total, found(None).total) == (2, 3)
    assert found(None, limit=1, offset=2).rows != found(None, limit=1).rows
    assert found(None, partner_id=demo.actor("pima-so").agency_id).total == 0
