"""An agreement over the API: from a draft to force and to its end, by the keys of the posts that may."""

import re

import pytest
from agreements_sent import CLAUSE, PAPER, PARTIES, SCAN, Table, body_of, told

from comity.doors.api.api import api
from comity.doors.api.routes import scopes_of
from software_passkey import SoftwarePasskey

NOTICE = {
    "schema": "comity/terms/1",
    "clauses": [CLAUSE],
    "provisions": [{"term": "termination_notice_days", "value": 30, "unit": "days", "section": "9"}],
}
ROUTES = [
    (method, path)
    for router in api._get_bound_routers()
    for path, view in router.path_operations.items()
    for operation in view.operations
    for method in operation.methods
    if path.startswith("/agreements") and scopes_of(operation.auth_callbacks)
]
OF_ONE = [(method, path) for method, path in ROUTES if "{code}" in path and not path.endswith("/draft")]
BODIES = {
    "/reviews": {
        "digest": "0" * 64,
        "kind": "attorney_determination",
        "finding": "satisfied",
        "document_sha256": PAPER,
    },
    "/confirmations": {"digest": "0" * 64},
    "/signatures": {"digest": "0" * 64, "key_id": "k", "scheme": "ed25519", "signature": "A" * 86 + "=="},
    "/passkey-signatures": {"digest": "0" * 64, "assertion": SoftwarePasskey().assertion(b"0" * 32)},
    "/attestations": {"digest": "0" * 64, "agency": "az-dps", "scan_sha256": SCAN},
    "/comments": {"words": "Hm."},
    "/publication": {"digest": "0" * 64},
    "/suspension": {"reason": "legal_review"},
    "/termination": {"reason": "mutual"},
    "/supersession": {"successor": "az-sharing-2026"},
}


@pytest.fixture(scope="module")
def office(shared_office):
    return shared_office


@pytest.fixture(scope="module")
def table(office):
    return Table(office)


def send(caller, method: str, path: str):
    match method:
        case "GET":
            return caller.get(path)
        case "DELETE":
            return caller.delete(path)
    return caller.post(path, next((BODIES[end] for end in BODIES if path.endswith(end)), None), method=method)


def test_a_draft_becomes_an_agreement_in_force_and_ends_by_agreement(table):
    counsel, head = table.caller("az-dps", "counsel"), table.caller("az-dps", "head")
    other = table.caller("hsi-arizona", "head")
    code = table.draft()
    again = counsel.put(f"/agreements/{code}/draft", body_of(title="Vehicles"))
    assert (again.status_code, again.json()["is_new"]) == (200, False)
    digest = table.offer_draft(code)
    lacks = other.get(f"/agreements/{code}/readiness").json()
    assert lacks == {
        "version": 1,
        "digest": digest,
        "is_ready": False,
        "unreviewed": [
            {"kind": "attorney_determination", "agency": "az-dps"},
            {"kind": "privacy_assessment", "agency": "az-dps"},
        ],
        "unconfirmed": ["vehicles"],
        "confirmed_by_one_alone": [],
        "unconfirmed_by_sender": [],
        "unsigned": ["az-dps", "hsi-arizona"],
        "attested_by_others_alone": [],
    }
    [clause] = other.get(f"/agreements/{code}/clauses", version=1).json()["clauses"]
    assert (clause["id"], clause["kind"]) == ("vehicles", "share")
    assert clause["says"]
    table.prepare(code, digest)
    retried = counsel.post(f"/agreements/{code}/confirmations", {"digest": digest})
    assert (retried.status_code, retried.json()["confirmed"]) == (200, [])
    for agency in PARTIES:
        signed = table.sign(code, digest, agency)
        assert signed.status_code == 201, signed.content
    assert signed.json()["is_ready"] is True
    assert told(table.sign(code, digest, "hsi-arizona")) == (409, "already-signed")
    assert head.post(f"/agreements/{code}/force").json()["state"] == "in_force"
    found = other.get(f"/agreements/{code}").json()
    [version] = found["versions"]
    assert (version["title"], version["signed_by"]) == ("Vehicles", ["az-dps", "hsi-arizona"])
    assert [one["kind"] for one in version["reviews"]] == ["attorney_determination", "privacy_assessment"]
    assert [(one["by"], one["method"]) for one in version["signatures"]] == [
        ("az-dps/head", "key"),
        ("hsi-arizona/head", "key"),
    ]
    assert [(one["event"], one["by"]) for one in found["events"]][1:3] == [
        ("drafted", "az-dps/counsel"),
        ("offered", "az-dps/counsel"),
    ]
    mutual = {"reason": "mutual"}
    first = head.post(f"/agreements/{code}/termination", mutual)
    assert (first.status_code, first.json()["ends_at"], first.json()["agreement"]["state"]) == (202, None, "in_force")
    last = other.post(f"/agreements/{code}/termination", mutual)
    assert (last.status_code, last.json()["agreement"]["state"]) == (200, "terminated")
    assert last.json()["ends_at"]
    assert told(counsel.put(f"/agreements/{code}/draft", body_of())) == (409, "agreement-ended")
    assert told(counsel.post(f"/agreements/{code}/offer")) == (409, "illegal-transition")


