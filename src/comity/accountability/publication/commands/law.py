"""The law: the public is told which release is in force from when, with every rule in plain words."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from comity.accountability.publication.commands.publish import NotPublisherError
from comity.accountability.publication.commands.record import write_act
from comity.accountability.publication.law_facts import PublicAuthority, PublicRule
from comity.accountability.publication.models import PublishedLaw
from comity.spine.policy.rules import Rule
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.law.facts import Law
from comity.standing.law.packs import Authority
from comity.standing.law.selectors import get_law_of_release, list_in_force


def publish_law(*, by: Actor, now: datetime) -> int:
    """Tell the public of every release that was put in force and not told of yet; return how many.

    `by`: the node as courier or steward. One transaction: for each an act row with rules and authorities, and its
    ledger entry `publication.law_told`. Doing it again changes nothing. Raises `NotPublisherError`,
    `DamagedReleaseError`.
    """
    if by.duty not in {Duty.COURIER, Duty.STEWARD}:
        raise NotPublisherError("the law is published in the courier's or the steward's duty")
    with acting(by) as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('publication:law', 0))")
        known = _told()
        fresh = [one for one in reversed(list_in_force()) if known.get(one.effective_at) != one.digest]
        for one in fresh:
            law = get_law_of_release(one.release_id)
            told = {
                "digest": one.digest,
                "effective_at": one.effective_at,
                "rules": [_plain(asdict(_rule(rule, law))) for rule in law.rules],
                "authorities": [_plain(asdict(_authority(found))) for _, found in sorted(law.authorities.items())],
            }
            write_act(cursor, PublishedLaw, act="publication.law_told", told=told, by=by, now=now)
    return len(fresh)


def _told() -> Mapping[datetime, str]:
    """Return what the public was told last, by the instant it is in force from."""
    return dict(PublishedLaw.objects.order_by("at", "id").values_list("effective_at", "digest"))


def _rule(rule: Rule, law: Law) -> PublicRule:
    known = {language: words[rule.says] for language, words in law.texts.items() if rule.says in words}
    return PublicRule(
        id=rule.id,
        kind=rule.kind.value,
        place=rule.jurisdiction,
        cite=rule.cite,
        says={language: words.says for language, words in known.items()},
        forward={language: words.forward for language, words in known.items()},
        sources=tuple(code.strip(",") for code in rule.source.split()),
        starts_on=rule.starts_on,
        ends_on=rule.ends_on,
    )


def _authority(one: Authority) -> PublicAuthority:
    return PublicAuthority(
        code=one.code,
        citation=one.citation,
        effect=one.effect,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        mark=one.mark,
        confidence=one.confidence,
        tags=one.tags,
    )


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    """Return what a JSON column keeps: days as ISO dates, tuples as lists."""
    return {name: _kept(value) for name, value in row.items()}


def _kept(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
