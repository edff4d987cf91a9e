from datetime import timedelta
from hashlib import sha256

from comity.spine.ledger.proofs import is_included
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements import commands as do
from comity.standing.agreements.selectors import list_agreements
from comity.standing.agreements.vocabulary import SuspensionReason


def test_ask_for_lodged_record_is_disclosed_delivered_and_proven(office, asker, ask, record):
    holder = office.caller("az-dps")
    assert holder.post("/records", record()).status_code == 201
    made = asker.post("/asks", ask())
    assert (made.status_code, made.json()["status"]) == (201, "disclosed"), made.content
    assert made.headers["Location"] == f"/api/v1/asks/{made.json()['id']}"
    assert made.json()["citations"][0]["citation"]
    assert office.deliver() == 1
    [line] = asker.get("/deliveries").json()["deliveries"]
    assert (line["holder"], line["event"]) == ("az-dps", "sent")
    got = asker.post(f"/deliveries/{line['disclosure']}/receive")
    assert got.json()["values"] == {"person_name": "name of TEST-CASE-1", "case_number": "number of TEST-CASE-1"}
    again = asker.post(f"/deliveries/{line['disclosure']}/receive")
    assert again.json() == got.json()
    office.node.sequence()
    [entry] = asker.get(f"/asks/{made.json()['id']}").json()["entries"]
    proof = asker.get(f"/ledger/entries/{entry}/proof").json()
    assert proof["body"] is not None
    assert holds(proof)
    note = asker.get("/ledger/checkpoint")
    assert note.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert note.content.decode() == proof["checkpoint"]


def holds(proof) -> bool:

    leaf = sha256(b"\0" + proof["body"].encode()).digest()
    assert leaf.hex() == proof["leaf_hash"]
    hashes = [bytes.fromhex(one) for one in proof["hashes"]]
    root = bytes.fromhex(proof["root"])
    return is_included(index=proof["leaf_index"], size=proof["size"], leaf=leaf, proof=hashes, root=root)


def test_proof_before_the_sequencer_ran_says_to_ask_again(asker, ask):
    made = asker.post("/asks", ask()).json()
    [entry] = asker.get(f"/asks/{made['id']}").json()["entries"]
    early = asker.get(f"/ledger/entries/{entry}/proof")
    assert (early.status_code, early.headers["Retry-After"]) == (425, "1")


def test_refusal_is_an_answer_with_its_authority(asker, ask):
    made = asker.post("/asks", ask(purpose="civil_immigration", elements=["person_name"]))
    assert (made.status_code, made.json()["status"]) == (201, "refused"), made.content
    [outcome] = made.json()["classes"].values()
    assert outcome["outcome"] == "refused"


def test_retry_returns_what_was_recorded(asker, ask, office):
    body = ask()
    first = asker.post("/asks", body)
    stored = office.stored()
    again = asker.post("/asks", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert office.stored() == stored


def test_ask_id_with_another_body_is_refused_naming_the_first(asker, ask, office):
    body = ask()
    first = asker.post("/asks", body).json()
    stored = office.stored()
    other = asker.post("/asks", body | {"reference": "ANOTHER"})
    assert (other.status_code, other.json()["type"]) == (422, "/api/v1/problems/ask-id-reused")
    assert first["id"] in other.json()["detail"]
    assert other.json()["errors"][0]["field"] == "ask_id"
    assert office.stored() == stored


def test_own_asks_are_listed_page_by_page_newest_first(asker, ask, office):
    made = [asker.post("/asks", ask()).json()["id"] for _ in range(3)]
    page = asker.get("/asks", limit=2).json()
    assert [one["id"] for one in page["asks"]] == made[:0:-1]
    last = asker.get("/asks", limit=2, before=page["next"]).json()
    assert ([one["id"] for one in last["asks"]], last["next"]) == (made[:1], None)
    assert office.caller("tucson-pd").get("/asks").json() == {"asks": [], "next": None}


def test_preview_decides_by_type_and_records_nothing(asker, ask, office):
    stored = office.stored()
    body = ask(ask_id=None, reference=None, elements=["person_name", "home_address"])
    found = asker.post("/asks/preview", body)
    assert found.status_code == 200, found.content
    assert found.json()["headline"] in {"disclosed", "needs_approval", "refused", "held"}
    assert found.json()["reasons"][0]["says"]
    assert office.stored() == stored


def test_preview_takes_no_reference(asker, ask):
    refused = asker.post("/asks/preview", ask(ask_id=None))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "reference")


