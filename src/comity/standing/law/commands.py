"""The writes of law: load a release, approve its rules, put it in force."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.kernel.ids import new_id
from comity.spine.ledger.append import Entry, append_entries
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.directory.selectors import get_post
from comity.standing.directory.vocabulary import PostFunction
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.models import LawApproval, LawAuthority, LawInForce, LawRelease, LawRule
from comity.standing.law.packs import Authority, shipped_authority_source, shipped_packs, shipped_text_sources
from comity.standing.law.rules import Release
from comity.standing.law.selectors import read_release

Row = dict[str, object]


class NotCounselError(PermissionError):
    """Somebody else than counsel approved, or counsel approved what the same post had loaded."""


class NotStewardError(PermissionError):
    """The law of the node is kept by its steward."""


class UnknownRuleError(LookupError):
    """The release has no such rule."""


class NotApprovedError(ValueError):
    """A release may not be put in force while rules lack counsel's approval; `rules` names them."""

    def __init__(self, rules: Sequence[str]) -> None:
        self.rules = tuple(rules)
        super().__init__(f"counsel has not approved {len(self.rules)} rules, first `{self.rules[0]}`")


class DatedBackError(ValueError):
    """Law is not put in force in the past: decisions already made stay as they were."""


def shipped_release() -> Release:
    """Return the release of the package."""
    return Release(shipped_packs(), shipped_text_sources(), shipped_authority_source())


def load_release(*, by: Actor, now: datetime, release: Release | None = None) -> UUID:
    """Store a release (default: the package's) as a draft; returns its id, that of the stored one if it is the same.

    Writes `law_release`, one `law_rule` per rule, the authorities, and a ledger entry `law.loaded`, in one
    transaction. Raises `NotStewardError`; `LintError` with every problem, before anything is written.
    """
    _require_steward(by)
    chosen = release or shipped_release()
    chosen.check(load_catalogue())
    with acting(by) as cursor:
        known = LawRelease.objects.filter(digest=chosen.digest).values_list("id", flat=True).first()
        if known is not None:
            return known
        _keep_authorities(chosen.authorities.values())
        return _store(cursor, by=by, now=now, release=chosen)


def _store(cursor: CursorWrapper, *, by: Actor, now: datetime, release: Release) -> UUID:
    release_id = new_id()
    head: Row = {
        **_act(by, now),
        "id": release_id,
        "digest": release.digest,
        "packs": dict(release.packs),
        "texts": dict(release.text_sources),
        "authorities": release.authority_source,
    }
    rules: list[Row] = [
        {"id": new_id(), "agency_id": by.agency_id, "release_id": release_id, "rule_id": name, "rule_digest": digest}
        for name, digest in release.rule_digests.items()
    ]
    digests = {f"law_release/{release_id}": head, **{f"law_rule/{row['id']}": row for row in rules}}
    entry = Entry.make(act="law.loaded", at=now, actor=by, rows=digests, ruleset=release.digest)
    LawRelease(**head, entry_id=entry.entry_id).save(force_insert=True)
    LawRule.objects.bulk_create([LawRule(**row, entry_id=entry.entry_id) for row in rules])
    append_entries(cursor, [entry])
    return release_id


def approve_rules(*, by: Actor, now: datetime, release_id: UUID, rule_ids: Sequence[str]) -> list[UUID]:
    """Record counsel's approval of rules of a release, each with its words; returns the ids of new approvals.

    A rule whose digest is approved already is passed over. Writes one `law_approval` per rule and one ledger entry
    `law.rules_approved`, in one transaction. Raises `NotStewardError`, `NotCounselError`, `UnknownReleaseError`,
    `UnknownRuleError`.
    """
    _require_steward(by)
    with acting(by) as cursor:
        _require_counsel(by, release_id)
        digests = read_release(release_id).rule_digests
        unknown = [rule_id for rule_id in rule_ids if rule_id not in digests]
        if unknown:
            raise UnknownRuleError(f"release `{release_id}` has no rule `{unknown[0]}`")
        approved = _approved(digests[rule_id] for rule_id in rule_ids)
        rows: list[Row] = [
            {**_act(by, now), "id": new_id(), "rule_id": rule_id, "rule_digest": digests[rule_id]}
            for rule_id in dict.fromkeys(rule_ids)
            if digests[rule_id] not in approved
        ]
        if rows:
            named = {f"law_approval/{row['id']}": row for row in rows}
            entry = Entry.make(act="law.rules_approved", at=now, actor=by, rows=named)
            LawApproval.objects.bulk_create([LawApproval(**row, entry_id=entry.entry_id) for row in rows])
            append_entries(cursor, [entry])
    return [row["id"] for row in rows if isinstance(row["id"], UUID)]


def put_in_force(*, by: Actor, now: datetime, release_id: UUID, effective_at: datetime | None = None) -> UUID:
    """Make a release the law from `effective_at` (default `now`) on; returns the id of the act.

    Only when counsel approved every rule of it: compared by digest, from the stored sources. Writes `law_in_force` and
    a ledger entry `law.put_in_force`, in one transaction. Raises `NotStewardError`, `NotApprovedError`,
    `DatedBackError`, `UnknownReleaseError`.
    """
    _require_steward(by)
    starts_at = effective_at or now
    if starts_at < now:
        raise DatedBackError(f"`{starts_at.isoformat()}` is before {now.isoformat()}")
    with acting(by) as cursor:
        release = read_release(release_id)
        approved = _approved(release.rule_digests.values())
        open_rules = [name for name, digest in release.rule_digests.items() if digest not in approved]
        if open_rules:
            raise NotApprovedError(open_rules)
        row: Row = {**_act(by, now), "id": new_id(), "release_id": release_id, "effective_at": starts_at}
        rows = {f"law_in_force/{row['id']}": row}
        entry = Entry.make(act="law.put_in_force", at=now, actor=by, rows=rows, ruleset=release.digest)
        done = LawInForce(**row, entry_id=entry.entry_id)
        done.save(force_insert=True)
        append_entries(cursor, [entry])
    return done.id


def _act(by: Actor, now: datetime) -> Row:
    return {"at": now, "agency_id": by.agency_id, "post_id": by.post_id}


def _approved(digests: Iterable[str]) -> set[str]:
    return set(LawApproval.objects.filter(rule_digest__in=list(digests)).values_list("rule_digest", flat=True))


def _keep_authorities(authorities: Iterable[Authority]) -> None:
    columns = ("citation", "effect", "starts_on", "ends_on", "mark", "confidence")
    LawAuthority.objects.bulk_create(
        [LawAuthority(code=item.code, **{name: getattr(item, name) for name in columns}) for item in authorities],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=columns,
    )


def _require_steward(by: Actor) -> None:
    if by.duty is not Duty.STEWARD:
        raise NotStewardError("only the steward's duty keeps the law of the node")


def _require_counsel(by: Actor, release_id: UUID) -> None:
    post = get_post(by.post_id)
    if post.function is not PostFunction.COUNSEL or post.agency_id != by.agency_id:
        raise NotCounselError(f"post `{post.code}` is not counsel of the acting agency")
    if LawRelease.objects.filter(id=release_id, post_id=by.post_id).exists():
        raise NotCounselError("the post that loaded a release does not approve it")
