import io
import shutil
import sys
from datetime import UTC, datetime, timedelta

import pytest
import typer
from host_clusters import bootstrap, query, scratch
from rich.console import Console

from comity.config.node import DatabaseAccess, NodeSettings, Role
from comity.host import doctor, doctor_database
from comity.host.doctor import Node, examine
from comity.host.findings import Level, Report, exit_code, fail, ok, render, warn
from comity.host.roles import clone, drop
from comity.spine.keys import FileKeyRing


@pytest.fixture
def copied(running):
    clone(admin_dsn=bootstrap(running), template="comity", name="ailing")
    yield running.named("ailing")
    drop(admin_dsn=bootstrap(running), name="ailing")


@pytest.fixture
def settings(tmp_path) -> NodeSettings:
    return NodeSettings(home=tmp_path, database_url=None, bind_host="127.0.0.1", bind_port=8000, state="az")


@pytest.fixture
def ailing(settings, copied):
    with doctor_database.connect(copied) as connection:
        yield Node(settings, copied, connection)


def levels(node: Node) -> dict[str, Level]:
    return {check.name: check.run(node).level for check in doctor.NODE_CHECKS}


def finding(node: Node, name: str) -> str:
    found = next(check for check in doctor.NODE_CHECKS if check.name == name).run(node)
    assert found.level is Level.FAIL
    assert found.remedy
    return found.message


def test_a_fresh_node_is_healthy_but_for_its_keys(ailing):
    assert {name for name, level in levels(ailing).items() if level is not Level.OK} == {"keys", "whole ledger"}
    assert levels(ailing)["keys"] is Level.WARN


def test_a_missing_key_file_is_a_failure_once_something_is_kept(ailing, copied):
    query(copied, Role.OWNER, "CREATE TABLE kept (one int)")
    assert "is missing" in finding(ailing, "keys")


def test_a_key_file_others_can_read_is_a_failure(ailing):
    ailing.settings.key_file.touch(0o600)
    assert levels(ailing)["keys"] is Level.OK
    ailing.settings.key_file.chmod(0o640)
    assert "mode 0640" in finding(ailing, "keys")


def test_a_key_file_of_another_node_is_told(ailing, copied):
    held = FileKeyRing.create(ailing.settings.home / "held.json")
    wrapped = held.wrap(b"k" * 32, b"item")
    query(copied, Role.OWNER, "CREATE TABLE vault_item (id uuid, kind text, nonce bytea, ciphertext bytea, "
          "wrapped_key bytea, key_id text); GRANT SELECT ON vault_item TO comity_verifier")  # fmt: skip
    query(copied, Role.OWNER, "INSERT INTO vault_item VALUES (gen_random_uuid(), 'record', '\\x00', '\\x00',"
          f" '\\x{wrapped.blob.hex()}', '{wrapped.key_id}')")  # fmt: skip
    FileKeyRing.create(ailing.settings.key_file)
    assert f"no master key `{wrapped.key_id}`" in finding(ailing, "master key opens the vault")


def test_a_missing_extension_is_named(ailing, copied):
    query(copied, Role.BOOTSTRAP, "DROP EXTENSION btree_gist")
    assert finding(ailing, "database extensions") == "missing: btree_gist"


@pytest.mark.parametrize("right", ["SUPERUSER", "BYPASSRLS", "CREATEDB", "CREATEROLE"])
def test_a_role_with_a_right_it_must_not_have_is_named(ailing, copied, right):
    query(copied, Role.BOOTSTRAP, f"ALTER ROLE comity_public {right}")
    try:
        assert finding(ailing, "roles") == "with rights they must not have: comity_public"
    finally:
        query(copied, Role.BOOTSTRAP, f"ALTER ROLE comity_public NO{right}")


def test_a_role_that_is_member_of_another_is_named(ailing, copied):
    query(copied, Role.BOOTSTRAP, "GRANT comity_owner TO comity_app")
    try:
        assert "comity_app in comity_owner" in finding(ailing, "roles")
    finally:
        query(copied, Role.BOOTSTRAP, "REVOKE comity_owner FROM comity_app")


def test_a_missing_role_is_named(ailing, copied):
    query(copied, Role.BOOTSTRAP, "ALTER ROLE comity_public RENAME TO comity_hidden")
    try:
        assert finding(ailing, "roles") == "missing: comity_public"
    finally:
        query(copied, Role.BOOTSTRAP, "ALTER ROLE comity_hidden RENAME TO comity_public")
        password = copied.passwords[Role.PUBLIC]
        query(copied, Role.BOOTSTRAP, f"ALTER ROLE comity_public PASSWORD '{password}'")


def test_a_password_that_does_not_fit_is_named(ailing):
    passwords = {**ailing.access.passwords, Role.SEQUENCER.value: "other"}
    access = DatabaseAccess(ailing.access.host, ailing.access.port, ailing.access.name, passwords)
    assert finding(Node(ailing.settings, access, ailing.connection), "passwords").endswith(": comity_sequencer")


