"""A disclosure made by radio, recorded afterwards (journey 2)."""


def told(**changes: object) -> dict[str, object]:
    return {
        "key": "radio-1",
        "recipient": "hsi-arizona",
        "purpose": "criminal_investigation",
        "category": "case",
        "elements": ["person_name"],
        "reference": "TEST-CASE-1",
        "means": "radio",
    } | changes


def test_disclosure_by_radio_is_recorded_once_and_judged(office, holder):
    body = told(told_at=office.now().isoformat())
    made = holder.post("/outside-disclosures", body)
    assert (made.status_code, made.json()["breach"]) == (201, []), made.content
    stored = office.stored()
    assert holder.post("/outside-disclosures", body).json() == made.json()
    assert office.stored() == stored


def test_disclosure_the_gate_would_have_refused_is_named_a_breach(office, holder):
    body = told(told_at=office.now().isoformat(), purpose="civil_immigration")
    made = holder.post("/outside-disclosures", body)
    assert (made.status_code, made.json()["breach"]) == (201, ["person_name"]), made.content


def test_time_without_an_offset_is_refused(holder):
    refused = holder.post("/outside-disclosures", told(told_at="2026-01-01T00:00:00"))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "told_at")


def test_key_or_time_that_cannot_be_is_refused(office, holder, unchanged):
    now = office.now().isoformat()
    for changes, field in (
        ({"key": ""}, "key"),
        ({"key": "k" * 51}, "key"),
        ({"told_at": "2999-01-01T00:00:00Z"}, "told_at"),
        ({"told_at": "0001-01-01T00:00:00+14:00"}, "told_at"),
    ):
        refused = holder.post("/outside-disclosures", told(**({"told_at": now} | changes)))
        assert (refused.status_code, [e["field"] for e in refused.json()["errors"]]) == (422, [field]), refused.content
