"""What is public is given to anybody without a key, and to nobody anything else; a text is published by its party."""

from hashlib import sha256

import pytest
from agreements_sent import PARTIES, Table, body_of
from django.test import Client

from comity.kernel.canonical import canonical

CODE = "az-sharing-2026"
SECRET = "call desk seven at 555-0100"


@pytest.fixture(scope="module")
def office(shared_office):
    return shared_office


@pytest.fixture(scope="module")
def table(office):
    return Table(office)


@pytest.fixture
def anybody(office):
    return lambda path: Client(raise_request_exception=False, SERVER_NAME="localhost").get(f"/api/v1{path}")


def test_anybody_reads_what_is_in_force_and_can_check_it(office, anybody):
    listed = anybody("/public/agreements")
    assert listed.status_code == 200
    [line] = [one for one in listed.json()["agreements"] if one["code"] == CODE]
    assert line["standing"] == "in_force"
    whole = anybody(f"/public/agreements/{CODE}").json()
    version, agreement = whole["version"], whole["agreement"]
    assert version["text"].startswith("1 Purpose.")
    assert set(version["summary"]) == {"en", "es"}
    content = {name: agreement[name] for name in agreement if name not in {"standing", "number"}}
    content |= {"schema": "comity/published/1", "version": {k: v for k, v in version.items() if k != "text_at"}}
    assert sha256(canonical(content)).hexdigest() == whole["digest"] == whole["changes"][0]["digest"]
    assert anybody(f"/public/agreements/{CODE}/versions/1").json() == version


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/public/agreements/none", 404),
        (f"/public/agreements/{CODE}/versions/9", 404),
        (f"/public/agreements/{CODE}/versions/0", 404),
        ("/public/agreements?state=draft", 422),
        ("/public/agreements/%00", 404),
    ],
)
def test_what_is_not_public_is_not_there(anybody, path, status):
    told = anybody(path)
    assert told.status_code == status, told.content
    assert told["content-type"] == "application/problem+json"


def test_what_was_told_is_given_as_every_door_gives_it(anybody):
    from comity.accountability.publication.facts import change_of
    from comity.accountability.publication.selectors import list_published_changes
    from comity.kernel.canonical import plain
    from comity.spine.tenancy.transaction import reading_published

    with reading_published():
        told = [plain(change_of(one)) for one in list_published_changes(CODE)]
    assert [one["change"] for one in told] == ["text_published", "put_in_force"]
    assert anybody(f"/public/agreements/{CODE}").json()["changes"] == told


def test_a_text_is_published_without_what_stays_back(office, table, anybody):
    code, digest = table.offer(body_of(text=f"1 Plates.\n\n2 In need {SECRET}.\n"))
    assert anybody(f"/public/agreements/{code}").status_code == 404
    table.prepare(code, digest)
    for agency in PARTIES:
        assert table.sign(code, digest, agency).status_code == 201
    assert table.caller("az-dps", "head").post(f"/agreements/{code}/force").status_code == 200
    privacy = office.caller("az-dps", "privacy")
    body = {"digest": digest, "withhold": [{"paragraph": 2, "words": SECRET, "authority": "A05"}]}
    early = privacy.post(f"/agreements/{code}/publication", body)
    assert (early.status_code, early.json()["errors"][0]["field"]) == (409, "digest")
    office.deliver()
    assert anybody(f"/public/agreements/{code}").json()["version"]["text"] == ""
    done = privacy.post(f"/agreements/{code}/publication", body)
    assert done.status_code == 200, done.content
    shown = anybody(f"/public/agreements/{code}")
    assert shown.json()["version"]["text"] == "1 Plates.\n\n2 In need [withheld: A.R.S. 39-121 to 39-121.02, 39-171].\n"
    assert SECRET not in shown.content.decode()
    assert SECRET not in anybody("/public/agreements").content.decode()


@pytest.mark.parametrize(
    ("agency", "post", "change", "status", "field"),
    [
        ("az-dps", "privacy", {"digest": "0" * 64}, 422, "digest"),
        ("az-dps", "privacy", {"digest": "x"}, 400, "digest"),
        ("az-dps", "privacy", {"withhold": [{"paragraph": 1, "authority": "Z99"}]}, 422, "withhold"),
        ("az-dps", "privacy", {"withhold": [{"paragraph": 99, "authority": "A05"}]}, 422, "withhold"),
        ("az-dps", "privacy", {"withhold": [{"paragraph": 0, "authority": "A05"}]}, 400, "withhold[0].paragraph"),
        ("az-dps", "privacy", {"withhold": [{"paragraph": 1, "authority": ""}]}, 400, "withhold[0].authority"),
        ("az-dps", "privacy", {"withhold": [{"paragraph": 1, "authority": "Z" * 21}]}, 400, "withhold[0].authority"),
        (
            "az-dps",
            "privacy",
            {"withhold": [{"paragraph": 1, "authority": "A05", "words": "x" * 10_001}]},
            400,
            "withhold[0].words",
        ),
        ("az-dps", "privacy", {"withhold": [{"paragraph": 1}]}, 400, "withhold[0].authority"),
        ("az-dps", "privacy", {"hide": True}, 400, "hide"),
        ("az-dps", "head", {}, 403, None),
        ("mesa-pd", "privacy", {}, 404, None),
    ],
)
def test_wrong_input_is_answered_and_changes_nothing(office, anybody, agency, post, change, status, field):
    before = anybody(f"/public/agreements/{CODE}").content
    body = {"digest": anybody(f"/public/agreements/{CODE}").json()["version"]["digest"], **change}
    told = office.caller(agency, post).post(f"/agreements/{CODE}/publication", body)
    assert told.status_code == status, told.content
    if field:
        assert told.json()["errors"][0]["field"] == field
    assert anybody(f"/public/agreements/{CODE}").content == before


def test_a_key_without_the_scope_publishes_nothing(office):
    from comity.standing.directory.vocabulary import Scope

    others = [scope for scope in Scope if scope is not Scope.AGREEMENTS_PUBLISH]
    told = office.caller("az-dps", "privacy", others).post(f"/agreements/{CODE}/publication", {"digest": "0" * 64})
    assert told.status_code == 403
