"""The rules a decision was made under, kept by digest, so that it can be decided again years later."""

from collections.abc import Iterable
from typing import Any, Final
from weakref import WeakKeyDictionary

import msgspec
import psycopg
from django.db import transaction
from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import canonical
from comity.spine.policy.rules import rule_from_plain
from comity.spine.policy.slices import RuleSlice, make_slice
from comity.spine.tenancy.transaction import decoded

_KNOWN_LIMIT: Final = 10_000
_known: Final[WeakKeyDictionary[psycopg.Connection[Any], set[str]]] = WeakKeyDictionary()
"""The digests each connection has seen committed; only saves inserts that would do nothing.

Known by connection and not by process: another database under the same name, as after a restore, is reached by new
connections only.
"""


class RulesetLostError(LookupError):
    """A decision names rules that are not stored, or stored otherwise than it names them."""


def keep_rulesets(cursor: CursorWrapper, slices: Iterable[RuleSlice]) -> None:
    """Store the rules of each slice under its digest, once, in the caller's transaction."""
    session: psycopg.Connection[Any] = cursor.connection
    known = _known.setdefault(session, set())
    fresh = {one.digest: one for one in slices if one.digest not in known}
    if not fresh:
        return
    rows = [
        {"digest": digest, "rules": [rule.as_plain() for rule in one.rules]} for digest, one in sorted(fresh.items())
    ]
    # No conflict target: naming one would ask for the right to read the table, which an asker does not have.
    cursor.execute(
        "INSERT INTO exchange_ruleset (digest, rules) SELECT digest, rules"
        " FROM jsonb_to_recordset(%s::jsonb) AS t (digest text, rules jsonb) ON CONFLICT DO NOTHING",
        (canonical(rows).decode(),),
    )
    transaction.on_commit(lambda: _remember(known, fresh))


def _remember(known: set[str], stored: Iterable[str]) -> None:
    if len(known) > _KNOWN_LIMIT:
        known.clear()
    known.update(stored)


def load_ruleset(cursor: CursorWrapper, digest: str) -> RuleSlice:
    """Return the rules stored under `digest`; raise `RulesetLostError` when missing or altered.

    A stored rule that says of itself what its text does not raises `BrokenRuleError`.
    """
    cursor.execute("SELECT rules FROM exchange_ruleset WHERE digest = %s", (digest,))
    row = cursor.fetchone()
    stored = decoded(row[0]) if row else None
    if not isinstance(stored, list):
        raise RulesetLostError(f"no rules are stored under `{digest}`")
    found = make_slice(rule_from_plain(msgspec.convert(rule, type=dict)) for rule in stored)
    if found.digest != digest:
        raise RulesetLostError(f"the rules stored under `{digest}` have the digest `{found.digest}`")
    return found
