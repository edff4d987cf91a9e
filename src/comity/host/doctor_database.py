"""The doctor's questions to the database, asked as the read-only role `comity_verifier`."""

from collections.abc import Callable
from datetime import UTC, datetime

import psycopg

from comity.config.node import WORKING_ROLES, DatabaseAccess, Role
from comity.host.findings import Finding, fail, ok, warn
from comity.host.roles import EXTENSIONS, OLDEST_SERVER

CLOCK_WARN_SECONDS = 0.5
CLOCK_FAIL_SECONDS = 5.0
PREPARE_AGAIN = "move `database.json` away and start again: what is missing is then made"

# Bookkeeping of the framework, of signing in and of the job runner: no row of them belongs to an agency.
SHARED_TABLES = ("account_", "auth_", "django_", "mfa_", "procrastinate_", "usersessions_")

READABLE_UNPROTECTED = """
SELECT c.oid::regclass::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND (has_table_privilege('comity_app', c.oid, 'SELECT') OR has_any_column_privilege('comity_app', c.oid, 'SELECT'))
  AND (c.relkind = 'm' OR (c.relkind IN ('r', 'p') AND NOT c.relrowsecurity)
       OR (c.relkind = 'v' AND NOT 'security_invoker=true' = ANY (coalesce(c.reloptions, '{}'))))
  AND NOT EXISTS (SELECT 1 FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1
"""

UNFORCED = """
SELECT c.oid::regclass::text FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND NOT c.relforcerowsecurity ORDER BY 1
"""

SERVER_LOG = {
    "log_error_verbosity": ("terse",),
    "log_min_error_statement": ("panic",),
    "log_statement": ("none", "ddl"),
}


def check_version(connection: psycopg.Connection) -> Finding:
    """Ask for PostgreSQL 15 or later."""
    version = connection.info.server_version
    text = f"PostgreSQL {version // 10000}.{version % 10000}"
    if version < OLDEST_SERVER:
        return fail(f"{text} is too old", "upgrade the server to PostgreSQL 15 or later")
    return ok(text)


def check_encoding(connection: psycopg.Connection) -> Finding:
    """Ask whether the database stores UTF-8."""
    encoding = _rows(connection, "SELECT current_setting('server_encoding')")[0]
    if encoding != "UTF8":
        return fail(f"the database stores {encoding}", "make a new database in UTF8 and restore a backup into it")
    return ok("UTF8")


def check_extensions(connection: psycopg.Connection) -> Finding:
    """Ask whether both extensions are installed in this database."""
    missing = sorted(set(EXTENSIONS) - set(_rows(connection, "SELECT extname FROM pg_extension")))
    if missing:
        commands = "; ".join(f"CREATE EXTENSION {name}" for name in missing)
        return fail(f"missing: {', '.join(missing)}", f"as an administrator of the database run `{commands}`")
    return ok(", ".join(EXTENSIONS))


def check_roles(connection: psycopg.Connection) -> Finding:
    """Ask for six roles, none of which can pass row-level security by an attribute or by membership in another."""
    logins = [role.login for role in WORKING_ROLES]
    missing = sorted(set(logins) - set(_rows(connection, "SELECT rolname::text FROM pg_roles")))
    if missing:
        return fail(f"missing: {', '.join(missing)}", PREPARE_AGAIN)
    mighty = _rows(
        connection,
        "SELECT rolname::text FROM pg_roles WHERE rolname = ANY(%s)"
        " AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR NOT rolcanlogin) ORDER BY 1",
        logins,
    )
    if mighty:
        return fail(
            f"with rights they must not have: {', '.join(mighty)}",
            f"run `ALTER ROLE {mighty[0]} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE` for each",
        )
    members = _rows(
        connection,
        "SELECT member::regrole || ' in ' || roleid::regrole FROM pg_auth_members"
        " WHERE member::regrole::text = ANY(%s) ORDER BY 1",
        logins,
    )
    if members:
        return fail(f"a role is member of another: {', '.join(members)}", "run `REVOKE` for each membership")
    return ok("six roles, none can pass row-level security")


