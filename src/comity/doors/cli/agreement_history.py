"""`comity agreement history`: what happened to an agreement, step by step, and by which post."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.say import moment, say_json, say_table
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.facts import EventFacts, VersionFacts
from comity.standing.agreements.selectors import (
    get_agreement_by_code,
    list_confirmations,
    list_events,
    list_reviews,
    list_versions,
)
from comity.standing.directory.selectors import list_agencies, list_posts


@dataclass(frozen=True, slots=True)
class _Step:
    at: datetime
    event: str
    version: int | None
    post_id: UUID
    reason: str = ""
    effective_at: datetime | None = None
    letter_of: UUID | None = None


def history(*, code: str, form: str) -> None:
    """Print what happened to an agreement, oldest first: its events, reviews and confirmations."""
    with reading(STEWARD):
        agreement = get_agreement_by_code(code)
        versions = list_versions(agreement.id)
        numbers = {version.id: version.number for version in versions}
        steps = [_of_event(one, numbers) for one in list_events(agreement.id)]
        steps += [step for version in versions for step in _between(version)]
        posts = list_posts({step.post_id for step in steps})
        letters = {step.letter_of for step in steps if step.letter_of}
        agencies = list_agencies({post.agency_id for post in posts.values()} | letters)
    names = {post_id: f"{agencies[post.agency_id].code}/{post.code}" for post_id, post in posts.items()}
    told = []
    for step in sorted(steps, key=lambda one: one.at):
        who = names.get(step.post_id, "the node's steward")
        told.append((step, who + (f", by letter of {agencies[step.letter_of].code}" if step.letter_of else "")))
    if form == "json":
        for step, who in told:
            say_json(
                {
                    "at": step.at,
                    "event": step.event,
                    "version": step.version,
                    "reason": step.reason or None,
                    "effective_at": step.effective_at,
                    "by": who,
                }
            )
        return
    say_table(
        ("at", "event", "version", "takes effect", "reason", "by"),
        [
            (moment(one.at), _words(one.event), one.version or "", moment(one.effective_at), _words(one.reason), who)
            for one, who in told
        ],
    )


def _of_event(one: EventFacts, numbers: dict[UUID, int]) -> _Step:
    number = numbers.get(one.version_id) if one.version_id else None
    return _Step(one.at, one.event.value, number, one.post_id, one.reason, one.effective_at, one.for_agency_id)


def _between(version: VersionFacts) -> Iterator[_Step]:
    """Yield what lies between an offer and its force."""
    for review in list_reviews(version.id):
        told = f"{review.kind.value} of {review.agency}: {review.finding.value}"
        yield _Step(review.at, "reviewed", version.number, review.post_id, told)
    for one in list_confirmations(version.id):
        yield _Step(one.at, "confirmed", version.number, one.post_id, f"{len(one.clauses)} clauses")


def _words(code: str) -> str:
    return code.replace("_", " ")
