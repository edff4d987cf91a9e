"""One embedded PostgreSQL: started, recovered, stopped, one launcher at a time."""

import os
import pwd
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from comity.config.node import DatabaseAccess, Role
from comity.host.binaries import Binaries, Kind, choose_binaries, copy_binaries, find_binaries, is_open_to_all
from comity.host.place import PORT, USUAL_TAG, Place
from comity.host.processes import Account, find_account, stop_orphans
from comity.host.roles import prepare_database
from comity.host.server import ClusterFailed, Profile, make_data, run_server, wait_ready

STOP_SECONDS = 60.0


class Cluster:
    """The launcher of one cluster: `with Cluster(home=…) as access: …`.

    `home` is COMITY_HOME; `tag` tells several clusters of one home apart (its access is then `database-TAG.json`).
    Start it from the main thread: the server stops when the thread that started it ends.
    """

    def __init__(
        self,
        *,
        home: Path,
        tag: str = USUAL_TAG,
        profile: Profile = Profile.DURABLE,
        candidates: Sequence[Binaries] | None = None,
    ) -> None:
        self.home = home.absolute()
        self.profile = profile
        self.account: Account = find_account()
        self.place = Place.of(home=self.home, tag=tag, account=self.account)
        self.access_file = self.home / ("database.json" if tag == USUAL_TAG else f"database-{tag}.json")
        self._candidates = candidates
        self._binaries: Binaries | None = None
        self._lock: int | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> DatabaseAccess:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        """Whether the server this launcher started is alive."""
        return self._server is not None and self._server.poll() is None

    @property
    def binaries(self) -> Binaries:
        """The programs in use, for backups with the server's own `pg_dump`; known once started."""
        if self._binaries is None:
            raise RuntimeError("the cluster has not been started")
        return self._binaries

    def start(self) -> DatabaseAccess:
        """Make the cluster if there is none, recover it if it crashed, start it, prepare roles and database.

        Returns when it answers. After a crash of the server the same launcher may start it again.
        Raises `ClusterBusy`, `ClusterFailed`, `BinariesMissing`, `SettingsError`.
        """
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("a cluster is started from the main thread: it stops with the thread that started it")
        if self.is_running:
            raise RuntimeError("this launcher has already started its cluster")
        known = self._known_access()
        self._find_moved(known)
        self._refuse_other_owner()
        self.place.make(home=self.home, account=self.account)
        if self._lock is None:
            self._lock = self.place.lock()
        try:
            return self._start(known)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server (open transactions are rolled back, everything committed is on disk) and free the cluster."""
        if self._server is not None:
            for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                if self._server.poll() is None:
                    self._server.send_signal(request)
                try:
                    self._server.wait(STOP_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    continue
            self._server = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def discard(self) -> None:
        """Stop and delete a SCRATCH cluster with everything in it."""
        if self.profile is not Profile.SCRATCH:
            raise RuntimeError("only a scratch cluster may be discarded")
        self.stop()
        shutil.rmtree(self.place.folder, ignore_errors=True)
        self.access_file.unlink(missing_ok=True)

    def _start(self, known: DatabaseAccess | None) -> DatabaseAccess:
        stop_orphans(cluster_name=self.place.cluster_name, patience_seconds=STOP_SECONDS)
        self._binaries = self._reachable(
            choose_binaries(find_binaries() if self._candidates is None else self._candidates, data=self.place.data)
        )
        if not self.place.data.exists():
            make_data(self._binaries, place=self.place, account=self.account, profile=self.profile)
        sockets = self.place.make_socket_folder(account=self.account)
        self._server = run_server(self._binaries, sockets, place=self.place, account=self.account, profile=self.profile)
        wait_ready(self._server, place=self.place)
        fresh = DatabaseAccess.with_new_passwords(host=str(sockets), port=PORT, name="comity")
        passwords = dict((known.completed() if known else fresh).passwords)
        passwords[Role.BOOTSTRAP.value] = self.place.password_file.read_text("utf-8").strip()
        access = replace(fresh, passwords=passwords, cluster=str(self.place.folder))
        prepare_database(access.named("postgres").conninfo(Role.BOOTSTRAP), access)
        if access != known:
            access.save(self.access_file)
        return access

    def _known_access(self) -> DatabaseAccess | None:
        try:
            return DatabaseAccess.load(self.access_file)
        except FileNotFoundError:
            return None

    def _find_moved(self, known: DatabaseAccess | None) -> None:
        # Never begin an empty database where there was one: root's clusters are outside HOME, which may be moved.
        if known is None or known.cluster is None or self.place.data.exists():
            return
        if not (Path(known.cluster) / "data").exists():
            raise ClusterFailed(
                f"the database of `{self.home}` is gone: it was in `{known.cluster}`; restore a backup, "
                f"or remove `{self.access_file}` to begin with an empty database"
            )
        self.place = replace(self.place, folder=Path(known.cluster))

    def _refuse_other_owner(self) -> None:
        if self.place.data.exists() and self.place.data.stat().st_uid != self.account.uid:
            owner = self.place.folder.stat().st_uid
            try:
                name = pwd.getpwuid(owner).pw_name
            except KeyError:
                name = str(owner)
            raise ClusterFailed(
                f"the database in `{self.place.folder}` was made by the account `{name}`; run Comity as `{name}`"
            )

    def _reachable(self, binaries: Binaries) -> Binaries:
        if not self.account.is_other or binaries.kind is Kind.SYSTEM or is_open_to_all(binaries.folder):
            return binaries
        return copy_binaries(binaries, to=self.place.folder)
