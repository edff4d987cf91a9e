"""The rules a decision was made under, kept by digest, so that it can be decided again years later."""

from collections.abc import Iterable
from typing import Final

import msgspec
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from comity.kernel.canonical import canonical
from comity.spine.policy.rules import rule_from_plain
from comity.spine.policy.slices import RuleSlice, make_slice
from comity.spine.tenancy.transaction import decoded

_KNOWN_LIMIT: Final = 10_000
_known: set[tuple[str, str]] = set()
"""(database, digest) this process has seen committed; only saves inserts that would do nothing."""


class RulesetLostError(LookupError):
    """A decision names rules that are not stored, or stored otherwise than it names them."""


def keep_rulesets(cursor: CursorWrapper, slices: Iterable[RuleSlice]) -> None:
    """Store the rules of each slice under its digest, once, in the caller's transaction."""
    database = str(connection.settings_dict["NAME"])
    fresh = {one.digest: one for one in slices if (database, one.digest) not in _known}
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
    transaction.on_commit(lambda: _remember({(database, digest) for digest in fresh}))


def _remember(stored: set[tuple[str, str]]) -> None:
    if len(_known) > _KNOWN_LIMIT:
        _known.clear()
    _known.update(stored)


def load_ruleset(cursor: CursorWrapper, digest: str) -> RuleSlice:
    """Return the rules stored under `digest`; raise `RulesetLostError` when missing or altered."""
    cursor.execute("SELECT rules FROM exchange_ruleset WHERE digest = %s", (digest,))
    row = cursor.fetchone()
    stored = decoded(row[0]) if row else None
    if not isinstance(stored, list):
        raise RulesetLostError(f"no rules are stored under `{digest}`")
    found = make_slice(rule_from_plain(msgspec.convert(rule, type=dict)) for rule in stored)
    if found.digest != digest:
        raise RulesetLostError(f"the rules stored under `{digest}` have the digest `{found.digest}`")
    return found
