"""The commands of this door, added to the host's `comity`."""

import typer

from comity.doors.cli.menu import agreement, audit, directory, exchange, keys, law, ledger


def mount(app: typer.Typer) -> None:
    """Add every command; each finds an `Opener` in `context.obj`."""
    exchange.mount(app)
    app.add_typer(directory.app, name="directory")
    app.add_typer(law.app, name="law")
    app.add_typer(agreement.app, name="agreement")
    app.add_typer(ledger.app, name="ledger")
    app.add_typer(audit.app, name="audit")
    app.add_typer(keys.app, name="keys")
