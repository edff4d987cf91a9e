"""The auditor's workbench at the console: drawn, opened on the record, marked, as a workpaper; for auditors alone."""

import csv
import io
import json
import re
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from web_people import words_of

sys.path.insert(0, str(Path(__file__).parents[2] / "coordination" / "exchange"))

from portal_log import grown, put_key


@pytest.fixture
def asked(house):
    """Six decisions that released, one that waits, and one of another holder; the ledger is signed."""
    from exchange_given import DISCLOSED, NEEDS_APPROVAL, REFUSED, ask_for, lodge, put, request

    lodge(house.node, DISCLOSED, *(f"k{number}" for number in range(6)))
    request(house.node, DISCLOSED.asker, *(ask_for(DISCLOSED, f"k{number}") for number in range(6)))
    put(house.node, NEEDS_APPROVAL, "a")
    put(house.node, REFUSED, "r")
    grown(house.node, 1)
    yield house
    put_key(house.node, None)


def drawing(house, **changes):
    today = house.node.clock.now.date()
    return {
        "objective": "whether asks were decided under the law",
        "since": (today - timedelta(days=2)).isoformat(),
        "until": (today + timedelta(days=1)).isoformat(),
        "stratum": "",
        "size": "4",
        "seed": "roll-4-2-6",
    } | changes


def drawn(house, person, **changes):
    answer = person.post("/console/audit/draw/", drawing(house, **changes))
    assert answer.status_code == 302, words_of(answer)
    return answer["Location"]


def items_of(person, sample):
    page = person.get(sample).content.decode()
    return list(dict.fromkeys(re.findall(rf"{sample}[0-9a-f-]{{36}}/", page)))


def test_a_sample_is_drawn_and_its_decisions_are_shown_as_they_were_recorded(asked):
    auditor = asked.inside("az-dps", "auditor")
    assert "No sample is kept yet" in words_of(auditor.get("/console/audit/"))
    sample = drawn(asked, auditor)
    page = words_of(auditor.get(sample))
    for said in ("whether asks were decided under the law", "Population 7", "Sample 4", "roll-4-2-6", "1 to 4 of 4"):
        assert said in page
    assert len(items_of(auditor, sample)) == 4
    assert drawn(asked, auditor) == sample, "the same is kept once"
    assert "whether asks were decided" in words_of(auditor.get("/console/audit/"))
    waiting = drawn(asked, auditor, stratum="needs_approval")
    assert "1 to 1 of 1" in words_of(auditor.get(waiting))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"until": "2020-01-01"}, "before the first day"),
        ({"since": "2999-01-01", "until": "2999-01-02"}, "This day is to come"),
        ({"since": "2020-01-01", "until": "2020-01-02"}, "The period holds no such decision"),
        ({"since": "1999-01-01", "until": "1999-01-02"}, "The period holds no such decision"),
        ({"size": "0"}, "greater than or equal to 1"),
        ({"size": "201"}, "less than or equal to 200"),
        ({"seed": ""}, "This field is required"),
        ({"stratum": "everything"}, "not one of the available choices"),
        ({"since": "0001-01-01", "until": "9999-12-31", "seed": "\0"}, "Null characters"),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_told_beside_its_field(asked, changes, says):
    auditor = asked.inside("az-dps", "auditor")
    answer = auditor.post("/console/audit/draw/", drawing(asked, **changes))
    assert answer.status_code == 422
    assert says in words_of(answer)
    assert asked.node.look("SELECT count(*) FROM exchange_sample") == [(0,)]


@pytest.mark.parametrize(("since", "until"), [("0001-01-01", "9999-12-31"), ("0001-01-01", "2999-01-01")])
def test_a_period_at_the_edge_of_the_calendar_breaks_nothing(asked, since, until):
    auditor = asked.inside("az-dps", "auditor")
    assert auditor.post("/console/audit/draw/", drawing(asked, since=since, until=until)).status_code in {302, 422}


def test_a_decision_is_replayed_and_proven_and_having_opened_it_is_recorded(asked):
    auditor = asked.inside("az-dps", "auditor")
    [one, *_] = items_of(auditor, drawn(asked, auditor, stratum="disclosed"))
    before = asked.node.look("SELECT count(*) FROM exchange_reading WHERE kind = 'sampled_opened'")
    answer = auditor.get(one)
    page = words_of(answer)
    for said in ("The same.", "Proven. It is leaf", "by record", "may go", "agr-"):
        assert said in page
    assert answer["Cache-Control"] == "no-store"
    assert before == [(0,)]
    assert asked.node.look("SELECT count(*) FROM exchange_reading WHERE kind = 'sampled_opened'") == [(1,)]


def test_an_altered_decision_is_told_on_its_page_and_in_the_workpaper(asked):
    from comity.config.node import Role

    auditor = asked.inside("az-dps", "auditor")
    sample = drawn(asked, auditor, size="1")
    with asked.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE exchange_decision SET outcomes = '{}'")
    [one] = items_of(auditor, sample)
    assert "IT DIFFERS." in words_of(auditor.get(one))
    assert "Decided again: differs 1" in words_of(auditor.get(f"{sample}paper/"))
    with asked.node.connect(Role.BOOTSTRAP) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE vault_item SET ciphertext = set_byte(ciphertext, 0, 1) WHERE kind = 'facts'")
    assert "It could not be decided again." in words_of(auditor.get(one))


