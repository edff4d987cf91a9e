"""Migration operations: row-level security and grants from a table's first migration on.

Every table of Comity is created together with a `Protect`; a repository test finds the ones that are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.migrations.operations import RunSQL

from comity.spine.tenancy.actor import NODE

ROLES: Final = ("app", "sequencer", "verifier", "public", "signin")
OVERSEES: Final = f"(comity_duty() = 'auditor' AND comity_agency() = '{NODE}')"
"""SQL: the node's own auditor, for whom a post of an oversight body reads; never an agency's auditor."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One row-level policy: `command` is SELECT, INSERT, UPDATE or DELETE; the expressions are SQL over the row."""

    role: str
    command: str
    using: str | None = None
    check: str | None = None

    def sql(self, table: str, number: int) -> str:
        """Return the CREATE POLICY statement."""
        clauses = f" USING ({self.using})" if self.using else ""
        clauses += f" WITH CHECK ({self.check})" if self.check else ""
        return (
            f"CREATE POLICY {table}_{self.role}_{number} ON {table} FOR {self.command} TO comity_{self.role}{clauses};"
        )


class Protect(RunSQL):
    """Enable and force row-level security on `table`, grant exactly `grants`, install `policies`.

    The verifier reads every row of every table: it is the role of checks, never of a request.
    """

    def __init__(self, table: str, *, grants: Mapping[str, str], policies: Sequence[Policy]) -> None:
        statements = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;",
            f"CREATE POLICY {table}_owner ON {table} FOR ALL TO comity_owner USING (true) WITH CHECK (true);",
            f"CREATE POLICY {table}_verifier ON {table} FOR SELECT TO comity_verifier USING (true);",
            f"GRANT SELECT ON {table} TO comity_verifier;",
            *(f"GRANT {rights} ON {table} TO comity_{role};" for role, rights in sorted(grants.items())),
            *(policy.sql(table, number) for number, policy in enumerate(policies)),
        ]
        super().__init__("\n".join(statements), RunSQL.noop)
        self.table, self.grants, self.policies = table, dict(grants), list(policies)

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        """Return the call that makes this operation again."""
        return (
            self.__class__.__name__,
            [self.table],
            {"grants": self.grants, "policies": self.policies},
        )


class ChangePolicy(RunSQL):
    """Put `policy` in the place of the one at index `number` in the `Protect` of `table`; both are of one role.

    Undoing the migration leaves it: a rule that was found too wide does not come back.
    """

    def __init__(self, table: str, *, number: int, policy: Policy) -> None:
        former = f"DROP POLICY {table}_{policy.role}_{number} ON {table};"
        super().__init__(f"{former}\n{policy.sql(table, number)}", RunSQL.noop)
        self.table, self.number, self.policy = table, number, policy

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        """Return the call that makes this operation again."""
        return self.__class__.__name__, [self.table], {"number": self.number, "policy": self.policy}


class AppendOnly(RunSQL):
    """Refuse UPDATE, DELETE and TRUNCATE on `table` for every role, the owner included."""

    def __init__(self, table: str) -> None:
        super().__init__(
            f"""
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION comity_refuse();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION comity_refuse();
""",
            RunSQL.noop,
        )
        self.table = table

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        """Return the call that makes this operation again."""
        return self.__class__.__name__, [self.table], {}


class Stamped(RunSQL):
    """Give the group of `tables` a stamp that every statement writing to one of them replaces (`tenancy.stamps`).

    Two transactions that write to the same group therefore wait for one another. A later migration may add tables to a
    group by naming it again.
    """

    def __init__(self, group: str, *, tables: Sequence[str]) -> None:
        triggers = (
            f"CREATE TRIGGER {table}_stamped AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION comity_touch('{group}');"
            for table in tables
        )
        made = f"INSERT INTO tenancy_stamp (name) VALUES ('{group}') ON CONFLICT (name) DO NOTHING;"
        super().__init__("\n".join([made, *triggers]), RunSQL.noop)
        self.group, self.tables = group, list(tables)

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        """Return the call that makes this operation again."""
        return self.__class__.__name__, [self.group], {"tables": self.tables}


def reference_policies(writers: str = "comity_duty() = 'steward'") -> list[Policy]:
    """Return the policies of reference rows: every session of *app* reads, `writers` (SQL) writes."""
    return [
        Policy("app", "SELECT", using="true"),
        Policy("app", "INSERT", check=writers),
        Policy("app", "UPDATE", using=writers, check=writers),
    ]
