"""What a decision is made from: codes only, nothing optional, nothing personal.

Evidence is three-valued without being optional: a code in `met` was shown, a code in `unmet` was shown to be false,
a code in neither is missing. A rule can therefore never stumble over an absent attribute.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from comity.kernel.canonical import Json


class Party(msgspec.Struct, frozen=True):
    """An agency as rules see it: its code, kind, two-letter state ("" for none) and powers."""

    code: str
    kind: str
    state: str
    powers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything one decision may depend on.

    `asked` maps each sensitivity class to the elements asked for in it. `origin` is the code of the agency a record
    came from ("" when the sender's own or unknown), `origin_state` its state. `marks` are the record's, empty while
    only types are known. `exhausted` names the clauses whose quota is used up.
    """

    act: str
    sender: Party
    receiver: Party
    purpose: str
    category: str
    asked: tuple[tuple[str, tuple[str, ...]], ...]
    marks: frozenset[str] = frozenset()
    origin: str = ""
    origin_state: str = ""
    met: frozenset[str] = frozenset()
    unmet: frozenset[str] = frozenset()
    exhausted: frozenset[str] = frozenset()

    def as_plain(self) -> Json:
        """Return the facts as canonical JSON values: what the vault keeps and `replay` reads."""
        return {
            "act": self.act,
            "asked": {name: [*elements] for name, elements in self.asked},
            "category": self.category,
            "exhausted": _sorted(self.exhausted),
            "marks": _sorted(self.marks),
            "met": _sorted(self.met),
            "origin": self.origin,
            "origin_state": self.origin_state,
            "purpose": self.purpose,
            "receiver": _party_plain(self.receiver),
            "sender": _party_plain(self.sender),
            "unmet": _sorted(self.unmet),
        }


def _party_plain(party: Party) -> Json:
    return {"code": party.code, "kind": party.kind, "powers": _sorted(party.powers), "state": party.state}


def _sorted(codes: frozenset[str]) -> Json:
    return [*sorted(codes)]


class UnreadableFactsError(ValueError):
    """Stored facts are not of the form `Facts.as_plain` writes."""


class _Stored(msgspec.Struct):
    """Facts as `Facts.as_plain` writes them."""

    act: str
    asked: dict[str, tuple[str, ...]]
    category: str
    exhausted: frozenset[str]
    marks: frozenset[str]
    met: frozenset[str]
    origin: str
    origin_state: str
    purpose: str
    receiver: Party
    sender: Party
    unmet: frozenset[str]


_STORED: Final = msgspec.json.Decoder(_Stored)


def facts_from_plain(value: object) -> Facts:
    """Return the facts that `Facts.as_plain` wrote; raise `UnreadableFactsError` for anything else."""
    try:
        return _facts(msgspec.convert(value, _Stored))
    except msgspec.ValidationError as error:
        raise UnreadableFactsError(f"stored facts lack or misstate something: {error}") from error


def facts_from_text(text: bytes) -> Facts:
    """Return the same from its JSON."""
    try:
        return _facts(_STORED.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableFactsError(f"stored facts lack or misstate something: {error}") from error


def _facts(stored: _Stored) -> Facts:
    return Facts(
        act=stored.act,
        sender=stored.sender,
        receiver=stored.receiver,
        purpose=stored.purpose,
        category=stored.category,
        asked=tuple(sorted(stored.asked.items())),
        marks=stored.marks,
        origin=stored.origin,
        origin_state=stored.origin_state,
        met=stored.met,
        unmet=stored.unmet,
        exhausted=stored.exhausted,
    )
