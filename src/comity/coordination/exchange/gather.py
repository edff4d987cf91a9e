"""Reads of one chunk of asks: parties, posts, training, agreements, records. A handful of queries however many asks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from comity.coordination.exchange.ask import Ask, Fault
from comity.coordination.exchange.facts import Named, RecordFacts, Standing, is_in_force
from comity.kernel.ids import new_id
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.stamps import Stamps, kept, kept_many
from comity.spine.tenancy.transaction import Query, read_together
from comity.standing.agreements.facts import LiveAgreement
from comity.standing.agreements.live import PairIds, list_live_agreements, lock_agreements
from comity.standing.agreements.rulebook import Between, covered_elements
from comity.standing.agreements.selectors import list_agreements
from comity.standing.directory import selectors as directory
from comity.standing.directory.facts import AgencyFacts, PostFacts
from comity.standing.directory.vocabulary import Hosting, PostFunction
from comity.standing.law.selectors import get_setting_codes
from comity.standing.training.facts import Eligible
from comity.standing.training.selectors import list_post_eligibility
from comity.standing.training.vocabulary import Function

TRAINED: Final = {
    "trained_receive_information": Function.RECEIVE_INFORMATION,
    "trained_receive_intelligence": Function.RECEIVE_INTELLIGENCE,
    "trained_receive_cji": Function.RECEIVE_CJI,
}
"""Evidence code to the function the asker's post holder must be eligible for."""


UNKNOWN_ORIGIN: Final = "unknown-agency"


@dataclass(frozen=True, slots=True)
class Recorded:
    """An ask this asker made before under the same key."""

    ask_id: UUID
    body_digest: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The agencies and posts a chunk speaks of, by what the asks call them."""

    asker: AgencyFacts
    holders: Mapping[str, AgencyFacts]
    posts: Mapping[str, PostFacts]
    own_post: PostFacts
    agreements: frozenset[str]
    vouched: frozenset[str]


def read_roster(asks: Iterable[Ask], by: Actor, stamps: Stamps | None = None) -> Roster:
    """Read the asker, its posts, the holders named by code or ORI, and which agreements named are the asker's.

    With `stamps` what was read before from the directory is not read again until it changes.
    """
    asks = list(asks)
    asker = kept(stamps, ("directory",), ("agency", by.agency_id), lambda: directory.get_agency(by.agency_id))
    holders = kept_many(stamps, ("directory",), "holder", {ask.holder for ask in asks}, _find_holders)
    posts = kept(
        stamps,
        ("directory",),
        ("posts", by.agency_id),
        lambda: {post.code: post for post in directory.list_posts_of(by.agency_id)},
    )
    own = next((post for post in posts.values() if post.id == by.post_id), None) or directory.get_post(by.post_id)
    codes = {ask.agreement for ask in asks if ask.agreement}
    agreements = frozenset(one.code for one in list_agreements()) if codes else frozenset()
    return Roster(asker, holders, posts, own, agreements, by.vouched)


def _find_holders(names: Collection[str]) -> dict[str, AgencyFacts]:
    """Return the agencies by what asks call them: a code, or an ORI in any case."""
    agencies = directory.find_agencies(names=names)
    called = {one.ori: one for one in agencies if one.ori} | {one.code: one for one in agencies}
    found = {name: called.get(name) or called.get(name.strip().upper()) for name in names}
    return {name: agency for name, agency in found.items() if agency is not None}


def name_ask(ask: Ask, roster: Roster, keys: KeyRing) -> Named | tuple[Fault, ...]:
    """Resolve an ask's parties and post, or say which of them the directory does not know."""
    faults = []
    holder = roster.holders.get(ask.holder)
    if holder is None:
        faults.append(
            Fault(
                "holder", f"no agency `{ask.holder}`", "use its code or ORI; the directory lists both", code="unknown"
            )
        )
    elif holder.id == roster.asker.id:
        faults.append(Fault("holder", "is the asker itself", "name the agency that holds the record"))
    if ask.agreement and ask.agreement not in roster.agreements:
        remedy = _one_of(roster.agreements)
        faults.append(Fault("agreement", f"no agreement `{ask.agreement}` of yours", remedy, code="unknown"))
    post = roster.posts.get(ask.post) if ask.post else roster.own_post
    if ask.post and roster.own_post.function is not PostFunction.INTERFACE and ask.post != roster.own_post.code:
        message = f"is not yours: your key speaks for `{roster.own_post.code}`"
        faults.append(Fault("post", message, "leave it out, or use the key of that post"))
    elif post is None:
        remedy = _one_of(roster.posts)
        faults.append(Fault("post", f"your agency has no post `{ask.post}`", remedy, code="unknown"))
    if holder is None or post is None or faults:
        return tuple(faults)
    key = reference_key(keys, holder_id=holder.id, category=ask.category, reference=ask.reference)
    return Named(
        new_id(),
        ask,
        roster.asker,
        holder,
        post,
        key,
        body_digest(keys, asker_id=roster.asker.id, ask=ask),
        roster.vouched,
    )


