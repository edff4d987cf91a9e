"""The commands of this door, added to the host's `comity`."""

import typer

from comity.doors.cli.menu import (
    account,
    accounting,
    agreement,
    agreement_signing,
    agreement_texts,
    audit,
    conclude,
    directory,
    exchange,
    keys,
    law,
    law_may,
    law_release,
    law_setting,
    ledger,
    outside,
    publication,
    record,
    replay,
    retention,
    review,
    shadow,
)

# Menus of several files are put together once: what is added again is told again, and slows every command.
law_release.mount(law.app)
law.app.command()(law_may.may)
law.app.add_typer(law_setting.app, name="setting")
replay.mount(agreement=agreement_signing.app, law=law.app)
agreement_texts.mount(agreement.app)
agreement.app.command()(publication.publish)


def mount(app: typer.Typer) -> None:
    """Add every command; each finds an `Opener` in `context.obj`."""
    exchange.mount(app)
    app.command("told")(outside.record_told)
    app.command()(review.review)
    app.command()(conclude.conclude)
    app.add_typer(record.app, name="record")
    app.add_typer(shadow.app, name="shadow")
    app.add_typer(accounting.app, name="accounting")
    app.add_typer(retention.app, name="retention")
    app.add_typer(directory.app, name="directory")
    app.add_typer(law.app, name="law")
    app.add_typer(publication.app, name="public")
    app.add_typer(agreement_signing.app, name="agreement")
    app.add_typer(ledger.app, name="ledger")
    app.add_typer(audit.app, name="audit")
    app.add_typer(account.app, name="account")
    app.add_typer(keys.app, name="keys")