def check_forced(connection: psycopg.Connection) -> Finding:
    """Ask whether row-level security also binds the owner of each table that has it."""
    unforced = _rows(connection, UNFORCED)
    if unforced:
        return fail(
            f"not forced on: {', '.join(unforced)}",
            f"run `ALTER TABLE {unforced[0]} FORCE ROW LEVEL SECURITY` for each, as comity_owner",
        )
    return ok("forced on every table that has it")


def check_unprotected(connection: psycopg.Connection) -> Finding:
    """Ask whether all the application can read has row-level security; a view must apply its reader's rights."""
    names = [name for name in _rows(connection, READABLE_UNPROTECTED) if not name.startswith(SHARED_TABLES)]
    if names:
        return fail(
            f"readable by every agency: {', '.join(names)}",
            "add row-level security to the table (a view needs `security_invoker=true`), or revoke the right to read",
        )
    return ok("no table the application reads is without it")


def check_clock(connection: psycopg.Connection, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Finding:
    """Ask whether database and host agree on the time; the round trip is not counted against them."""
    before = now()
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    after = now()
    there: datetime = row[0] if row else after
    seconds = max((before - there).total_seconds(), (there - after).total_seconds(), 0.0)
    if seconds >= CLOCK_WARN_SECONDS:
        answer = fail if seconds >= CLOCK_FAIL_SECONDS else warn
        return answer(
            f"database and host differ by {seconds:.1f} s", "set both by time service, e.g. `timedatectl set-ntp true`"
        )
    return ok("database and host agree")


def check_server_log(connection: psycopg.Connection) -> Finding:
    """Ask whether the server's log holds no statements with their values, which may be personal."""
    wrong = [
        f"{name}={value}"
        for name, allowed in SERVER_LOG.items()
        for value in _rows(connection, "SELECT current_setting(%s)", name)
        if value not in allowed
    ]
    if wrong:
        return fail(
            f"the server may log personal values: {', '.join(wrong)}",
            "set `log_error_verbosity=terse`, `log_min_error_statement=panic`, `log_statement=none` on the server",
        )
    return ok("holds no statements")


def check_database_zones(connection: psycopg.Connection) -> Finding:
    """Ask whether the database knows Arizona's and Utah's time: one hour apart in July, none in January."""
    gaps = _rows(
        connection,
        "SELECT (extract(epoch FROM at AT TIME ZONE 'America/Denver' - at AT TIME ZONE 'America/Phoenix') / 3600)::int"
        "::text FROM unnest(ARRAY['2026-01-15T12:00Z', '2026-07-15T12:00Z']::timestamptz[]) AS at",
    )
    if gaps != ["0", "1"]:
        return fail("the database's time zones are wrong", "install `tzdata` on the database's machine and restart it")
    return ok("America/Phoenix and America/Denver")


def check_sign_in(access: DatabaseAccess) -> Finding:
    """Ask whether each role signs in with the password of `database.json`."""
    refused = []
    for role in WORKING_ROLES:
        try:
            psycopg.connect(access.conninfo(role)).close()
        except psycopg.OperationalError:
            refused.append(role.login)
    if refused:
        return fail(f"cannot sign in: {', '.join(refused)}", PREPARE_AGAIN)
    return ok("each role signs in")


def has_tables(connection: psycopg.Connection) -> bool:
    """Tell whether anything was ever kept in this database."""
    return bool(_rows(connection, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' LIMIT 1"))


def connect(access: DatabaseAccess) -> psycopg.Connection:
    """Connect as the role that only reads."""
    return psycopg.connect(access.conninfo(Role.VERIFIER), autocommit=True)


def _rows(connection: psycopg.Connection, query: str, value: object = None) -> list[str]:
    found = connection.execute(query.encode(), None if value is None else (value,))
    return [row[0] for row in found]
