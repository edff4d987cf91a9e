"""What was disclosed to an agency, page by page."""

from uuid import uuid4


def test_deliveries_come_in_pages(office, asker, holder, ask, record):
    holder.post("/records", record())
    for _ in range(3):
        assert asker.post("/asks", ask()).status_code == 201
    office.deliver()
    first = asker.get("/deliveries", limit=2).json()
    last = asker.get("/deliveries", limit=2, before=first["next"]).json()
    ids = [one["disclosure"] for page in (first, last) for one in page["deliveries"]]
    assert ids == sorted(set(ids), reverse=True)
    assert (len(ids), last["next"]) == (3, None)


def test_page_before_nothing_is_empty(asker, office):
    assert asker.get("/deliveries", before=str(uuid4())).json() == {"deliveries": [], "next": None}
    refused = asker.get("/deliveries", before="x")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "before")