def test_holder_answers_from_its_queue(office, asker, ask):
    made = asker.post("/asks", ask()).json()
    assert made["status"] == "awaiting_answer"
    clerk = office.caller("az-dps", "records-clerk")
    [task] = clerk.get("/queue").json()["tasks"]
    assert (task["kind"], task["ask"], task["is_overdue"]) == ("answer", made["id"], False)
    page = clerk.get(f"/tasks/{task['id']}").json()
    assert (page["asked"]["asker"], page["asked"]["private"]["reference"]) == ("hsi-arizona", "TEST-CASE-1")
    done = clerk.post(f"/tasks/{task['id']}/answer", {"values": {"person_name": "somebody"}})
    assert done.status_code == 200, done.content
    assert asker.get(f"/asks/{made['id']}").json()["ask"]["status"] == done.json()["status"] == "disclosed"
    assert clerk.get("/queue").json() == {"tasks": []}
    again = clerk.post(f"/tasks/{task['id']}/answer", {"values": None})
    assert again.status_code == 409
    assert again.json()["detail"]


def test_holder_answers_that_there_is_no_record(office, asker, ask):
    made = asker.post("/asks", ask()).json()
    clerk = office.caller("az-dps", "records-clerk")
    [task] = clerk.get("/queue").json()["tasks"]
    assert clerk.post(f"/tasks/{task['id']}/answer", {"values": None}).json()["status"] == "no_record"
    assert asker.get(f"/asks/{made['id']}").json()["ask"]["status"] == "no_record"


def test_answer_beyond_what_was_asked_is_refused(office, asker, ask):
    asker.post("/asks", ask())
    clerk = office.caller("az-dps", "records-clerk")
    [task] = clerk.get("/queue").json()["tasks"]
    stored = office.stored()
    refused = clerk.post(f"/tasks/{task['id']}/answer", {"values": {"home_address": "somewhere"}})
    assert refused.status_code == 422
    assert "home_address" in refused.json()["errors"][0]["message"]
    assert office.stored() == stored


def test_approver_sees_only_what_will_leave_and_releases_it(office, asker, ask, record):
    office.caller("az-dps").post("/records", record(values={"person_name": "name", "home_address": "address"}))
    made = asker.post("/asks", ask(elements=["person_name", "home_address"])).json()
    approver = office.caller("az-dps", "records-supervisor")
    [task] = approver.get("/queue").json()["tasks"]
    assert (task["kind"], task["ask"]) == ("approval", made["id"])
    page = approver.get(f"/tasks/{task['id']}").json()
    assert (page["leaves"], page["asked"]["private"]) == ({"home_address": "address"}, None)
    stored = office.stored()
    stale = approver.post(f"/tasks/{task['id']}/verdict", {"verdict": "release", "digest": "0" * 64})
    assert (stale.status_code, stale.json()["type"]) == (409, "/api/v1/problems/digest-changed")
    assert office.stored() == stored
    done = approver.post(f"/tasks/{task['id']}/verdict", {"verdict": "release", "digest": task["digest"]})
    assert (done.status_code, done.json()["status"]) == (200, "disclosed"), done.content
    assert office.deliver() == 2


