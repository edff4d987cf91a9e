"""The node's own troubles: each is told plainly, logged by class only, and nothing is half written."""

from dataclasses import replace

import django.db
import psycopg
import pytest
import structlog
from django.conf import settings
from django.test import override_settings

from comity.config.node import Role
from comity.coordination.exchange import batch, deciding
from comity.doors.api import asks as door
from comity.doors.api import health
from comity.doors.api.faults import ABSENT, TABLE, problem_of
from comity.doors.log import ALLOWED, LogKeyError, warn
from comity.doors.ring import forget_keys
from comity.spine.keys.file_ring import FileKeyRing
from comity.standing.law.selectors import NoLawInForceError


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rpartition("/")[2]


@pytest.fixture
def key_file(office, home, tmp_path):
    """Give the node a key file of its own to lose: the workers of a run share the other."""
    path = tmp_path / "keys.json"
    path.touch(mode=0o600)
    path.write_bytes((home / "keys.json").read_bytes())
    forget_keys()
    with override_settings(NODE=replace(settings.NODE, home=tmp_path)):
        yield path
    forget_keys()


def test_missing_key_file_is_told_with_its_remedy_and_found_again(asker, ask, office, key_file):
    stored, aside = office.stored(), key_file.with_name("aside")
    key_file.rename(aside)
    refused = asker.post("/asks", ask())
    assert (*told(refused), refused.headers["Retry-After"]) == (503, "keys-unavailable", "60")
    assert "`comity doctor`" in refused.json()["detail"]
    assert str(key_file) not in refused.content.decode()
    assert told(asker.post("/asks/bulk", b"{}", kind="application/x-ndjson")) == (503, "keys-unavailable")
    assert office.stored() == stored
    aside.rename(key_file)
    assert asker.post("/asks", ask()).status_code == 201


def test_exposed_key_file_is_refused(asker, ask, key_file):
    key_file.chmod(0o644)
    assert told(asker.post("/asks", ask())) == (503, "keys-unavailable")


def test_wrong_master_key_opens_nothing_and_says_so(office, asker, holder, ask, record, key_file):
    holder.post("/records", record())
    assert asker.post("/asks", ask()).json()["status"] == "disclosed"
    office.deliver()
    [line] = asker.get("/deliveries").json()["deliveries"]
    key_file.unlink()
    FileKeyRing.create(key_file)
    forget_keys()
    stored = office.stored()
    assert told(asker.post(f"/deliveries/{line['disclosure']}/receive")) == (503, "keys-unavailable")
    assert office.stored() == stored


def test_database_that_breaks_off_mid_request_leaves_nothing(asker, ask, office, monkeypatch):

    def cut(cursor, *args, **kwargs):
        with office.node.connect(Role.BOOTSTRAP) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        cursor.execute("SELECT 1")

    stored = office.stored()
    body = ask()
    with monkeypatch.context() as broken:
        broken.setattr(batch, "insert_rows", cut)
        refused = asker.post("/asks", body)
    assert (*told(refused), refused.headers["Retry-After"]) == (503, "database-unavailable", "5")
    assert office.stored() == stored
    assert asker.post("/asks", body).status_code == 201


def test_database_gone_within_many_lines_answers_the_rest_so(asker, ask, office, monkeypatch):
    real, calls = door.request_disclosures, []

    def second_fails(**rest):
        calls.append(rest)
        if len(calls) > 1:
            raise django.db.OperationalError("server closed the connection")
        return real(**rest)

    monkeypatch.setattr(door, "request_disclosures", second_fails)
    lines = asker.bulk("/asks/bulk", [ask() for _ in range(601)])
    assert [line["status"] for line in lines] == [201] * 200 + [503] * 401
    assert len(calls) == 2
    assert office.stored()["exchange_ask"] == 200


@pytest.mark.parametrize("source", [django.db, psycopg])
def test_database_errors_are_told_alike_wrapped_or_not(source):
    """A bulk insert goes through a raw cursor, and its errors come as psycopg raised them."""
    codes = {kind: problem_of(getattr(source, kind)("x")).code for kind in ("OperationalError", "InterfaceError")}
    assert set(codes.values()) == {"database-unavailable"}
    assert problem_of(source.IntegrityError("x")).code == "changed-meanwhile"
    assert problem_of(source.DataError("x")).code == "value-out-of-range"


def test_subclasses_a_bulk_insert_raises_are_told_too():
    assert problem_of(psycopg.errors.UniqueViolation("x")).status == 409
    assert problem_of(psycopg.errors.NumericValueOutOfRange("x")).status == 400
    assert problem_of(psycopg.errors.AdminShutdown("x")).status == 503


def test_full_disk_is_told_as_such():
    assert problem_of(psycopg.errors.DiskFull("no space")).code == "disk-full"
    wrapped = django.db.OperationalError("no space")
    wrapped.__cause__ = psycopg.errors.DiskFull("no space")
    assert problem_of(wrapped).code == "disk-full"


def test_unknown_exception_is_told_without_details_and_logged_by_class(asker, ask, office, monkeypatch):
    def broken(**rest):
        raise RuntimeError("a name that must not be seen")

    monkeypatch.setattr(door, "request_disclosures", broken)
    stored = office.stored()
    with structlog.testing.capture_logs() as logs:
        failed = asker.post("/asks", ask())
    assert told(failed) == (500, "internal-error")
    assert b"must not be seen" not in failed.content
    assert office.stored() == stored
    [entry] = [log for log in logs if log["event"] == "api.failed"]
    assert entry.keys() - {"event", "log_level"} <= ALLOWED
    assert (entry["error"], entry["route"], entry["status"]) == ("RuntimeError", "api/v1/asks", 500)
    assert "must not be seen" not in str(logs)


def test_log_refuses_a_key_outside_its_list():
    with pytest.raises(LogKeyError, match="`body`"):
        warn("api.failed", body="anything")


def test_every_row_of_the_table_names_a_remedy():
    for kind, row in TABLE.items():
        assert len(row.remedy.split()) > 3, kind
        assert row.remedy[0].islower() or row.remedy.startswith("`"), kind
        assert not row.remedy.endswith("."), kind
    assert not set(ABSENT) & set(TABLE)


def test_no_law_in_force_is_told_as_such(office, asker, ask, monkeypatch):

    def lawless(at, **_):
        raise NoLawInForceError("none")

    stored = office.stored()
    monkeypatch.setattr(deciding, "get_current_law", lawless)
    assert told(asker.post("/asks", ask())) == (503, "no-law-in-force")
    assert office.stored() == stored


def test_health_says_whether_the_database_answers(asker, monkeypatch):
    answered = asker.client.get("/api/v1/health").json()
    assert answered["database"] == "reachable"
    assert answered["ledger_lag_seconds"] >= 0

    def gone():
        raise django.db.OperationalError("connection refused: host 10.0.0.1")

    monkeypatch.setattr(health, "database_now", gone)
    refused = asker.client.get("/api/v1/health")
    assert told(refused) == (503, "database-unavailable")
    assert b"10.0.0.1" not in refused.content