def test_suspension_is_lifted_by_the_party_that_suspended(table):
    code = table.conclude()
    path = f"/agreements/{code}/suspension"
    done = table.caller("az-dps", "privacy").post(path, {"reason": "security_incident"})
    assert (done.status_code, done.json()["state"], done.json()["suspended_reason"]) == (
        200,
        "suspended",
        "security_incident",
    )
    twice = table.caller("az-dps", "privacy").post(path, {"reason": "court_order"})
    assert told(twice) == (409, "illegal-transition")
    assert "`suspend` does not apply" in twice.json()["errors"][0]["message"]
    assert told(table.caller("hsi-arizona", "head").delete(path)) == (403, "not-yours-to-resume")
    assert told(table.caller("az-dps", "counsel").delete(path)) == (403, "wrong-post")
    assert table.caller("az-dps", "head").delete(path).json()["state"] == "in_force"
    assert told(table.caller("az-dps", "head").delete(path)) == (409, "illegal-transition")


def test_notice_runs_and_is_taken_back_by_the_party_that_gave_it(table):
    code = table.conclude(body_of(terms=NOTICE))
    assert code not in {one["agreement"] for one in table.caller("az-dps", "head").get("/agreements/due").json()["due"]}
    head, other = table.caller("az-dps", "head"), table.caller("hsi-arizona", "head")
    end, notice = f"/agreements/{code}/termination", f"/agreements/{code}/notice"
    assert told(head.delete(notice)) == (409, "no-notice")
    assert told(head.post(end, {"reason": "public_safety"})) == (409, "notice-not-waived")
    given = head.post(end, {"reason": "party_withdrew"}).json()
    assert given["ends_at"] == given["agreement"]["notice_ends_at"] is not None
    assert given["agreement"]["state"] == "in_force"
    near = {"at": given["ends_at"], "agreement": code, "kind": "notice_over", "is_near": True}
    assert near in other.get("/agreements/due", within=31).json()["due"]
    assert near not in other.get("/agreements/due", within=29).json()["due"]
    assert told(head.post(end, {"reason": "party_withdrew"})) == (409, "notice-given")
    assert told(other.delete(notice)) == (409, "no-notice")
    events = other.get(f"/agreements/{code}").json()["events"]
    assert (events[-1]["event"], events[-1]["effective_at"]) == ("notice_given", given["ends_at"])
    assert head.delete(notice).json()["notice_ends_at"] is None
    assert told(head.delete(notice)) == (409, "no-notice")