def test_task_of_another_post_or_agency_is_absent(office, asker, ask):
    asker.post("/asks", ask())
    [task] = office.caller("az-dps", "records-clerk").get("/queue").json()["tasks"]
    others = [office.caller("az-dps", "interface"), office.caller("pima-so", "records-clerk"), asker]
    answers = [(o.get(f"/tasks/{task['id']}"), o.post(f"/tasks/{task['id']}/answer", {"values": None})) for o in others]
    assert {(a.status_code, a.content) for pair in answers for a in pair} == {(404, answers[0][0].content)}


def test_hidden_category_answers_alike_whether_a_record_exists(office, asker, ask, record):
    hidden = {"category": "victim_protected", "elements": ["person_name"], "ask_id": None}
    office.caller("az-dps").post(
        "/records",
        record(category="victim_protected", marks=["section_1367"], values={"person_name": "hidden"}),
    )
    there = ask(**hidden, reference="TEST-CASE-1") | {"ask_id": "aaaa"}
    absent = ask(**hidden, reference="TEST-CASE-2") | {"ask_id": "bbbb"}
    answers = [asker.post("/asks", body) for body in (there, absent)]
    assert [a.status_code for a in answers] == [202, 202], answers[0].content
    assert [a.headers["Retry-After"] for a in answers] == ["5", "5"]
    assert alike(answers)
    assert answers[0].json()["classes"] is None
    office.tick()
    later = [asker.get(f"/asks/{a.json()['id']}") for a in answers]
    assert [a.json()["ask"]["status"] for a in later] == ["nothing_to_share"] * 2
    assert alike(later)
    assert alike([asker.post("/asks", body) for body in (there, absent)])


def alike(answers) -> bool:
    """Tell whether answers differ in nothing but ids and times: same headers, same lengths, same fields."""
    shapes = {
        (
            answer.status_code,
            len(answer.content),
            tuple((name, len(value)) for name, value in answer.headers.items()),
            str(shape_of(answer.json())),
        )
        for answer in answers
    }
    return len(shapes) == 1


def shape_of(value):
    if isinstance(value, dict):
        return {name: shape_of(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape_of(item) for item in value]
    return len(value) if isinstance(value, str) else value


def test_another_agencys_ask_is_absent(office, asker, ask):
    made = asker.post("/asks", ask()).json()
    stranger = office.caller("tucson-pd")
    theirs, none = stranger.get(f"/asks/{made['id']}"), stranger.get(f"/asks/{made['id'][:-4]}0000")
    assert (theirs.status_code, theirs.content) == (404, none.content)


def test_suspended_agreement_stops_what_was_not_yet_delivered(office, asker, ask, record):

    office.caller("az-dps").post("/records", record())
    made = asker.post("/asks", ask()).json()
    assert made["status"] == "disclosed"
    with reading(asker.actor):
        agreements = [a for a in list_agreements() if a.state == "in_force"]
    for agreement in agreements:
        do.suspend_agreement(
            by=office.node.actor("hsi-arizona", "head"),
            now=office.now(),
            agreement_id=agreement.id,
            reason=SuspensionReason.LEGAL_REVIEW,
        )
    office.deliver()
    [line] = asker.get("/deliveries").json()["deliveries"]
    assert line["event"] == "stopped"
    assert asker.get(f"/asks/{made['id']}").json()["ask"]["status"] == "stopped"
    assert asker.post(f"/deliveries/{line['disclosure']}/receive").status_code == 404
    assert asker.post("/asks", ask()).json()["status"] == "refused"


def test_key_speaks_only_while_valid(office, ask):
    now = office.now()
    late = office.caller(starts=now - timedelta(days=9), ends=now - timedelta(days=1))
    early = office.caller(starts=now + timedelta(days=1), ends=now + timedelta(days=9))
    for caller, word in ((late, "key-expired"), (early, "key-not-yet-valid")):
        refused = caller.post("/asks", ask())
        assert (refused.status_code, refused.json()["type"]) == (401, f"/api/v1/problems/{word}")
        assert refused.headers["WWW-Authenticate"] == 'Bearer realm="comity", error="invalid_token"'
