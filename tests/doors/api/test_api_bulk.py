import msgspec

from comity.doors.api import asks as door


def test_ten_thousand_lines_with_one_bad_are_answered_but_that_one(asker, ask, office):
    hidden = {"category": "victim_protected", "elements": ["person_name"]}
    lines = [ask(**hidden) for _ in range(9_999)]
    lines.insert(5_000, b'{"ask_id": ')
    told = asker.bulk("/asks/bulk", lines)
    assert [line["line"] for line in told] == list(range(1, 10_001))
    bad = [line for line in told if "problem" in line]
    assert [(line["line"], line["status"]) for line in bad] == [(5_001, 400)]
    assert bad[0]["problem"]["errors"][0]["remedy"]
    assert {line["status"] for line in told if "answer" in line} == {202}
    assert office.stored()["exchange_ask"] == 9_999


def test_each_bad_line_is_answered_in_its_place(asker, ask):
    repeated = ask()
    lines = [
        ask(),
        b"nonsense",
        ask(purpose="x"),
        repeated,
        repeated,
        b"",
        b'{"ask_id":"\\u0000"}',
        ask(),
        b"a" * 70_000,
    ]
    told = asker.bulk("/asks/bulk", lines)
    assert [(line["line"], line["status"]) for line in told] == [
        (1, 201),
        (2, 400),
        (3, 422),
        (4, 201),
        (5, 200),
        (7, 400),
        (8, 201),
        (9, 413),
    ]


def test_lines_sent_again_return_what_was_recorded(asker, ask, office):
    lines = [ask() for _ in range(3)]
    first = asker.bulk("/asks/bulk", lines)
    stored = office.stored()
    again = asker.bulk("/asks/bulk", lines)
    assert [line["answer"] for line in again] == [line["answer"] for line in first]
    assert {line["status"] for line in again} == {200}
    assert office.stored() == stored


def test_records_are_lodged_line_by_line(office, record):
    holder = office.caller("az-dps")
    lines = [record(), record(values={}), record(), {"reference": "x"}]
    told = holder.bulk("/records/bulk", lines)
    assert [line["status"] for line in told] == [201, 422, 201, 400]
    assert [told[0]["answer"]["version"], told[2]["answer"]["version"]] == [1, 1]


def test_chunk_that_fails_is_put_again_line_by_line(asker, ask, office, monkeypatch):
    real = door.request_disclosures

    def poisoned(*, asks, **rest):
        if any(one.reference == "POISON" for one in asks):
            raise ZeroDivisionError
        return real(asks=asks, **rest)

    monkeypatch.setattr(door, "request_disclosures", poisoned)
    told = asker.bulk("/asks/bulk", [ask(), ask(reference="POISON"), ask()])
    assert [line["status"] for line in told] == [201, 500, 201]
    assert "Zero" not in str(told[1])
    assert office.stored()["exchange_ask"] == 2


def test_chunk_of_nothing_but_internal_errors_ends_the_trying(asker, ask, office, monkeypatch):
    calls = []

    def broken(*, asks, **rest):
        calls.append(len(asks))
        raise ZeroDivisionError

    monkeypatch.setattr(door, "request_disclosures", broken)
    told = asker.bulk("/asks/bulk", [ask() for _ in range(500)])
    assert {line["status"] for line in told} == {500}
    assert calls == [200] + [1] * 200


def test_body_with_no_line_is_refused(asker):
    response = asker.post("/asks/bulk", b"\n \n", kind="application/x-ndjson")
    assert response.status_code == 400
    assert msgspec.json.decode(response.content)["errors"][0]["remedy"] == "send one JSON object a line"
