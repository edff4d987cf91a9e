"""Making a node ready: database, migrations, keys. Every step is safe to repeat."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from comity.config.node import DatabaseAccess, NodeSettings
from comity.host.launcher import open_database
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.log_key import LogKey
from comity.spine.keys.ring import SigningKeyExistsError

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

    call_command("migrate", database="owner", verbosity=0, interactive=False)
    connections["owner"].close()


def make_keys(settings: NodeSettings) -> None:
    """Make the key files that are missing: keys with an envelope key, and the log's own key."""
    paths = Paths(settings.home)
    if not paths.keys.exists():
        FileKeyRing.create(paths.keys)
    try:
        FileKeyRing(paths.keys).create_signing_key(ENVELOPE_KEY)
    except SigningKeyExistsError:
        pass
    if not paths.log_key.exists():
        LogKey.create(paths.log_key, origin=f"comity.example/{settings.state}", clock=lambda: datetime.now(UTC))


@contextmanager
def ready_node(settings: NodeSettings, *, say: Callable[[str], None]) -> Iterator[DatabaseAccess]:
    """Start or join the database, migrate, make keys; yield while the database is up."""
    say("starting the database")
    with open_database(settings) as access:
        set_up_django(settings)
        say("preparing tables")
        migrate()
        make_keys(settings)
        yield access
