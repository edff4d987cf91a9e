"""Loading what stands before anyone acts in the demo states; every step is safe to repeat."""

from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.accountability.publication.demo import load_demo as load_publication
from comity.kernel.time import Period
from comity.spine.keys.detached import sign_detached
from comity.spine.tenancy.actor import Actor, Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.agreements.demo.load import load_demo as load_agreements
from comity.standing.directory.commands import add_agency_key, name_node_counsel
from comity.standing.directory.demo import load_demo as load_directory
from comity.standing.directory.selectors import get_post_by_code, list_node_counsel
from comity.standing.directory.vocabulary import KeyPurpose
from comity.standing.law.approvals import get_release, get_release_request
from comity.standing.law.commands import approve_release, load_release, put_in_force
from comity.standing.law.facts import DEMO_APPROVAL, ReleaseFacts, ReleaseState
from comity.standing.training.demo import load_demo as load_training

COUNSEL = ("az-ag", "counsel")
"""Whose counsel approves the law of the demonstration: for demonstration only, nobody has read it as counsel."""
KEY_LIVES = timedelta(days=1)


def load_standing(*, now: datetime, say: Callable[[str], None]) -> None:
    """Load directory, law, training and agreements of the demo states."""
    steward = node_actor(Duty.STEWARD)
    say("loading the directory of Arizona and Utah")
    load_directory(by=steward, now=now)
    say("loading the law")
    _load_law(steward, now)
    say("loading courses and credentials")
    load_training(by=steward, now=now)
    say("loading agreements")
    load_agreements(by=steward, now=now)
    say("publishing agreements")
    load_publication(by=steward, now=now)


def _load_law(steward: Actor, now: datetime) -> None:
    release_id = load_release(by=steward, now=now)
    with reading(steward):
        release = get_release(release_id, now)
        post = get_post_by_code(*COUNSEL)
    if release.state in {ReleaseState.CURRENT, ReleaseState.SUPERSEDED}:
        return
    if release.state is ReleaseState.DRAFT:
        _approve(Actor(post.agency_id, post.id, Duty.STEWARD), now, release)
    put_in_force(by=steward, now=now, release_id=release_id)


def _approve(counsel: Actor, now: datetime, release: ReleaseFacts) -> None:
    """Approve as the made-up counsel: a real signature by a key whose private half is kept nowhere, marked as such."""
    with reading(counsel):
        is_named = bool(list_node_counsel())
    if not is_named:
        name_node_counsel(by=counsel, now=now, agency_id=counsel.agency_id)
    key = Ed25519PrivateKey.generate()
    add_agency_key(
        by=counsel,
        now=now,
        agency_id=counsel.agency_id,
        purpose=KeyPurpose.SIGNATURE,
        public_pem=key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        period=Period(now, now + KEY_LIVES),
    )
    with reading(counsel):
        asked = get_release_request(release.id)
    signature = sign_detached(key, asked.digest)
    approve_release(by=counsel, now=now, release_id=release.id, signature=signature, note=DEMO_APPROVAL)


def cite(rule_id: str) -> tuple[str, str]:
    """Return the citation and plain words of a law rule in force, for the demonstration's table."""
    from comity.spine.tenancy.clock import database_now
    from comity.standing.law.explain import get_rule_text
    from comity.standing.law.selectors import get_current_law

    rule = get_current_law(database_now()).by_id().get(rule_id)
    if rule is None:
        return "", "no rule of law and no clause of an agreement permits it"
    return rule.cite, get_rule_text(rule.says, "en").says