def test_another_agreement_takes_the_place_of_one(table):
    code, successor, early = table.conclude(), table.conclude(), table.draft()
    head = table.caller("az-dps", "head")
    path = f"/agreements/{code}/supersession"
    for name, problem in (("none-2025", "invalid-fields"), (code, "no-successor"), (early, "no-successor")):
        refused = head.post(path, {"successor": name})
        assert told(refused) == (422, problem)
        assert refused.json()["errors"][0]["field"] == "successor"
    done = head.post(path, {"successor": successor})
    assert (done.status_code, done.json()["state"]) == (200, "superseded")
    assert head.get(f"/agreements/{code}").json()["successor"] == successor
    assert told(head.post(path, {"successor": successor})) == (409, "illegal-transition")


def test_paper_is_attested_by_two_persons_on_one_scan(table):
    code, digest = table.offer()
    table.prepare(code, digest)
    path = f"/agreements/{code}/attestations"
    seen = {"digest": digest, "agency": "hsi-arizona", "scan_sha256": SCAN}
    first = table.caller("az-dps", "counsel").post(path, seen)
    assert (first.status_code, first.json()["attested"], first.json()["needed"]) == (201, 1, 2)
    assert told(table.caller("az-dps", "counsel").post(path, seen)) == (409, "already-signed")
    other_scan = seen | {"scan_sha256": "d" * 64}
    assert told(table.caller("az-dps", "privacy").post(path, other_scan)) == (422, "no-scan")
    second = table.caller("az-dps", "privacy").post(path, seen).json()
    assert second["readiness"]["unsigned"] == ["az-dps", "hsi-arizona"]
    assert second["readiness"]["attested_by_others_alone"] == ["hsi-arizona"]
    own = table.caller("hsi-arizona", "counsel").post(path, seen)
    assert (own.json()["attested"], own.json()["readiness"]["unsigned"]) == (3, ["az-dps"])
    nobody = table.caller("az-dps", "head").post(path, seen | {"agency": "pima-so"})
    assert told(nobody) == (422, "not-party")
    signatures = table.caller("az-dps", "head").get(f"/agreements/{code}").json()["versions"][0]["signatures"]
    assert [(one["method"], one["by"], one["scan_sha256"]) for one in signatures] == [
        ("paper", "az-dps/counsel", SCAN),
        ("paper", "az-dps/privacy", SCAN),
        ("paper", "hsi-arizona/counsel", SCAN),
    ]


def test_one_person_in_two_posts_and_a_post_that_nobody_holds_confirm_nothing(table, office):
    from comity.spine.tenancy.actor import Duty, node_actor
    from comity.spine.tenancy.transaction import reading
    from comity.standing.directory import commands as directory
    from comity.standing.directory.selectors import get_holder

    parties = {"pima-so": "local", "az-dps": "state"}
    clause = CLAUSE | {"to": ["pima-so"]}
    code, digest = table.offer(body_of(clause, parties=parties))
    counsel, privacy = table.caller("pima-so", "counsel"), table.caller("pima-so", "privacy")
    path = f"/agreements/{code}/confirmations"
    assert counsel.post(path, {"digest": digest, "clauses": ["vehicles"]}).json()["confirmed"] == ["vehicles"]
    steward, now = node_actor(Duty.STEWARD), office.now()
    with reading(steward):
        officer = get_holder(counsel.actor.post_id, now).officer_id
    post = privacy.actor.post_id
    directory.hand_over_post(by=steward, now=now, post_id=post, officer_id=officer, at=now)
    assert told(privacy.post(path, {"digest": digest})) == (403, "same-person")
    now = office.now()
    directory.end_holding(by=steward, now=now, post_id=post, ends_at=now)
    assert told(privacy.post(path, {"digest": digest})) == (409, "post-not-held")


