"""Publishing the demo's law, directory and agreements, with their whole texts. Safe to run again."""

from datetime import datetime

from comity.accountability.publication.commands.directory import publish_directory
from comity.accountability.publication.commands.law import publish_law
from comity.accountability.publication.commands.publish import publish_agreements
from comity.accountability.publication.commands.text import TEXT_POSTS, publish_text
from comity.accountability.publication.selectors import list_published, list_published_versions
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.facts import AgreementFacts
from comity.standing.agreements.selectors import list_agreements
from comity.standing.directory.selectors import find_post


def load_demo(*, by: Actor, now: datetime) -> int:
    """Tell the public of law, directory and every agreement once in force, and publish its texts; return how many.

    `by` acts as the steward; a text is published by the privacy officer or counsel of its first party that has one.
    """
    publish_law(by=by, now=now)
    publish_directory(by=by, now=now)
    with reading(by):
        found = {agreement.code: agreement for agreement in list_agreements()}
    publish_agreements(agreement_ids=[agreement.id for agreement in found.values()], by=by, now=now)
    with reading(by):
        shown = [one.code for one in list_published(using="default")]
        versions = {code: list_published_versions(code, using="default") for code in shown}
    published = 0
    for code, texts in versions.items():
        post = _text_post(found[code], by)
        for version in texts:
            if not version.text_at and post is not None:
                publish_text(agreement_id=found[code].id, digest=version.digest, withhold=(), by=post, now=now)
                published += 1
    return published


def _text_post(agreement: AgreementFacts, by: Actor) -> Actor | None:
    with reading(by):
        posts = (
            find_post(party.agency_id, function)
            for party in sorted(agreement.parties, key=lambda one: one.agency_code)
            for function in sorted(TEXT_POSTS, reverse=True)
        )
        post = next((one for one in posts if one is not None), None)
    return Actor(post.agency_id, post.id) if post else None
