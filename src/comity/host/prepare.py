"""Making a node ready: database, migrations, keys. Every step is safe to repeat."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from comity.config.node import DatabaseAccess, NodeSettings, SettingsError
from comity.config.session_key import make_session_key
from comity.host.keystore import make_ring, move_ring, open_ring
from comity.host.launcher import open_database
from comity.host.start import ALL, SERVICES, held, make_home
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.log_key import LogKey
from comity.spine.keys.ring import KeyRing, SigningKeyExistsError, TokenEmptyError

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

ENVELOPE_KEY = "envelope"
_MISSING = "`{path}` is missing, but the database holds what was made with it; restore the file from its own backup"


@dataclass(frozen=True, slots=True)
class Paths:
    """The files of a node beside its database, all in its home folder."""

    home: Path

    @property
    def keys(self) -> Path:
        """Master, blind index and signing keys (0600)."""
        return self.home / "keys.json"

    @property
    def log_key(self) -> Path:
        """The key of the ledger's checkpoints, for the sequencer alone (0600)."""
        return self.home / "log-key.json"

    @property
    def last_signed(self) -> Path:
        """The sequencer's last checkpoint, kept outside the database."""
        return self.home / "last-signed.json"

    @property
    def verified(self) -> Path:
        """When the whole ledger was last verified here, and what was found."""
        return self.home / "verified.json"

    @property
    def tombstones(self) -> Path:
        """What was purged, kept outside the database."""
        return self.home / "tombstones.ndjson"


def set_up_django(settings: NodeSettings) -> None:
    """Load Django's settings; the database access file must exist by now."""
    os.environ["COMITY_HOME"] = str(settings.home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.config.settings")
    import django

    django.setup()


def migrate() -> None:
    """Run what migrations are missing, as role owner; raises `SettingsError` when one that ran was changed since."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    from comity.host.definitions import note_definitions, require_same_definitions

    owner = connections["owner"]
    require_same_definitions(owner)
    executor = MigrationExecutor(owner)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        note_definitions(owner)
    owner.close()


def make_keys(settings: NodeSettings) -> None:
    """Make the keys of a new node: those of the vault with an envelope key, the log's own key, that of sessions.

    A node that holds records is never given new keys: raises `SettingsError` naming what to put back. Keys that are
    there and cannot be used raise `KeyRingError`.
    """
    _make_envelope_key(_open_or_make(settings))
    _make_log_key(settings)
    make_session_key(settings.session_key_file)


def _open_or_make(settings: NodeSettings) -> KeyRing:
    if settings.token is None and not settings.key_file.exists():
        _refuse_over_items(_MISSING.format(path=settings.key_file))
        return make_ring(settings)
    try:
        return open_ring(settings)
    except TokenEmptyError as error:
        _refuse_over_items(f"{error}; the database holds what was sealed with other keys, so none are made")
        return make_ring(settings)


def move_keys(settings: NodeSettings) -> None:
    """Let the token take over from the key file, for a command that seals everything anew afterwards.

    The first time it raises `StartRefused` while a service that holds a lock of the node runs: the demo, the sequencer,
    the worker. A lone `comity serve api` holds none: once the file is marked as moved it seals nothing any more. Raises
    `SettingsError`, `KeyRingError`.
    """
    if not settings.key_file.exists():
        raise SettingsError(
            f"there is no key file `{settings.key_file}` to move; the keys are in the token already, or the file is to "
            "be restored from its own backup first"
        )
    with ExitStack() as stack:
        if not FileKeyRing(settings.key_file).moved_to:
            for name in (ALL, *SERVICES):
                stack.enter_context(held(settings.home, name))
        _make_envelope_key(move_ring(settings))
    _make_log_key(settings)


def _make_envelope_key(ring: KeyRing) -> None:
    with suppress(SigningKeyExistsError):
        ring.create_signing_key(ENVELOPE_KEY)


def _make_log_key(settings: NodeSettings) -> None:
    from comity.spine.ledger.integrate import count_entries

    path = Paths(settings.home).log_key
    if path.exists():
        LogKey.load(path)
        return
    if _count(count_entries):
        raise SettingsError(_MISSING.format(path=path))
    LogKey.create(path, origin=f"comity.example/{settings.state}", clock=lambda: datetime.now(UTC))


def _refuse_over_items(message: str) -> None:
    from comity.spine.vault.selectors import has_items

    if _count(has_items):
        raise SettingsError(message)


def _count(made_with_it: Callable[["CursorWrapper"], int]) -> int:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        count = made_with_it(cursor)
    connections["owner"].close()
    return count


@contextmanager
def ready_node(
    settings: NodeSettings,
    *,
    say: Callable[[str], None],
    reach: Callable[[NodeSettings], AbstractContextManager[DatabaseAccess]] = open_database,
    keys: Callable[[NodeSettings], None] = make_keys,
) -> Iterator[DatabaseAccess]:
    """Start or join the database (`reach` says how), migrate, see to the keys; yield while the database is up."""
    make_home(settings.home)
    say("starting the database")
    with reach(settings) as access:
        set_up_django(settings)
        say("preparing tables")
        migrate()
        keys(settings)
        yield access
