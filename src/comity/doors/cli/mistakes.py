"""What goes wrong, told to a person: which field, what about it, what to do. No traceback for what can be mended."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import typer
from django.apps import apps

from comity.doors.cli.say import errors, shown

UNUSABLE = 2
"""Exit code: what was given cannot be used, nothing was done."""
NOT_WELL = 1
"""Exit code: the node, the record or the ledger is not as it should be."""

QUEUE = "`comity queue --as AGENCY/POST` shows what waits for a post"
"""The remedy where a task was named that is not there, or not for the post."""


class MistakeError(Exception):
    """Something a person can mend. `field` is an option, argument or field; it may be empty."""

    def __init__(self, field: str, message: str, remedy: str = "", exit_code: int = UNUSABLE) -> None:
        self.field, self.message, self.remedy, self.exit_code = field, message, remedy, exit_code
        super().__init__(message)


@contextmanager
def told() -> Iterator[None]:
    """End the command with a sentence when it meets what a person can mend; let everything else through."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        mistake = _mistake_of(error)
        if mistake is None:
            raise
        tell(mistake)
        raise typer.Exit(mistake.exit_code) from None


def tell(mistake: MistakeError) -> None:
    """Print a mistake with its remedy to standard error."""
    field = f"{mistake.field}: " if mistake.field else ""
    errors().print(f"comity: {shown(field)}{shown(mistake.message)}", style="red")
    if mistake.remedy:
        errors().print(f"  → {shown(mistake.remedy)}")


def _mistake_of(error: Exception) -> MistakeError | None:
    if isinstance(error, MistakeError):
        return error
    if isinstance(error, psycopg.OperationalError):
        return DATABASE_GONE
    if not apps.ready:
        return None  # the host's own errors, told by the host
    from comity.doors.cli.faults import mistake_of

    return mistake_of(error)


DATABASE_GONE = MistakeError(
    "",
    "the database does not answer",
    "run `comity doctor`; what was not answered was not recorded and can be run again",
    NOT_WELL,
)