def test_nothing_is_signed_or_in_force_before_its_time(table):
    head = table.caller("az-dps", "head")
    code = table.draft()
    for path in ("readiness", "signing-digest"):
        assert told(head.get(f"/agreements/{code}/{path}")) == (409, "nothing-offered")
    assert told(head.post(f"/agreements/{code}/comments", {"words": "Hm."})) == (409, "nothing-offered")
    digest = table.offer_draft(code)
    force, signatures = f"/agreements/{code}/force", f"/agreements/{code}/signatures"
    assert told(head.post(f"/agreements/{code}/offer")) == (409, "no-draft")
    assert told(head.post(force)) == (409, "unreviewed")
    assert told(table.sign(code, digest, "az-dps")) == (409, "unreviewed")
    for kind, post in (("attorney_determination", "counsel"), ("privacy_assessment", "privacy")):
        review = {"digest": digest, "kind": kind, "finding": "satisfied", "document_sha256": PAPER}
        table.caller("az-dps", post).post(f"/agreements/{code}/reviews", review)
    assert told(head.post(force)) == (409, "unconfirmed")
    table.prepare(code, digest)
    unsigned = head.post(force)
    assert told(unsigned) == (409, "unsigned")
    assert "`hsi-arizona`" in unsigned.json()["errors"][0]["message"]
    body = table.signature(code, digest, "az-dps")
    key_id, _ = table.key("hsi-arizona")
    for changes, refusal in (
        ({"digest": "0" * 64}, (409, "another-text")),
        ({"key_id": "nothing-published"}, (422, "key-not-good")),
        ({"key_id": key_id}, (422, "key-not-good")),
        ({"signature": "A" * 86 + "=="}, (422, "signature-not-good")),
        ({"signature": "AAAA"}, (422, "signature-unreadable")),
        ({"scheme": "ecdsa-p384-sha384"}, (422, "signature-unreadable")),
    ):
        assert told(head.post(signatures, body | changes)) == refusal, changes
    assert told(table.caller("az-dps", "counsel").post(signatures, body)) == (403, "wrong-post")
    over = body_of(ends_at="2026-01-02T07:00:00Z")
    code, digest = table.offer(over)
    table.prepare(code, digest)
    assert [table.sign(code, digest, party).status_code for party in PARTIES] == [201, 201]
    assert told(head.post(f"/agreements/{code}/force")) == (409, "period-over")


def test_a_review_is_recorded_by_the_party_that_owes_it_and_nobody_else(table):
    code, digest = table.offer()
    path = f"/agreements/{code}/reviews"
    kind = {"kind": "attorney_determination", "finding": "satisfied", "document_sha256": PAPER}
    review = kind | {"digest": digest}
    counsel = table.caller("hsi-arizona", "counsel")
    assert told(counsel.post(path, review)) == (422, "review-not-owed")
    assert told(counsel.post(path, review | {"agency": "az-dps"})) == (403, "wrong-post")
    assert told(table.caller("az-dps", "privacy").post(path, review)) == (403, "wrong-post")
    own = table.caller("az-dps", "counsel")
    assert own.post(path, kind).status_code == 400
    assert told(own.post(path, review | {"digest": "0" * 64})) == (409, "another-text")
    unknown = {"digest": digest, "clauses": ["plates"]}
    assert told(counsel.post(f"/agreements/{code}/confirmations", unknown)) == (422, "unknown-clause")
    clerk = table.caller("az-dps", "records-clerk")
    assert told(clerk.post(f"/agreements/{code}/confirmations", {"digest": digest})) == (403, "wrong-post")
    assert told(counsel.get(f"/agreements/{code}/signing-digest", agency="pima-so")) == (422, "not-party")
    assert counsel.get(f"/agreements/{code}/signing-digest", agency="az-dps").json()["agency"] == "az-dps"
    assert told(counsel.get(f"/agreements/{code}/clauses", version=7)) == (422, "invalid-fields")