def _one_of(codes: Iterable[str]) -> str:
    return f"leave it out, or use one of: {', '.join(sorted(codes))}" if codes else "leave it out"


def body_digest(keys: KeyRing, *, asker_id: UUID, ask: Ask) -> str:
    """Return the keyed digest (hex) of everything asked: it tells a retry from another ask, and a guesser nothing."""
    return keys.blind(f"exchange/ask/{asker_id}", ask.digest()).hex()


def reference_key(keys: KeyRing, *, holder_id: UUID, category: str, reference: str) -> str:
    """Return the blind index (hex) of a reference at a holder in a category: equal references, equal keys, no more."""
    return keys.blind(f"exchange/{holder_id}/{category}", reference.strip()).hex()


def recorded_of(asker_id: UUID, ask_keys: Collection[str]) -> Query:
    """Return the reading of the asks this asker already made under these keys, for `recorded_from`."""
    source = "exchange_ask WHERE asker_id = %s AND ask_key = ANY(%s)"
    return Query("ask_key, id, body_digest", source, (asker_id, list(ask_keys)), tuple[str, UUID, str])


def recorded_from(rows: Iterable[tuple[Any, ...]]) -> dict[str, Recorded]:
    """Return the asks that `recorded_of` found, by key."""
    return {key: Recorded(ask_id, digest) for key, ask_id, digest in rows}


def read_recorded(cursor: CursorWrapper, asker_id: UUID, ask_keys: Collection[str]) -> dict[str, Recorded]:
    """Return the asks this asker already made under these keys."""
    return recorded_from(read_together(cursor, recorded_of(asker_id, ask_keys))[0])


_RecordRow = tuple[UUID, str, str, UUID, UUID, UUID | None, frozenset[str], frozenset[str], UUID, datetime]


def records_of(named: Sequence[Named]) -> Query:
    """Return the reading of the latest version of each record the asks name, for `records_from`.

    The only one that looks for a record on an asker's behalf: it needs the exact keyed reference. It reads as the
    gate, in a database function that is the gate's window.
    """
    return Query(
        "holder_id, category, reference_key, id, subject_handle, origin_id, marks, evidence, payload_item,"
        " validated_at",
        "exchange_records_named(%s::uuid[], %s::text[], %s::text[])",
        ([n.holder.id for n in named], [n.ask.category for n in named], [n.reference_key for n in named]),
        _RecordRow,
    )


Records = Mapping[tuple[UUID, str, str], RecordFacts]
"""Records by (holder, category, reference key)."""


def records_from(rows: Sequence[tuple[Any, ...]]) -> Records:
    """Return the records that `records_of` found."""
    named_origins = {row[5] for row in rows if row[5]}
    origins = directory.list_agencies(named_origins) if named_origins else {}
    return {(row[0], row[1], row[2]): _record(row, origins) for row in rows}


def read_records(cursor: CursorWrapper, named: Sequence[Named]) -> Records:
    """Return the latest version of each record the asks name."""
    return records_from(read_together(cursor, records_of(named))[0])


