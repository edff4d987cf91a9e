"""Which table definitions a database was made by: a migration that changed since it ran is told, never passed over."""

import hashlib
import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

from comity.config.node import SettingsError

_OURS: Final = "comity."
_SHOWN: Final = 3
_READ: Final = "SELECT obj_description('django_migrations'::regclass, 'pg_class')"


def require_same_definitions(owner: BaseDatabaseWrapper) -> None:
    """Raise `SettingsError` when a migration of Comity that this database ran reads otherwise now.

    Before 0.1 migrations are written anew and not added to. A database of before would lack a trigger, a policy or a
    function that the code rests on, and nothing else would say so.
    """
    executor = MigrationExecutor(owner)
    applied = {key for key in executor.loader.applied_migrations if key in _sources(executor)}
    if not applied:
        return
    with owner.cursor() as cursor:
        ran = _ran_by(cursor)
    sources = _sources(executor)
    changed = sorted(f"{app}.{name}" for app, name in applied if ran.get(f"{app}.{name}") != sources[app, name])
    if changed:
        named = ", ".join(changed[:_SHOWN]) + (" and others" if len(changed) > _SHOWN else "")
        raise SettingsError(
            f"this database was made by another development version (changed since: {named}); a version "
            "before 0.1 carries none over: set COMITY_HOME to another folder, or start anew without this one"
        )


def note_definitions(owner: BaseDatabaseWrapper) -> None:
    """Note beside the table of migrations what each that ran reads as."""
    executor = MigrationExecutor(owner)
    sources = _sources(executor)
    ran = {f"{a}.{n}": sources[a, n] for a, n in sorted(executor.loader.applied_migrations) if (a, n) in sources}
    with owner.cursor() as cursor:
        cursor.execute("SELECT quote_literal(%s)", (json.dumps(ran, sort_keys=True),))
        cursor.execute(f"COMMENT ON TABLE django_migrations IS {cursor.fetchone()[0]}")


def _ran_by(cursor: CursorWrapper) -> Mapping[str, str]:
    cursor.execute(_READ)
    text = cursor.fetchone()[0]
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _sources(executor: MigrationExecutor) -> dict[tuple[str, str], str]:
    """Return the SHA-256 of the source of each of Comity's own migrations, by app and name."""
    found = {}
    for key, migration in executor.loader.disk_migrations.items():
        name = type(migration).__module__
        if name.startswith(_OURS):
            source = Path(str(import_module(name).__file__)).read_bytes()
            found[key] = hashlib.sha256(source).hexdigest()
    return found