def test_row_security_that_does_not_bind_the_owner_is_named(ailing, copied):
    query(copied, Role.OWNER, "CREATE TABLE held (one int); ALTER TABLE held ENABLE ROW LEVEL SECURITY")
    assert finding(ailing, "row security: forced") == "not forced on: held"
    query(copied, Role.OWNER, "ALTER TABLE held FORCE ROW LEVEL SECURITY")
    assert levels(ailing)["row security: forced"] is Level.OK


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE bare (one int); GRANT SELECT ON bare TO comity_app",
        "CREATE TABLE bare (one int); GRANT SELECT (one) ON bare TO comity_app",
        "CREATE TABLE bare (one int); GRANT SELECT ON bare TO PUBLIC",
        "CREATE TABLE bare (one int) PARTITION BY LIST (one); GRANT SELECT ON bare TO comity_app",
        "CREATE VIEW bare AS SELECT 1 AS one; GRANT SELECT ON bare TO comity_app",
        "CREATE MATERIALIZED VIEW bare AS SELECT 1 AS one; GRANT SELECT ON bare TO comity_app",
    ],
)
def test_what_the_application_can_read_without_row_security_is_named(ailing, copied, statement):
    query(copied, Role.OWNER, statement)
    assert finding(ailing, "row security: complete") == "readable by every agency: bare"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE closed (one int)",
        "CREATE TABLE django_migrations (one int); GRANT SELECT ON django_migrations TO comity_app",
        "CREATE VIEW seen WITH (security_invoker=true) AS SELECT 1 AS one; GRANT SELECT ON seen TO comity_app",
    ],
)
def test_what_is_closed_or_applies_its_readers_rights_is_well(ailing, copied, statement):
    query(copied, Role.OWNER, statement)
    assert levels(ailing)["row security: complete"] is Level.OK


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.OK), (1, Level.WARN), (-1, Level.WARN), (60, Level.FAIL), (-60, Level.FAIL)]
)
def test_a_clock_that_differs_is_found_in_both_directions(ailing, seconds, level):
    found = doctor_database.check_clock(ailing.connection, lambda: datetime.now(UTC) + timedelta(seconds=seconds))
    assert found.level is level


def test_a_server_that_logs_statements_is_found(ailing, copied):
    query(copied, Role.BOOTSTRAP, "ALTER ROLE comity_verifier IN DATABASE ailing SET log_statement = 'all'")
    with doctor_database.connect(copied) as connection:
        message = finding(Node(ailing.settings, copied, connection), "database log")
    assert message.endswith("log_statement=all")


def test_a_socket_path_too_long_for_the_kernel_is_found(ailing):
    access = DatabaseAccess("/" + "d" * 120, 5432, "comity", ailing.access.passwords)
    assert "longer than 107 bytes" in finding(Node(ailing.settings, access, ailing.connection), "socket")


@pytest.mark.parametrize(("free", "level"), [(10**8, Level.FAIL), (2 * 10**9, Level.WARN), (10**11, Level.OK)])
def test_a_full_disk_is_found_before_it_is_full(settings, monkeypatch, free, level):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**12, 0, free))
    assert doctor.check_disk(settings).level is level


def test_missing_time_zones_are_named(settings, monkeypatch):
    monkeypatch.setattr(doctor, "ZONES", ("America/Phoenix", "America/Nowhere"))
    found = doctor.check_zones(settings)
    assert (found.level, found.message) == (Level.FAIL, "unknown to Python: America/Nowhere")


def test_an_old_python_is_found(settings, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert doctor.check_python(settings).message == "Python 3.10.4 is too old"


def test_a_database_that_cannot_be_reached_is_a_finding(settings):
    access = DatabaseAccess.with_new_passwords(host=str(settings.home), port=5432, name="comity")
    access.save(settings.access_file)
    reports = examine(settings)
    assert reports[-1].name == "database"
    assert reports[-1].finding.level is Level.FAIL
    assert exit_code(reports) == 1


def test_the_command_ends_with_one_when_a_check_fails(settings, monkeypatch, capsys):
    settings.access_file.write_text("{}")
    settings.access_file.chmod(0o644)
    monkeypatch.setenv("COMITY_HOME", str(settings.home))
    with pytest.raises(typer.Exit) as caught:
        doctor.doctor_command()
    assert caught.value.exit_code == 1
    assert "chmod 600" in " ".join(capsys.readouterr().out.split())


def test_the_doctor_joins_a_running_node(own_home):
    scratch(own_home).start()
    settings = NodeSettings(home=own_home, database_url=None, bind_host="127.0.0.1", bind_port=8000, state="az")
    reports = examine(settings)
    assert len(reports) == len(doctor.HOST_CHECKS) + len(doctor.NODE_CHECKS)
    assert exit_code(reports) == 0


def test_the_table_shows_each_finding_with_its_remedy_and_counts():
    out = io.StringIO()
    reports = [
        Report("one", ok("well")),
        Report("two", warn("odd [x]", "look")),
        Report("three", fail("broken", "mend it")),
    ]
    render(reports, Console(file=out, width=80))
    text = out.getvalue()
    for words in ("well", "odd [x]", "→ look", "broken", "→ mend it", "3 checks, 1 failed"):
        assert words in text
    assert exit_code(reports[:2]) == 0