def _record(row: tuple[Any, ...], origins: Mapping[UUID, AgencyFacts]) -> RecordFacts:
    _, _, _, record_id, handle, origin_id, marks, evidence, payload, validated_at = row
    origin = origins.get(origin_id)
    return RecordFacts(
        id=record_id,
        subject_handle=handle,
        # An origin the directory does not know is still another agency's: limits on passing on must not vanish.
        origin=origin.code if origin else "" if origin_id is None else UNKNOWN_ORIGIN,
        origin_state=origin.state if origin else "",
        marks=marks,
        evidence=evidence,
        payload_item=payload,
        validated_at=validated_at,
        origin_tenant=tenant_of(origin),
    )


def tenant_of(origin: AgencyFacts | None) -> UUID | None:
    """Return the agency a record came from where it is a tenant of this node: only then can it be told here."""
    return origin.id if origin is not None and origin.hosting is Hosting.HERE else None


Agreements = Mapping[PairIds, tuple[LiveAgreement, ...]]
"""What bears on each pair of holder and asker."""


def read_standing(cursor: CursorWrapper, named: Sequence[Named], now: datetime) -> dict[UUID, Standing]:
    """Return, per ask id, the agreements that bear on it (rows locked FOR SHARE) and its post holder's training."""
    return standing_of(named, lock_agreements(cursor, pairs_of(named)), now)


def preview_standing(cursor: CursorWrapper, named: Sequence[Named], now: datetime) -> dict[UUID, Standing]:
    """Return the same without locks: for previews, where nothing leaves."""
    return standing_of(named, list_live_agreements(cursor, pairs_of(named)), now)


def pairs_of(named: Iterable[Named]) -> set[PairIds]:
    """Return the pairs of holder and asker."""
    return {(n.holder.id, n.asker.id) for n in named}


def standing_of(
    named: Sequence[Named], agreements: Agreements, now: datetime, stamps: Stamps | None = None
) -> dict[UUID, Standing]:
    """Return, per ask id, the agreements that bear on it, its post holder's training and the law's settings."""
    posts = {n.post.id for n in named}
    judged = list_post_eligibility(post_ids=posts, functions=set(TRAINED.values()), at=now, stamps=stamps)
    trained = {
        post: frozenset(code for code, function in TRAINED.items() if isinstance(judged[post, function], Eligible))
        for post in posts
    }
    bearing = {n.id: agreements[n.holder.id, n.asker.id] for n in named}
    covered = _covered(named, bearing, now)
    settings = get_setting_codes(now, stamps=stamps)
    return {
        n.id: Standing(
            agreements=bearing[n.id],
            in_force=is_in_force(bearing[n.id], now),
            covered=not covered[_about(n)].isdisjoint(n.ask.elements),
            named_in_force=_is_named_in_force(n, bearing[n.id], now),
            trained=trained[n.post.id],
            untrained=frozenset(TRAINED) - trained[n.post.id],
            shown=settings,
        )
        for n in named
    }


def _is_named_in_force(named: Named, agreements: tuple[LiveAgreement, ...], now: datetime) -> bool:
    """Tell whether the agreement the ask names is in force between the two; every one bears on it all the same."""
    under = named.ask.agreement
    return not under or is_in_force(tuple(live for live in agreements if live.code == under), now)


def between_of(named: Named, origin_state: str = "") -> Between:
    """Return the pair of a decision and the states involved."""
    holder, asker = named.holder, named.asker
    return Between(holder.code, asker.code, holder.state, asker.state, origin_state)


def _about(named: Named) -> tuple[Between, str, str]:
    return between_of(named), named.ask.purpose, named.ask.category


def _covered(
    named: Sequence[Named], bearing: Mapping[UUID, tuple[LiveAgreement, ...]], now: datetime
) -> dict[tuple[Between, str, str], frozenset[str]]:
    """Return the elements covered, found once for asks of one pair, purpose and category."""
    about = {_about(n): bearing[n.id] for n in named}
    return {
        (between, purpose, category): covered_elements(
            agreements=agreements, between=between, purpose=purpose, category=category, at=now
        )
        for (between, purpose, category), agreements in about.items()
    }
