from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comity.config.node import Role
from comity.doors.api import scopes
from comity.doors.api.known_keys import Known, KnownKeys
from comity.doors.api.scopes import ApiKey
from comity.spine.tenancy.actor import Actor
from comity.standing.directory.commands import revoke_api_key
from comity.standing.directory.vocabulary import Scope


def problem(response) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    return response.status_code, body["type"].rpartition("/")[2]


def test_request_without_key_is_told_how_to_send_one(asker):
    refused = asker.client.get("/api/v1/asks")
    assert problem(refused) == (401, "no-key")
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="comity"'


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "comity_a_b"])
def test_header_that_is_no_bearer_key_is_refused(asker, header):
    assert problem(asker.client.get("/api/v1/asks", headers={"Authorization": header})) == (401, "malformed-key")


@pytest.mark.parametrize(
    "key", ["comity_000000000000_" + "0" * 64, "nonsense", "comity_\x00_a", "comity_é_a", "a" * 9_000]
)
def test_unknown_key_is_refused_without_a_hint(asker, key):
    refused = asker.client.get("/api/v1/asks", headers={"Authorization": f"Bearer {key}"})
    assert problem(refused) == (401, "unknown-key")


def test_wrong_secret_under_a_known_prefix_is_an_unknown_key(asker):
    refused = asker.client.get("/api/v1/asks", headers={"Authorization": f"Bearer {asker.secret[:-1]}x"})
    assert problem(refused) == (401, "unknown-key")


def test_revoked_key_is_told_so(office, asker):
    revoke_api_key(by=asker.actor, now=office.now(), prefix=asker.secret.split("_")[1])
    assert problem(asker.get("/asks")) == (401, "key-revoked")


def test_key_without_the_scope_is_told_which(office, ask):
    reader = office.caller(scopes=[Scope.LAW_READ])
    stored = office.stored()
    refused = reader.post("/asks", ask())
    assert problem(refused) == (403, "scope-missing")
    assert "`exchange:ask`" in refused.json()["detail"]
    assert 'error="insufficient_scope", scope="exchange:ask"' in refused.headers["WWW-Authenticate"]
    assert office.stored() == stored


def test_queue_shows_only_what_the_scope_covers(office, asker, ask):
    asker.post("/asks", ask())
    clerk = office.caller("az-dps", "records-clerk", scopes=[Scope.EXCHANGE_ANSWER])
    approver = office.caller("az-dps", "records-clerk", scopes=[Scope.EXCHANGE_APPROVE])
    [task] = clerk.get("/queue").json()["tasks"]
    assert approver.get("/queue").json() == {"tasks": []}
    assert problem(approver.get(f"/tasks/{task['id']}")) == (403, "scope-missing")


def test_scope_is_checked_before_the_body(office):
    reader = office.caller(scopes=[Scope.LAW_READ])
    assert problem(reader.post("/asks", b"{")) == (403, "scope-missing")


def test_an_api_key_demand_names_only_known_scopes():
    assert ApiKey(Scope.LAW_READ).scopes == (Scope.LAW_READ,)


def lookups(queries) -> int:
    return sum("directory_api_key" in one["sql"] for one in queries)


def test_a_key_met_before_is_not_read_again_for_an_ask(asker, ask):
    assert asker.post("/asks", ask()).status_code == 201
    with CaptureQueriesContext(connection) as queries:
        assert asker.post("/asks", ask()).status_code == 201
    assert lookups(queries) == 0
    with CaptureQueriesContext(connection) as queries:
        assert asker.get("/asks").status_code == 200
    assert lookups(queries) == 1


@pytest.mark.parametrize(
    "changes", [{}, {"elements": ["nonsense"]}, {"elements": 5}, {"claims": {"imminent_danger": True}}]
)
def test_a_key_revoked_after_it_was_met_opens_nothing_more(office, asker, ask, changes):
    assert asker.post("/asks", ask()).status_code == 201
    revoke_api_key(by=asker.actor, now=office.now(), prefix=asker.secret.split("_")[1])
    stored = office.stored()
    assert problem(asker.post("/asks", ask(**changes))) == (401, "key-revoked")
    assert office.stored() == stored


def test_a_key_that_ended_after_it_was_met_opens_nothing_more(office, asker, ask, monkeypatch):
    assert asker.post("/asks", ask()).status_code == 201
    ended = datetime.now(UTC) - timedelta(seconds=1)
    for digest, known in scopes._keys._known.items():
        later = replace(known, actor=replace(known.actor, known_until=ended))
        monkeypatch.setitem(scopes._keys._known, digest, later)
    with CaptureQueriesContext(connection) as queries:
        assert asker.post("/asks", ask()).status_code == 201
    assert lookups(queries) == 1


def test_a_key_is_revoked_while_an_import_of_agencies_is_under_way(office, asker):
    with office.node.connect(Role.BOOTSTRAP) as importing:
        importing.execute("UPDATE tenancy_stamp SET value = gen_random_uuid() WHERE name = 'directory'")
        revoke_api_key(by=asker.actor, now=office.now(), prefix=asker.secret.split("_")[1])
        importing.rollback()
    assert problem(asker.get("/asks")) == (401, "key-revoked")


def test_after_a_change_of_the_directory_a_key_is_read_once_more_and_then_known_again(office, asker, ask):
    assert asker.post("/asks", ask()).status_code == 201
    other = office.caller("az-dps", "records-clerk", scopes=[Scope.LAW_READ])
    revoke_api_key(by=other.actor, now=office.now(), prefix=other.secret.split("_")[1])
    with CaptureQueriesContext(connection) as queries:
        assert asker.post("/asks", ask()).status_code == 201
    assert lookups(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert asker.post("/asks", ask()).status_code == 201
    assert lookups(queries) == 0


def test_what_is_known_of_a_key_holds_no_secret_and_is_forgotten():
    keys, known = KnownKeys(), Known(Actor(uuid4(), uuid4()), frozenset())
    keys.keep("comity_a_secret", known)
    assert keys.find("comity_a_secret") is known
    assert "secret" not in repr(vars(keys))
    keys.forget("comity_a_secret")
    assert keys.find("comity_a_secret") is None