def test_the_parties_talk_about_what_is_on_offer(table):
    code, digest = table.offer()
    liaison, counsel = table.caller("hsi-arizona", "counsel"), table.caller("az-dps", "counsel")
    path = f"/agreements/{code}/comments"
    asked = {"words": "Why fifty?", "place": "vehicles"}
    first = liaison.post(path, asked)
    assert first.status_code == 201, first.content
    repeated = liaison.post(path, asked)
    assert (repeated.status_code, repeated.json()) == (200, first.json())
    answer = counsel.post(path, {"words": "It was asked for.", "answers": first.json()["comment"]})
    assert answer.status_code == 201, answer.content
    assert told(liaison.post(path, asked | {"digest": "0" * 64})) == (409, "another-text")
    assert liaison.post(path, asked | {"digest": digest}).json() == first.json()
    said = counsel.get(path).json()["comments"]
    assert [(one["by"], one["place"], one["answers"]) for one in said] == [
        ("hsi-arizona/counsel", "vehicles", None),
        ("az-dps/counsel", "", first.json()["comment"]),
    ]
    assert told(counsel.post(path, {"words": " "})) == (422, "no-words")
    assert told(counsel.post(path, {"words": "a" * 4001})) == (422, "no-words")
    nobody = {"words": "x", "answers": "0192f0c1-2d3e-7abc-8def-0123456789ab"}
    assert told(counsel.post(path, nobody)) == (422, "no-such-comment")


def test_a_stranger_is_told_the_same_of_an_agreement_of_others_as_of_none(table):
    code, _ = table.offer()
    stranger = table.caller("ut-dps-bci", "head")
    for method, path in OF_ONE:
        theirs = send(stranger, method, path.replace("{code}", code))
        none = send(stranger, method, path.replace("{code}", "none-2025"))
        assert (theirs.status_code, theirs.content) == (404, none.content), (method, path)
    assert code not in str(stranger.get("/agreements").json())
    parties = {"ut-dps-bci": "neighbor", "hsi-arizona": "federal"}
    theirs = body_of(CLAUSE | {"from": ["ut-dps-bci"]}, parties=parties)
    assert told(stranger.put(f"/agreements/{code}/draft", theirs)) == (409, "code-taken")
    assert told(stranger.put("/agreements/not-mine/draft", body_of())) == (403, "wrong-post")
    assert stranger.get("/agreements/not-mine").status_code == 404


def test_every_route_asks_for_its_scope(office):
    caller = office.caller("az-dps", "head", scopes=["law:read"])
    assert len(ROUTES) > 15
    for method, path in ROUTES:
        refused = send(caller, method, re.sub(r"\{\w+\}", "az-sharing-2026", path))
        assert told(refused) == (403, "scope-missing"), (method, path)
    signer = office.caller("az-dps", "head", scopes=["agreements:sign"])
    assert told(signer.post("/agreements/az-sharing-2026/suspension", {"reason": "court_order"})) == (
        403,
        "scope-missing",
    )


def test_the_ledger_covers_what_was_done_over_the_api(office, table):
    table.conclude()
    office.node.sequence()
    assert office.node.verify().is_clean


def test_what_the_law_keeps_back_is_told_before_anybody_signs(table):
    counsel = table.caller("az-dps", "counsel")
    quiet, _ = table.offer()
    assert counsel.get(f"/agreements/{quiet}/law-conflicts").json() == {"version": 1, "conflicts": []}
    faces = {"purposes": ["civil_immigration"], "categories": ["face"], "elements": ["face_match", "person_name"]}
    clause = CLAUSE | faces | {"from": ["ut-dps-bci"]}
    code, _ = table.offer(body_of(clause, parties=PARTIES | {"ut-dps-bci": "neighbor"}))
    found = counsel.get(f"/agreements/{code}/law-conflicts").json()["conflicts"]
    assert {(one["clause"], *one["elements"], one["sender"]) for one in found} == {
        ("vehicles", "face_match", "person_name", "ut-dps-bci")
    }
    assert (found[0]["is_held"], found[0]["unless"]) == (False, [])
    assert found[0]["rules"]
    letters = "abcdefghijk"
    many, _ = table.offer(body_of(*[CLAUSE | {"id": f"of-{one}-{two}"} for one in letters for two in letters]))
    assert counsel.get(f"/agreements/{many}/law-conflicts").json() == {"version": 1, "conflicts": []}
