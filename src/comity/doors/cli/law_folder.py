"""Folders of the law and of its decision tables, read and written; nothing in them is followed elsewhere."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from comity.doors.cli.mistakes import MistakeError
from comity.standing.law.lint import LintError
from comity.standing.law.rules import Release
from comity.standing.law.sources import HOLDS, MOST_BYTES, MOST_FILES, files_of, read_files

_REMEDY: Final = "give a folder as `comity law export FOLDER` writes it"


def read_folder(name: str) -> Release:
    """Return the release a folder holds; what is in its files is not looked at yet.

    Raises `MistakeError` for what is no folder, `LintError` with every file that is none of the law or no text.
    """
    folder = _folder(name, "FOLDER", _REMEDY)
    files: dict[str, bytes] = {}
    problems: list[str] = []
    for path in _walk(folder, "FOLDER"):
        below = path.relative_to(folder).as_posix()
        content = _content(path)
        if content is None:
            problems.append(f"{below}: is no plain file that can be read, but a link or something else; {HOLDS}")
        else:
            files[below] = content
    if problems:
        raise LintError(problems)
    return read_files(files)


def read_tables_folder(name: str) -> Mapping[str, str]:
    """Return the CSV files of a folder by name; raises `MistakeError`."""
    folder = _folder(name, "--tables", "give the folder of the decision tables")
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.csv")):
        content = _content(path)
        try:
            files[path.name] = (content or b"\xff").decode("utf-8")
        except UnicodeDecodeError:
            what = f"`{path.name}` is no plain file in UTF-8"
            raise MistakeError("--tables", what, "save it as CSV in UTF-8") from None
    if not files:
        raise MistakeError("--tables", f"`{name}` holds no `*.csv`", "give the folder of the decision tables")
    return files


def write_folder(name: str, release: Release) -> list[str]:
    """Write the files of a release into a new or empty folder; return their names. Raises `MistakeError`."""
    folder = Path(name)
    try:
        if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
            raise MistakeError("FOLDER", f"`{name}` is there and not an empty folder", "name a new one")
        for below, content in files_of(release).items():
            path = folder / below
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(content)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise MistakeError("FOLDER", f"`{name}` cannot be written: {why}", "name a folder you may write") from None
    return sorted(files_of(release))


def _folder(name: str, field: str, remedy: str) -> Path:
    folder = Path(name)
    try:
        mode = folder.lstat().st_mode
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise MistakeError(field, f"`{name}` cannot be read: {why}", remedy) from None
    if stat.S_ISLNK(mode):
        raise MistakeError(field, f"`{name}` is a link", "give the folder itself")
    if not stat.S_ISDIR(mode):
        raise MistakeError(field, f"`{name}` is no folder", remedy)
    return folder


def _walk(folder: Path, field: str) -> Iterator[Path]:
    """Yield everything in the folder that is no folder itself, links not followed."""
    count = 0
    for root, folders, names in os.walk(folder, onerror=_raise):
        links = [one for one in folders if (Path(root) / one).is_symlink()]
        for one in sorted([*names, *links]):
            count += 1
            if count > MOST_FILES:
                raise MistakeError(field, f"more than {MOST_FILES} files", HOLDS)
            yield Path(root) / one


def _raise(error: OSError) -> None:
    raise MistakeError("FOLDER", f"`{error.filename}` cannot be read: {error.strerror}", "check who may read it")


def _content(path: Path) -> bytes | None:
    """Return the bytes of a plain file, one more than the most at most; None for anything else."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        is_plain = stat.S_ISREG(os.fstat(handle).st_mode)
        return file.read(MOST_BYTES + 1) if is_plain else None
