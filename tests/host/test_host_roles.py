import time

import psycopg
import pytest
from host_clusters import bootstrap, query, scratch

from comity.config.node import SESSION_LIMITS, WORKING_ROLES, DatabaseAccess, NodeSettings, Role, SettingsError
from comity.host.launcher import open_database
from comity.host.roles import ServerUnfit, clone, drop, prepare_database


@pytest.fixture
def copied(running):
    clone(admin_dsn=bootstrap(running), template="comity", name="copied")
    yield running.named("copied")
    drop(admin_dsn=bootstrap(running), name="copied")


def node(home, url: str) -> NodeSettings:
    return NodeSettings(home=home, database_url=url, bind_host="127.0.0.1", bind_port=8000, state="az")


def admin_url(access: DatabaseAccess) -> str:
    password = access.passwords[Role.BOOTSTRAP]
    return f"postgresql://comity_bootstrap:{password}@/postgres?host={access.host}&port={access.port}"


def test_five_roles_sign_in_and_none_can_pass_row_level_security(running):
    for role in WORKING_ROLES:
        attributes = query(
            running,
            role,
            "SELECT rolname::text, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin"
            " FROM pg_roles WHERE rolname = current_user",
        )
        assert attributes == [(role.login, False, False, False, False, True)]


def test_passwords_are_kept_as_scram_verifiers(running):
    kept = query(running, Role.BOOTSTRAP, "SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'comity%'")
    assert len(kept) == 7
    assert all(one.startswith("SCRAM-SHA-256$") for (one,) in kept)


def test_a_wrong_password_is_refused(running):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(running.conninfo(Role.APP), password="guess")


def test_the_database_is_utf8_sorted_by_bytes_with_both_extensions(running):
    shape = "SELECT pg_encoding_to_char(encoding)::text, datcollate::text, datdba::regrole::text FROM pg_database"
    assert query(running, Role.APP, f"{shape} WHERE datname = 'comity'") == [("UTF8", "C", "comity_owner")]
    extensions = query(
        running, Role.APP, "SELECT extname::text FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1"
    )
    assert extensions == [("btree_gist",), ("pg_trgm",)]


@pytest.mark.parametrize("role", [role for role in WORKING_ROLES if role is not Role.OWNER])
def test_only_the_owner_makes_tables(running, role):
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
        query(running, role, "CREATE TABLE mine (one int)")


@pytest.mark.parametrize("role", WORKING_ROLES)
def test_each_role_has_its_limits_without_asking_for_them(running, role):
    for name, value in SESSION_LIMITS[role].items():
        unit = (
            query(running, role, f"SELECT current_setting('{name}')::interval = '{value}'::interval")
            if (value.endswith("s"))
            else query(running, role, f"SELECT current_setting('{name}') = '{value}'")
        )
        assert unit == [(True,)]


def test_a_clone_has_the_grants_of_its_template_and_takes_little_time(running):
    query(running, Role.OWNER, "CREATE TABLE template_row AS SELECT 7 AS seven")
    try:
        begun = time.monotonic()
        clone(admin_dsn=bootstrap(running), template="comity", name="again")
        assert time.monotonic() - begun < 2
        again = running.named("again")
        assert query(again, Role.OWNER, "SELECT seven FROM template_row") == [(7,)]
        for access in (running, again):
            grants = query(access, Role.APP, "SELECT datacl::text FROM pg_database WHERE datname = current_database()")
            assert grants != [(None,)]
            assert not any("{=" in one or ",=" in one for (one,) in grants)
    finally:
        drop(admin_dsn=bootstrap(running), name="again")
        query(running, Role.OWNER, "DROP TABLE template_row")


def test_dropping_ends_connections_and_a_missing_database_is_no_error(running):
    clone(admin_dsn=bootstrap(running), template="comity", name="busy")
    with psycopg.connect(running.named("busy").conninfo(Role.APP)) as connection:
        drop(admin_dsn=bootstrap(running), name="busy")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    drop(admin_dsn=bootstrap(running), name="busy")


def test_preparing_repairs_what_was_taken_away(running, copied):
    query(running, Role.BOOTSTRAP, "ALTER ROLE comity_app BYPASSRLS; ALTER ROLE comity_app RESET statement_timeout")
    query(running, Role.BOOTSTRAP, "ALTER ROLE comity_app PASSWORD 'other'")
    query(copied, Role.BOOTSTRAP, "DROP EXTENSION pg_trgm; GRANT CREATE ON SCHEMA public TO PUBLIC")
    prepare_database(bootstrap(running), copied)
    assert query(copied, Role.APP, "SELECT rolbypassrls FROM pg_roles WHERE rolname = current_user") == [(False,)]
    assert query(copied, Role.APP, "SHOW statement_timeout") == [("15s",)]
    assert query(copied, Role.APP, "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'") == [(1,)]
    assert query(copied, Role.APP, "SELECT has_schema_privilege('public', 'CREATE')") == [(False,)]


def test_a_database_of_another_encoding_is_refused_with_the_remedy(running):
    query(
        running.named("postgres"),
        Role.BOOTSTRAP,
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'",
    )
    try:
        with pytest.raises(ServerUnfit, match="encoded in LATIN1, Comity needs UTF8"):
            prepare_database(bootstrap(running), running.named("latin"))
    finally:
        drop(admin_dsn=bootstrap(running), name="latin")


@pytest.fixture
def own_server(own_home):
    """A cluster that stands for a real server."""
    return scratch(own_home).start()


def test_a_real_server_is_prepared_once_and_then_needs_no_administrator(own_server, tmp_path):
    home = tmp_path / "node"
    with open_database(node(home, admin_url(own_server))) as first:
        assert query(first, Role.APP, "SELECT current_user::text") == [("comity_app",)]
        assert Role.BOOTSTRAP not in first.passwords
    settings = NodeSettings(home=home, database_url=None, bind_host="127.0.0.1", bind_port=8000, state="az")
    with open_database(settings) as again:
        assert again == first
    with open_database(node(home, admin_url(own_server))) as thrice:
        assert thrice == first


def test_an_administrator_without_superuser_rights_can_prepare_a_server(own_server, tmp_path):
    query(own_server, Role.BOOTSTRAP, "CREATE ROLE manager LOGIN CREATEDB CREATEROLE PASSWORD 'manager'")
    query(own_server.named("postgres"), Role.BOOTSTRAP, "DROP DATABASE comity WITH (FORCE)")
    for role in WORKING_ROLES:
        query(own_server.named("postgres"), Role.BOOTSTRAP, f"DROP ROLE {role.login}")
    url = f"postgresql://manager:manager@/postgres?host={own_server.host}"
    with open_database(node(tmp_path / "node", url)) as access:
        assert query(access, Role.OWNER, "SELECT current_user::text") == [("comity_owner",)]


def test_a_home_with_an_embedded_database_refuses_a_servers_address(own_server, own_home):
    with (
        pytest.raises(SettingsError, match="set COMITY_HOME to a new folder"),
        open_database(node(own_home, admin_url(own_server))),
    ):
        pass
