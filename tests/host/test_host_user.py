import stat
from pathlib import Path

import pytest
from host_clusters import binaries_of, python_as_user

from comity.host.binaries import Kind

START_TWICE = """
home, kind = Path(sys.argv[1]), Kind(sys.argv[2])
cluster = Cluster(home=home, profile=Profile.SCRATCH, candidates=[b for b in find_binaries() if b.kind is kind])
for _ in range(2):
    access = cluster.start()
    with psycopg.connect(access.conninfo(Role.APP)) as connection:
        print(connection.execute("SELECT current_user").fetchone()[0])
    cluster.stop()
print(cluster.place.folder)
print(access.host)
cluster.discard()
"""


def start_twice(home: Path, kind: Kind, *, below: Path) -> list[str]:
    process = python_as_user(START_TWICE, home, kind, home=below)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return output.splitlines()


@pytest.mark.parametrize("kind", list(Kind))
def test_an_ordinary_user_keeps_the_database_in_a_private_home(user_home, kind):
    binaries_of(kind)
    assert stat.S_IMODE(user_home.stat().st_mode) == 0o700
    lines = start_twice(user_home / "comity", kind, below=user_home)
    folder = user_home / "comity" / "postgres"
    assert lines == ["comity_app", "comity_app", str(folder), str(folder / "run")]


def test_a_home_too_deep_for_a_socket_gets_a_short_folder(user_home):
    deep = user_home / ("d" * 60) / ("e" * 60)
    kind = next(kind for kind in Kind if binaries_of(kind))
    lines = start_twice(deep, kind, below=user_home)
    assert lines[:3] == ["comity_app", "comity_app", str(deep / "postgres")]
    short = Path(lines[3])
    assert short.parent == Path("/tmp")  # noqa: S108
    assert short.name.startswith("comity-")
    short.rmdir()
