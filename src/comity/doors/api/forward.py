"""What would help with a refusal, as the API tells it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from comity.coordination.exchange.way_forward import Counterpart, get_counterpart, ways_forward
from comity.doors.api.outcomes import ClassOutcome
from comity.spine.policy.decision import REFUSED, Refuse
from comity.spine.policy.rules import Rule
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import list_agencies_by_code, list_agencies_by_ori
from comity.standing.law.facts import Law

Classes = Mapping[str, ClassOutcome]


class WayForward(msgspec.Struct, frozen=True, kw_only=True):
    """What would help with one refused class.

    `claims`: evidence to state when you ask again; `contact`: the holder's liaison as `agency/post`, empty where this
    node knows none and in the answer to a `POST`: reading the ask names it.
    """

    sensitivity_class: str
    hints: tuple[str, ...]
    claims: tuple[str, ...]
    contact: str


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells what would help with refusals of one holder (code or ORI), under the law in force."""

    holder: str
    law: Law
    language: str

    def at_once(self, classes: Classes) -> tuple[WayForward, ...]:
        """Return what law and catalogue say, nothing read: an answer to an ask does not wait for more."""
        return self._told(classes, (), None)

    def in_full(
        self,
        classes: Classes,
        *,
        by: Actor,
        now: datetime,
        rules: Iterable[Rule] = (),
        asker_id: UUID | None = None,
    ) -> tuple[WayForward, ...]:
        """Return the same with the agreements in force and the holder's liaison; `rules`: the clauses at hand.

        `asker_id`: the agency that asks, that of `by` when left out.
        """
        if not _refused(classes):
            return ()
        with reading(by) as cursor:
            counterpart = get_counterpart(
                cursor, holder=_agency(self.holder), asker_id=asker_id or by.agency_id, at=now
            )
        return self._told(classes, rules, counterpart)

    def _told(self, classes: Classes, rules: Iterable[Rule], counterpart: Counterpart | None) -> tuple[WayForward, ...]:
        found = ways_forward(
            refused=_refused(classes),
            law=self.law,
            rules=(*self.law.rules, *rules),
            holder=self.holder,
            counterpart=counterpart,
            language=self.language,
        )
        return tuple(
            WayForward(sensitivity_class=one.sensitivity_class, hints=one.hints, claims=one.claims, contact=one.contact)
            for one in found
        )


def _refused(classes: Classes) -> dict[str, Refuse]:
    return {name: _refuse(one) for name, one in classes.items() if one.outcome == REFUSED}


def _refuse(one: ClassOutcome) -> Refuse:
    return Refuse(one.reason, one.rules, one.missing, one.unmet)


def _agency(name: str) -> AgencyFacts:
    found = list_agencies_by_code([name]) or list_agencies_by_ori([name])
    return next(iter(found.values()))
