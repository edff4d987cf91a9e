"""Making a node ready: database, migrations, keys. Every step is safe to repeat."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from comity.config.node import DatabaseAccess, NodeSettings, SettingsError
from comity.host.keystore import open_ring
from comity.host.launcher import open_database
from comity.host.start import make_home
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.log_key import LogKey
from comity.spine.keys.ring import SigningKeyExistsError

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

ENVELOPE_KEY = "envelope"


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
    """Run what migrations are missing, as role owner."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    owner = connections["owner"]
    executor = MigrationExecutor(owner)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    owner.close()


def make_keys(settings: NodeSettings) -> None:
    """Make the keys of a new node: those of the vault with an envelope key, and the log's own key.

    A node that holds records is never given new keys: raises `SettingsError` naming the file to restore. Keys that are
    there and cannot be used raise `KeyRingError`.
    """
    from comity.spine.ledger.integrate import count_entries
    from comity.spine.vault.selectors import has_items

    paths = Paths(settings.home)
    if settings.token is None and not paths.keys.exists():
        _refuse_over_data(paths.keys, has_items)
        FileKeyRing.create(paths.keys)
    with suppress(SigningKeyExistsError):
        open_ring(settings).create_signing_key(ENVELOPE_KEY)
    if paths.log_key.exists():
        LogKey.load(paths.log_key)
        return
    _refuse_over_data(paths.log_key, count_entries)
    LogKey.create(paths.log_key, origin=f"comity.example/{settings.state}", clock=lambda: datetime.now(UTC))


def _refuse_over_data(path: Path, made_with_it: Callable[["CursorWrapper"], int]) -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        held = made_with_it(cursor)
    connections["owner"].close()
    if held:
        raise SettingsError(
            f"`{path}` is missing, but the database holds what was made with it; restore the file from its own backup"
        )


@contextmanager
def ready_node(
    settings: NodeSettings,
    *,
    say: Callable[[str], None],
    reach: Callable[[NodeSettings], AbstractContextManager[DatabaseAccess]] = open_database,
) -> Iterator[DatabaseAccess]:
    """Start or join the database (`reach` says how), migrate, make keys; yield while the database is up."""
    make_home(settings.home)
    say("starting the database")
    with reach(settings) as access:
        set_up_django(settings)
        say("preparing tables")
        migrate()
        make_keys(settings)
        yield access
