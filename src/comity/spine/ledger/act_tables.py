"""Which tables hold act rows: asked of the catalog, so that none can be forgotten."""

from dataclasses import dataclass
from typing import Any, Final

import psycopg

# pg_catalog, not information_schema: the latter hides tables the asking role has no right to.
_ACT_TABLES: Final = """
SELECT c.relname, has_table_privilege(c.oid, 'SELECT'),
       (SELECT array_agg(k.attname::text ORDER BY array_position(i.indkey::int2[], k.attnum))
          FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
         WHERE i.indrelid = c.oid AND i.indisprimary)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'entry_id' AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
   AND c.relname NOT LIKE 'ledger\\_%%' AND a.atttypid = 'uuid'::regtype
 ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class ActTable:
    """An insert-only table whose rows are told by ledger entries; `key` names its primary key columns."""

    name: str
    key: tuple[str, ...]
    is_readable: bool


def find_act_tables(connection: psycopg.Connection[Any]) -> tuple[ActTable, ...]:
    """Return every table of schema public with a column `entry_id`, the ledger's own left out."""
    rows = connection.execute(_ACT_TABLES.replace("%%", "%")).fetchall()
    return tuple(ActTable(name, tuple(key or ("entry_id",)), is_readable) for name, is_readable, key in rows)
