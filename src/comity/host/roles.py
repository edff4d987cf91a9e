"""The six roles, the database and its extensions: what is done once with an administrator's connection."""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from comity.config.node import SESSION_LIMITS, WORKING_ROLES, DatabaseAccess, Role

OLDEST_SERVER = 150000
EXTENSIONS = ("btree_gist", "pg_trgm")
PREPARING = 0x636F6D697479  # the advisory lock two nodes preparing one server meet at


class ServerUnfit(RuntimeError):  # noqa: N818 - reads as the fact it states
    """The server cannot carry Comity; the message says why and what to do."""


def prepare_database(admin_dsn: str, access: DatabaseAccess) -> None:
    """Make what is missing of roles, database, extensions and grants; safe to repeat, changes nothing then.

    `admin_dsn` may create roles and databases (of a real server: once). Passwords travel as SCRAM verifiers, so no
    log of the server can hold one. The roles and all their passwords are one transaction; a crash after it is
    repaired by the next call.
    Raises `ServerUnfit` and psycopg's errors.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        if admin.info.server_version < OLDEST_SERVER:
            major = admin.info.server_version // 10000
            raise ServerUnfit(f"the server is PostgreSQL {major}; Comity needs 15 or later")
        admin.execute("SELECT pg_advisory_lock(%s)", (PREPARING,))
        with admin.transaction():
            _prepare_roles(admin, access)
        _prepare_name(admin, access)
    with psycopg.connect(admin_dsn, dbname=access.name, autocommit=True) as inside:
        _prepare_inside(inside)


def clone(*, admin_dsn: str, template: str, name: str) -> None:
    """Make the database `name` a copy of `template`, to which nobody may be connected; same owner and grants.

    For tests. FILE_COPY: a template of 13 MB takes 50 to 180 ms so, a tenth to a half more by WAL_LOG.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(Role.OWNER.login)
            )
        )
        _grant_connections(admin, name)


def drop(*, admin_dsn: str, name: str) -> None:
    """Delete a database, ending the connections to it; a missing one is no error."""
    with psycopg.connect(admin_dsn, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _prepare_roles(admin: psycopg.Connection, access: DatabaseAccess) -> None:
    there: dict[str, tuple[bool, str | None]] = {}
    for login, fit, settings in admin.execute(
        "SELECT rolname, NOT (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole) AND rolcanlogin,"
        " array_to_string(rolconfig, ',') FROM pg_roles WHERE rolname = ANY(%s)",
        ([role.login for role in WORKING_ROLES],),
    ):
        there[login] = (fit, settings)
    # All passwords are set together, so one that works tells that all do; a sign-in takes 10 ms.
    keeps_passwords = _signs_in(access, Role.APP)
    for role in WORKING_ROLES:
        name = sql.Identifier(role.login)
        if role.login not in there:
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        elif not there[role.login][0]:
            limits = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
            admin.execute(sql.SQL("ALTER ROLE {} {}").format(name, limits))
        if role.login not in there or not keeps_passwords:
            verifier = admin.pgconn.encrypt_password(
                access.passwords[role.value].encode(), role.login.encode(), b"scram-sha-256"
            )
            admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(verifier.decode())))
        _prepare_limits(admin, role, there.get(role.login, (True, None))[1])


def _prepare_limits(admin: psycopg.Connection, role: Role, settings: str | None) -> None:
    wanted: Mapping[str, str] = {"search_path": "public", **SESSION_LIMITS[role]}
    if settings == ",".join(f"{name}={value}" for name, value in wanted.items()):
        return
    login = sql.Identifier(role.login)
    admin.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(login))
    for name, value in wanted.items():
        words = (login, sql.Identifier(name), sql.Literal(value))
        admin.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(*words))


def _signs_in(access: DatabaseAccess, role: Role) -> bool:
    try:
        psycopg.connect(access.named("postgres").conninfo(role)).close()
    except psycopg.OperationalError:
        return False
    return True


def _prepare_name(admin: psycopg.Connection, access: DatabaseAccess) -> None:
    found = admin.execute(
        "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s", (access.name,)
    ).fetchone()
    if found is None:
        _create_database(admin, access.name)
        _grant_connections(admin, access.name)
    elif found[0] != "UTF8":
        raise ServerUnfit(
            f"the database `{access.name}` is encoded in {found[0]}, Comity needs UTF8; rename it, then start again"
        )
    elif not _all_connect(admin, access.name):
        _grant_connections(admin, access.name)


def _all_connect(admin: psycopg.Connection, name: str) -> bool:
    logins = [role.login for role in WORKING_ROLES]
    asked = "SELECT bool_and(has_database_privilege(login, %s, 'CONNECT')) FROM unnest(%s::text[]) AS login"
    return admin.execute(asked, (name, logins)).fetchone() == (True,)


def _create_database(admin: psycopg.Connection, name: str) -> None:
    # Only a superuser may give a database away without being a member of the role that gets it.
    owner = sql.Identifier(Role.OWNER.login)
    if admin.info.parameter_status("is_superuser") != "on":
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE {}")
    try:
        admin.execute(statement.format(sql.Identifier(name), owner, sql.Literal("C.UTF-8")))
    except (psycopg.errors.WrongObjectType, psycopg.errors.InvalidParameterValue):  # the server knows no C.UTF-8
        admin.execute(statement.format(sql.Identifier(name), owner, sql.Literal("C")))


def _grant_connections(admin: psycopg.Connection, name: str) -> None:
    database = sql.Identifier(name)
    logins = sql.SQL(", ").join(sql.Identifier(role.login) for role in WORKING_ROLES)
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, logins))


def _prepare_inside(inside: psycopg.Connection) -> None:
    present = {row[0] for row in inside.execute("SELECT extname FROM pg_extension")}
    for extension in EXTENSIONS:
        if extension not in present:
            inside.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    granted = inside.execute(
        "SELECT has_schema_privilege('comity_owner', 'public', 'CREATE') AND"
        " NOT has_schema_privilege('comity_app', 'public', 'CREATE') AND"
        " (SELECT bool_and(has_schema_privilege(login, 'public', 'USAGE')) FROM unnest(%s::text[]) AS login)",
        ([role.login for role in WORKING_ROLES],),
    ).fetchone()
    if granted != (True,):
        logins = sql.SQL(", ").join(sql.Identifier(role.login) for role in WORKING_ROLES)
        inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        inside.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(logins))
        inside.execute("GRANT CREATE ON SCHEMA public TO comity_owner")
