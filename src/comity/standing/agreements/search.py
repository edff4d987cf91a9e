"""Agreements found, ordered and paged by the database. The caller's transaction is used; row-level security applies."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value, When, Window
from django.db.models.functions import JSONObject, Lower

from comity.standing.agreements.due import Due
from comity.standing.agreements.facts import AgreementFacts, PartyFacts
from comity.standing.agreements.models import Agreement, Party, Version
from comity.standing.agreements.selectors import FACTS, agreement_facts, due_under
from comity.standing.agreements.states import COMING, EXPIRED, IN_FORCE, SUSPENDED, TERMINATED
from comity.standing.agreements.vocabulary import AgreementKind, AgreementOrder, PartyRole

_WORDS: Final = {AgreementOrder.TITLE}
"""Orders that go by words, large letters as small ones."""
_PARTIES: Final = ArraySubquery(
    Party.objects.filter(agreement_id=OuterRef("id"))
    .order_by("agency_code")
    .values(one=JSONObject(id="agency_id", code="agency_code", role="role"))
)
_PROVISIONS: Final = Subquery(Version.objects.filter(id=OuterRef("current_version_id")).values("terms__provisions"))
_TOTAL: Final = Window(Count("*"))


def search_agreements(
    *,
    words: Mapping[str, Collection[UUID]],
    standing: str | None,
    kind: AgreementKind | None,
    partner: UUID | None,
    now: datetime,
    order: AgreementOrder,
    is_descending: bool,
    offset: int,
    limit: int,
) -> tuple[list[tuple[AgreementFacts, tuple[Due, ...]]], int]:
    """Return a page of the agreements the session may see, each with what falls due, and how many there are.

    Each of `words` is in the code or the title, or names a party: the agencies it names stand beside it. `standing` is
    as of `now`. None leaves a choice open. Rows of equal rank are ordered by code; what has no date stands last. One
    reading, whatever the page holds (two behind the last page). Raises `UnknownTermError`.
    """
    found = Agreement.objects.annotate(standing_now=_standing(now))
    for word, named in words.items():
        party = Q(party_ids__overlap=list(named)) if named else Q()
        found = found.filter(Q(code__icontains=word) | Q(title__icontains=word) | party)
    if standing is not None:
        found = found.filter(standing_now=standing)
    if kind is not None:
        found = found.filter(kind=kind.value)
    if partner is not None:
        found = found.filter(party_ids__contains=[partner])
    page = _ordered(found, order, is_descending=is_descending).values_list(*FACTS, _PARTIES, _PROVISIONS, _TOTAL)
    rows = list(page[offset : offset + limit])
    listed = []
    for row in rows:
        parties = [PartyFacts(UUID(one["id"]), one["code"], PartyRole(one["role"])) for one in row[-3]]
        facts = agreement_facts(row, parties)
        listed.append((facts, due_under(facts, row[-2], now)))
    if rows or offset == 0:
        return listed, rows[0][-1] if rows else 0
    return [], found.count()


def list_partners() -> list[UUID]:
    """Return all parties to the agreements the session may see."""
    parties = Agreement.objects.annotate(party=Func(F("party_ids"), function="unnest"))
    return list(parties.values_list("party", flat=True).distinct())


def _ordered(found: QuerySet[Agreement], order: AgreementOrder, *, is_descending: bool) -> QuerySet[Agreement]:
    name = "standing_now" if order is AgreementOrder.STANDING else order.value
    rank = Lower(name) if order in _WORDS else F(name)
    if is_descending:
        return found.order_by(rank.desc(nulls_last=True), "-code")
    return found.order_by(rank.asc(nulls_last=True), "code")


def _standing(now: datetime) -> Case:
    """Say in the database what `states.standing_at` says; a test compares the two."""
    return Case(
        When(~Q(state__in=[IN_FORCE, SUSPENDED]), then=F("state")),
        When(notice_ends_at__lte=now, then=Value(TERMINATED)),
        When(ends_at__lte=now, then=Value(EXPIRED)),
        When(state=IN_FORCE, starts_at__gt=now, then=Value(COMING)),
        default=F("state"),
        output_field=TextField(),
    )
