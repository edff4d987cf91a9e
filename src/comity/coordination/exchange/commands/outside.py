"""A disclosure made outside Comity, by radio or telephone, recorded afterwards and judged as of then."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import TOLD_OUTSIDE, Ask, Fault, Invalid
from comity.coordination.exchange.batch import Act, Batch, act_row
from comity.coordination.exchange.deciding import decide_past
from comity.coordination.exchange.facts import Named
from comity.coordination.exchange.follow_up import open_review
from comity.coordination.exchange.gather import (
    TRAINED,
    Recorded,
    body_digest,
    preview_standing,
    read_recorded,
    reference_key,
)
from comity.coordination.exchange.outcome import Stage, add_ask, answer_row, decision_row
from comity.coordination.exchange.rules import LONGEST_KEY, RESERVED_OUTSIDE, faults_of, permitted_of
from comity.kernel.ids import new_id, random_id
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting, decoded
from comity.standing.directory import selectors as directory
from comity.standing.directory.facts import AgencyFacts, PostFacts
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.selectors import NoLawInForceError, get_current_law

OUTSIDE: Final = "outside"
LONGEST_OUTSIDE_KEY: Final = LONGEST_KEY // 2
OLDEST: Final = datetime(1900, 1, 1, tzinfo=UTC)


class Means(StrEnum):
    """How it was told."""

    RADIO = "radio"
    TELEPHONE = "telephone"
    IN_PERSON = "in_person"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class ToldOutside:
    """What was told, to whom (agency code or ORI), when and how. The values themselves are not recorded again.

    `recipient_post`: the code of the recipient's post that was told, whose holder's training counts; "" where nobody
    knows: then no training counts.
    """

    key: str
    recipient: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    reference: str
    told_at: datetime
    means: Means
    claims: dict[str, bool] = field(default_factory=dict)
    justification: str = ""
    subject_handle: UUID | None = None
    recipient_post: str = ""


@dataclass(frozen=True, slots=True)
class RecordedOutside:
    """The accounting row made, of the ask `ask_id`. `breach`: the elements the gate would not have let go."""

    ask_id: UUID
    disclosure_id: UUID
    subject_handle: UUID
    breach: tuple[str, ...]


def record_outside(*, told: ToldOutside, by: Actor, now: datetime, keys: KeyRing) -> RecordedOutside | Invalid:
    """Record a past disclosure of the acting agency; it counts in the accounting, marked as outside the gate.

    The gate judges it, by the lodged record where the reference names one, under the law and agreements of `told_at`
    and the training of whoever then held the recipient's post (an agreement ended since does not count in its
    favor). Every such disclosure is reviewed by the privacy officer within 24 hours; one the gate would have refused
    in part or whole is a breach and says so. One durable transaction: ask, decision, answer, disclosure, review task
    with its clock, a ledger entry.
    """
    ask = _ask(told, by)
    # The ask's own key is made here and begins with what a caller may not use.
    faults = [*_own_faults(told, now), *faults_of(replace(ask, ask_key="outside"), load_catalogue())]
    if faults:
        return Invalid(told.key, tuple(faults))
    with acting(by) as cursor:
        named = _name(ask, told, by, keys)
        if isinstance(named, Fault):
            return Invalid(told.key, (named,))
        known = read_recorded(cursor, named.asker.id, [named.ask.ask_key]).get(named.ask.ask_key)
        if known is not None:
            return _repeated(cursor, known, named, told)
        at = _judged_at(told, now)
        standing = preview_standing(cursor, [named], at)[named.id]
        if not told.recipient_post:
            standing = replace(standing, trained=frozenset(), untrained=frozenset(TRAINED))
        [case] = decide_past(cursor, [named], at, standing=[standing])
        breach = tuple(sorted(set(told.elements) - case.decision.permitted))
        batch = Batch(now)
        row, item = add_ask(batch, named, tick_at=None, path=OUTSIDE)
        decision, facts_item = decision_row(batch, case, by, Stage(1, OUTSIDE))
        answer = answer_row(named, number=1, status=TOLD_OUTSIDE, classes=None, visible_at=now, now=now)
        handle = told.subject_handle or random_id()
        disclosure = act_row(
            "exchange_disclosure",
            id=new_id(),
            ask_id=named.id,
            holder_id=named.holder.id,
            recipient_id=named.asker.id,
            recipient_name=named.asker.name,
            recipient_address=named.asker.address,
            subject_handle=handle,
            purpose=told.purpose,
            category=told.category,
            nature=sorted(told.elements),
            basis=[*case.basis, f"means:{told.means.value}"],
            path=OUTSIDE,
            labels=[],
            payload_item=None,
            elements_root=None,
            disclosed_at=told.told_at,
        )
        open_review(batch, holder=named.holder, subject_id=named.id, digest=named.body_digest, hours=24)
        name = "disclosure.outside_breach" if breach else "disclosure.outside"
        rows = (row, decision, answer, disclosure)
        batch.acts.append(
            Act(name, by, rows, ruleset=case.decision.ruleset, facts_item=facts_item, items=(item, facts_item))
        )
        batch.write(cursor, keys)
    return RecordedOutside(named.id, UUID(str(disclosure.values["id"])), handle, breach)


def _repeated(cursor: CursorWrapper, known: Recorded, named: Named, told: ToldOutside) -> RecordedOutside | Invalid:
    """Answer a key recorded before: the same disclosure again, or a fault when it was another."""
    if known.body_digest != named.body_digest:
        return Invalid(told.key, (Fault("key", "was used for another disclosure", "use a new key", code="reused"),))
    cursor.execute(
        "SELECT d.id, d.subject_handle, d.nature, e.outcomes FROM exchange_disclosure d"
        " JOIN exchange_decision e ON e.ask_id = d.ask_id WHERE d.ask_id = %s",
        (known.ask_id,),
    )
    disclosure_id, handle, nature, outcomes = cursor.fetchone()
    permitted = permitted_of(decoded(outcomes))
    return RecordedOutside(known.ask_id, disclosure_id, handle, tuple(sorted(set(nature) - permitted)))


def _ask(told: ToldOutside, by: Actor) -> Ask:
    return Ask(
        ask_key=f"{RESERVED_OUTSIDE}{by.agency_id}/{told.key}",
        holder="self",
        purpose=told.purpose,
        category=told.category,
        elements=told.elements,
        reference=told.reference,
        claims=told.claims,
        justification=told.justification,
        post=told.recipient_post,
    )


def _own_faults(told: ToldOutside, now: datetime) -> list[Fault]:
    faults = []
    if not told.key.strip() or len(told.key) > LONGEST_OUTSIDE_KEY or "\0" in told.key:
        what = f"is empty, holds a NUL character or has more than {LONGEST_OUTSIDE_KEY} characters"
        faults.append(Fault("key", what, "give it an id of your own"))
    if told.told_at > now:
        faults.append(Fault("told_at", "lies in the future", "give the time at which it was told"))
    elif told.told_at < OLDEST:
        faults.append(Fault("told_at", f"lies before {OLDEST.year}", "give the time at which it was told"))
    return faults


def _judged_at(told: ToldOutside, now: datetime) -> datetime:
    """Return the instant whose law judges it: when it was told, or now where this node had no law in force yet."""
    try:
        get_current_law(told.told_at)
    except NoLawInForceError:
        return now
    return told.told_at


def _name(ask: Ask, told: ToldOutside, by: Actor, keys: KeyRing) -> Named | Fault:
    found = directory.list_agencies_by_code([told.recipient]) or directory.list_agencies_by_ori([told.recipient])
    if not found:
        return Fault("recipient", f"no agency `{told.recipient[:100]}`", "use its code or ORI", code="unknown")
    recipient = next(iter(found.values()))
    if recipient.id == by.agency_id:
        return Fault("recipient", "is your own agency", "name the agency that was told")
    holder = directory.get_agency(by.agency_id)
    key = reference_key(keys, holder_id=holder.id, category=ask.category, reference=ask.reference)
    digest = body_digest(keys, asker_id=recipient.id, ask=ask)
    post = _post_of(told, recipient, by)
    return post if isinstance(post, Fault) else Named(new_id(), ask, recipient, holder, post, key, digest)


def _post_of(told: ToldOutside, recipient: AgencyFacts, by: Actor) -> PostFacts | Fault:
    """Return the post that was told; where nobody knows, the row names the post that tells of it."""
    if not told.recipient_post:
        return directory.get_post(by.post_id)
    posts = {post.code: post for post in directory.list_posts_of(recipient.id)}
    if told.recipient_post not in posts:
        message = f"no post `{told.recipient_post[:100]}` of the recipient"
        return Fault("recipient_post", message, "name one of its posts, or leave it out", code="unknown")
    return posts[told.recipient_post]
