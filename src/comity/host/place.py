"""Where an embedded cluster keeps its files, and who else is using them."""

import fcntl
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from comity.host.processes import Account

LONGEST_SOCKET_PATH = 107
PORT = 5432
ROOT_FOLDER = Path("/var/lib")
SHORT_FOLDER = Path("/tmp")  # noqa: S108 - the folder made below it is checked for its owner
USUAL_TAG = "node"


class ClusterBusy(RuntimeError):  # noqa: N818 - reads as the fact it states
    """Another launcher holds the cluster."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one cluster. Owned by the launcher's account; `data` and the socket folder by the database's."""

    folder: Path
    cluster_name: str

    @classmethod
    def of(cls, *, home: Path, tag: str, account: Account) -> Self:
        """Below HOME for an ordinary user; for root in `/var/lib/comity-<hash>`, as HOME may be closed to others."""
        if not re.fullmatch(r"[a-z0-9-]{1,32}", tag):
            raise ValueError(f"a cluster's tag is small letters, digits and hyphens, not `{tag}`")
        digest = hashlib.sha256(f"{home.resolve()}\0{tag}".encode()).hexdigest()[:12]
        below_home = home / ("postgres" if tag == USUAL_TAG else f"postgres-{tag}")
        folder = ROOT_FOLDER / f"comity-{digest}" if account.is_other else below_home
        return cls(folder, f"comity-{tag}-{digest}")

    @property
    def data(self) -> Path:
        """PostgreSQL's own files."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server writes; never a statement or a value."""
        return self.folder / "server.log"

    @property
    def password_file(self) -> Path:
        """The bootstrap role's password (0600), so that a lost `database.json` can be made anew."""
        return self.folder / "bootstrap"

    def make(self, *, home: Path, account: Account) -> None:
        """Make the folder and note in it whose home it serves."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self.folder.mkdir(mode=0o711 if account.is_other else 0o700, parents=True, exist_ok=True)
            if account.is_other:
                self.folder.chmod(0o711)
            (self.folder / "home").write_text(f"{home}\n", "utf-8")
        except OSError as error:
            raise RuntimeError(
                f"the database's folder `{self.folder}` cannot be made ({error.strerror}); "
                "set COMITY_HOME to a folder of yours that can be written"
            ) from error

    def make_socket_folder(self, *, account: Account) -> Path:
        """Make the folder of the server's socket, 0700; below /tmp when the path would be too long for the kernel."""
        folder = self.folder / "run"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > LONGEST_SOCKET_PATH:
            folder = SHORT_FOLDER / f"comity-{account.uid}-{self.cluster_name[-12:]}"
        try:
            folder.mkdir(mode=0o700)
            account.owns(folder)
        except FileExistsError:
            pass
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {account.uid, os.geteuid()}:
            raise RuntimeError(f"`{folder}` belongs to somebody else (uid {found.st_uid}); remove it and start again")
        folder.chmod(0o700)
        account.owns(folder)
        return folder

    def lock(self) -> int:
        """Take the cluster for this process; returns the descriptor that holds it. Raises `ClusterBusy`.

        The kernel frees it when the process ends, however it ends.
        """
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode().strip() or "unknown"
            os.close(descriptor)
            raise ClusterBusy(
                f"another Comity (process {holder}) already runs the database in `{self.folder}`; "
                "stop it first, or set COMITY_HOME to another folder"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return descriptor
