"""Load a release of the law: packs, words and authorities, checked whole before anything is stored."""

from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.ids import new_id
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.commands.record import Row, done_by, require_steward, write_act
from comity.standing.law.models import LawRelease
from comity.standing.law.rules import Release, shipped_release


def load_release(*, by: Actor, now: datetime, release: Release | None = None) -> UUID:
    """Store a release (default: the package's) as a draft; returns its id, that of the stored one if it is the same.

    Writes `law_release`, one `law_rule` per rule, and ledger entries `law.loaded` (one for every 400 rows), in one
    transaction. Raises `NotStewardError`; `LintError` with every problem, before anything is written.
    """
    require_steward(by)
    chosen = release or shipped_release()
    chosen.check(load_catalogue())
    with acting(by) as cursor:
        known = LawRelease.objects.filter(digest=chosen.digest).values_list("id", flat=True).first()
        if known is not None:
            return known
        return _store(cursor, by=by, now=now, release=chosen)


def _store(cursor: CursorWrapper, *, by: Actor, now: datetime, release: Release) -> UUID:
    release_id = new_id()
    head: Row = {
        **done_by(by, now),
        "id": release_id,
        "digest": release.digest,
        "packs": dict(release.packs),
        "texts": dict(release.text_sources),
        "authorities": release.authority_source,
    }
    shared: Row = {"agency_id": by.agency_id, "release_id": release_id}
    rules: list[tuple[str, Row]] = [
        ("law_rule", {**shared, "id": new_id(), "rule_id": name, "rule_digest": digest})
        for name, digest in release.rule_digests.items()
    ]
    write_act(cursor, act="law.loaded", by=by, now=now, rows=[("law_release", head), *rules], ruleset=release.digest)
    return release_id