def test_marks_are_kept_the_list_is_filtered_by_them_and_an_exception_has_a_note(asked):
    auditor = asked.inside("az-dps", "auditor")
    sample = drawn(asked, auditor)
    first, second, *_ = items_of(auditor, sample)
    refused = auditor.post(first, {"mark": "exception", "note": " "})
    assert refused.status_code == 422
    assert "Say what the exception is" in words_of(refused)
    assert auditor.post(first, {"mark": "exception", "note": "<b>no ground</b>"})["Location"] == sample
    assert auditor.post(second, {"mark": "tested", "note": ""})["Location"] == sample
    page = words_of(auditor.get(sample))
    assert "Tested without exception: 1. Exceptions: 1. Not yet marked: 2." in page
    assert "1 to 1 of 1" in words_of(auditor.get(f"{sample}?mark=exception"))
    assert "1 to 2 of 2" in words_of(auditor.get(f"{sample}?mark=open"))
    opened = auditor.get(first).content.decode()
    assert "&lt;b&gt;no ground&lt;/b&gt;" in opened
    rows = list(csv.reader(io.StringIO(auditor.get(f"{sample}?as=csv").content.decode())))
    assert len(rows) == 5


def test_the_workpaper_is_a_page_a_sheet_and_json_whose_proofs_hold(asked):
    from comity.kernel.canonical import canonical
    from comity.kernel.digest import sha256
    from comity.spine.ledger.notes import VerifierKey, open_checkpoint
    from comity.spine.ledger.proofs import is_included

    auditor = asked.inside("az-dps", "auditor")
    sample = drawn(asked, auditor)
    [one, *_] = items_of(auditor, sample)
    auditor.post(one, {"mark": "exception", "note": "the purpose is too wide"})
    page = words_of(auditor.get(f"{sample}paper/"))
    for said in (
        "Objective",
        "Scope",
        "Methodology",
        "Results",
        "Decided again: the same 4",
        "the purpose is too wide",
    ):
        assert said in page
    sheet = list(csv.DictReader(io.StringIO(auditor.get(f"{sample}paper/?as=csv").content.decode().lstrip("\ufeff"))))
    assert [(row["again"], row["proven"]) for row in sheet] == [("same", "yes")] * 4
    answer = auditor.get(f"{sample}paper/?as=json")
    told = json.loads(answer.content)
    assert answer["Cache-Control"] == "no-store"
    assert told["sha256"] == sha256(canonical(told["workpaper"])).hex()
    assert told["sha256"] in page
    assert told["given"] == {"agency": "az-dps", "at": told["given"]["at"], "post": "auditor"}
    for item in told["workpaper"]["items"]:
        proof = told["proofs"][item["entry"]]
        point = open_checkpoint(proof["checkpoint"], [VerifierKey.parse(proof["verifier_key"])])
        assert is_included(
            index=proof["leaf_index"], size=point.size, leaf=bytes.fromhex(proof["leaf_hash"]),
            proof=[bytes.fromhex(one) for one in proof["hashes"]], root=point.root,
        )  # fmt: skip
    assert asked.node.look("SELECT count(*) FROM exchange_reading WHERE kind = 'workpaper_opened'") == [(3,)]


def test_a_node_that_shows_no_key_proves_nothing_and_says_so(asked):
    auditor = asked.inside("az-dps", "auditor")
    sample = drawn(asked, auditor)
    put_key(asked.node, None)
    page = words_of(auditor.get(f"{sample}paper/"))
    assert "Not proven in the ledger 4" in page
    assert "This node shows no key of its log" in page


def test_no_page_of_an_audit_shows_a_record_a_reference_or_a_value(asked):
    from exchange_given import DISCLOSED, reference_of, value_of

    auditor = asked.inside("az-dps", "auditor")
    sample = drawn(asked, auditor, size="20")
    pages = [sample, f"{sample}paper/", f"{sample}paper/?as=json", f"{sample}paper/?as=csv", *items_of(auditor, sample)]
    private = [
        *(reference_of(f"k{number}") for number in range(6)),
        *(value_of(name, f"k{number}") for name in DISCLOSED.elements for number in range(6)),
    ]
    assert len(pages) == 11
    for path in pages:
        said = auditor.get(path).content.decode()
        assert [one for one in private if one in said] == [], path


def test_a_sample_is_for_its_agencys_auditor_alone_and_an_overseer_draws_from_every_holder(asked):
    auditor, overseer = asked.inside("az-dps", "auditor"), asked.inside("az-ombudsman", "auditor")
    sample = drawn(asked, auditor)
    [one, *_] = items_of(auditor, sample)
    for path in (sample, f"{sample}paper/", one):
        assert overseer.get(path).status_code == 404, path
    assert overseer.post(one, {"mark": "tested", "note": ""}).status_code == 404
    assert "No sample is kept yet" in words_of(overseer.get("/console/audit/"))
    theirs = drawn(asked, overseer, size="50")
    assert "Population 8" in words_of(overseer.get(theirs))
    [*all_of_them] = items_of(overseer, theirs)
    assert len(all_of_them) == 8
    assert "The same." in words_of(overseer.get(all_of_them[0]))
    assert auditor.get(theirs).status_code == 404
    assert auditor.get(f"{sample}{uuid4()}/").status_code == 404


@pytest.mark.parametrize("post", ["head", "privacy", "counsel", "liaison", "analyst"])
def test_other_posts_are_told_whom_it_is_for(asked, post):
    person = asked.inside("az-dps", post)
    answer = person.get("/console/audit/")
    assert answer.status_code == 403
    assert "auditor" in words_of(answer)
    assert "/console/audit/" not in person.get("/console/").content.decode()
