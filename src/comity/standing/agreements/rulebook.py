"""Law and clauses joined: the rules one decision between two agencies is made under. Pure but for its caches.

Nothing here reads the database: `live` found the agreements, `law` is what is in force.
"""

from collections import OrderedDict
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import msgspec

from comity.spine.policy.rules import Rule
from comity.spine.policy.slices import RuleSlice, SliceCache, make_slice, rules_between
from comity.standing.agreements.compile import Compiled, compile_terms, unreadable, unreadable_bound
from comity.standing.agreements.facts import Hold, LiveAgreement
from comity.standing.agreements.law_in_force import LawInForce, current_vocabulary
from comity.standing.agreements.live import stored_digest
from comity.standing.agreements.terms import Share, Terms, UnknownTermError, Vocabulary, check_terms, read_terms

_KEPT_VERSIONS: Final = 8192


class AlteredTermsError(ValueError):
    """A stored version does not have the digest its parties signed."""


class Between(msgspec.Struct, frozen=True):
    """The two agencies of a decision and the states involved (two letters, "" for none); agencies by code."""

    sender: str
    receiver: str
    sender_state: str
    receiver_state: str
    origin_state: str = ""

    @property
    def states(self) -> frozenset[str]:
        """The states whose law can matter."""
        return frozenset({self.sender_state, self.receiver_state, self.origin_state} - {""})


_slices = SliceCache(4096)
_read: dict[str, Terms] = {}
_compiled: OrderedDict[tuple[str, str], Compiled] = OrderedDict()


def build_slice(*, law: LawInForce, agreements: Collection[LiveAgreement], between: Between, at: datetime) -> RuleSlice:
    """Return the rules of law and agreements for the pair at the instant, from the cache where they were made before.

    Of `agreements` (as `live` returns them for the pair) those in force at `at` bind and permit; limits on passing on
    bind whatever became of their agreement. A version whose terms are unknown to the vocabulary, or altered, becomes a
    refusal between the pair, until it is mended. Kept by law, pair, states, day (UTC) and the versions' digests.
    """
    valid = _binding(agreements, at)
    day = at.astimezone(UTC).date()
    vocabulary = current_vocabulary()
    named = tuple(sorted([(live.digest, live.hold) for live in valid]))
    key = (law.digest, vocabulary.digest, between, day, named)
    kept = _slices.get(key)
    if kept is not None:
        return kept
    compiled = [(live, _compile_once(live, vocabulary)) for live in valid]
    pool = rules_between(law.rules, sender=between.sender, receiver=between.receiver, states=between.states)
    chosen = {rule.id: rule for rule in pool}
    for live, version in compiled:
        chosen |= {rule.id: rule for rule in _clauses(live, version, between)}
    made = make_slice(rule for rule in chosen.values() if rule.in_force_on(day))
    if any(isinstance(version, str) for _, version in compiled):
        return made
    return _slices.keep(key, made)


def covered_elements(
    *, agreements: Collection[LiveAgreement], between: Between, purpose: str, category: str, at: datetime
) -> frozenset[str]:
    """Return the elements some clause in force would let the sender send for this purpose and category.

    By type alone: excluded subjects, quotas, training and approvals are the gate's to weigh.
    """
    pair, day, vocabulary = (between.sender, between.receiver), at.astimezone(UTC).date(), current_vocabulary()
    found: set[str] = set()
    for live in _binding(agreements, at):
        if live.hold is Hold.BETWEEN and isinstance(_compile_once(live, vocabulary), Compiled):
            found.update(
                element
                for clause in _read_once(live).clauses
                if isinstance(clause, Share) and pair in clause.pairs and clause.in_force_on(day)
                if purpose in clause.purposes and category in clause.categories
                for element in clause.elements
            )
    return frozenset(found)


def _read_once(live: LiveAgreement) -> Terms:
    """Return the terms of a version that compiled, which is kept by its digest; so are they."""
    found = _read.get(live.digest)
    if found is None:
        found = read_terms(live.terms)
        if len(_read) >= _KEPT_VERSIONS:
            _read.clear()
        _read[live.digest] = found
    return found


def _binding(agreements: Collection[LiveAgreement], at: datetime) -> tuple[LiveAgreement, ...]:
    return tuple([live for live in agreements if live.hold is Hold.ONWARD or live.is_in_force_at(at)])


def read_version(live: LiveAgreement, vocabulary: Vocabulary) -> Compiled:
    """Compile a version as stored; raise `AlteredTermsError` or `UnknownTermError` where it cannot be used."""
    if stored_digest(live) != live.digest:
        raise AlteredTermsError(
            f"version {live.number} of `{live.code}` is not what its parties signed; restore it from a verified backup"
        )
    terms = read_terms(live.terms)
    check_terms(terms, vocabulary=vocabulary, parties=live.parties)
    return compile_terms(terms, source=live.source)


def _clauses(live: LiveAgreement, version: Compiled | str, between: Between) -> tuple[Rule, ...]:
    pair = (between.sender, between.receiver)
    match version:
        case Compiled() as compiled:
            bounds = compiled.bounds_on(between.sender)
            return compiled.between.get(pair, ()) if live.hold is Hold.BETWEEN else bounds
        case says if live.hold is Hold.BETWEEN:
            return (unreadable(source=live.source, pair=pair, says=says),)
        case says:
            return (unreadable_bound(source=live.source, sender=between.sender, says=says),)


def _compile_once(live: LiveAgreement, vocabulary: Vocabulary) -> Compiled | str:
    """Return the compiled version, or the key of the text that says why it cannot be used (that is not kept)."""
    key = (live.digest, vocabulary.digest)
    found = _compiled.get(key)
    if found is not None:
        with suppress(KeyError):  # another thread may have let go of it meanwhile
            _compiled.move_to_end(key)
        return found
    try:
        found = read_version(live, vocabulary)
    except UnknownTermError:
        return "agr.unreadable"
    except AlteredTermsError:
        return "agr.altered"
    _compiled[key] = found
    if len(_compiled) > _KEPT_VERSIONS:
        _compiled.popitem(last=False)
    return found
