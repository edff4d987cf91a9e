"""Writing what a command makes into a file of its own: one that is there is never touched."""

import sys
from pathlib import Path

from comity.doors.cli.input import STDIN
from comity.doors.cli.mistakes import MistakeError


def write_new(option: str, name: str, content: str | bytes) -> None:
    """Write text or bytes to a new file, or to standard output for `-`; raises `MistakeError` naming the option."""
    found = content.encode() if isinstance(content, str) else content
    if name == STDIN:
        sys.stdout.flush()
        sys.stdout.buffer.write(found)
        return
    try:
        with Path(name).open("xb") as file:
            file.write(found)
    except FileExistsError:
        remedy = "name another file, or `-` for standard output"
        raise MistakeError(option, f"`{name}` is there already", remedy) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise MistakeError(option, f"`{name}` cannot be written: {why}", "name another file") from None
