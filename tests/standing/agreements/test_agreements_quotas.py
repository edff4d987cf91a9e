"""Quotas: counted, exhausted, and locked only where an ask can touch them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from agreements_given import NOW, SHARE
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comity.kernel.ids import new_id
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting
from comity.standing.agreements.quotas import Use, lock_quotas, save_quotas
from comity.standing.agreements.selectors import lock_agreements

COURIER = Actor(new_id(), new_id(), Duty.COURIER)
USE = Use("pima-so", "ice-ero-phoenix", SHARE["purposes"][0], SHARE["categories"][0])


def pair_of(sender: object, receiver: object) -> tuple[object, object]:
    return sender.agency_id, receiver.agency_id


def test_a_quota_is_counted_and_then_exhausted(offices, agreed) -> None:
    agreed({**SHARE, "quota_per_day": 2})
    pair = pair_of(offices.pima, offices.ice)
    clause = "agr-mou-1-custody"
    exhausted = []
    for _ in range(2):
        with acting(offices.ice.liaison) as cursor:
            found = lock_agreements(cursor, [pair])[pair]
            book = lock_quotas(cursor, agreements=found, uses=[USE], day=NOW.date())
            exhausted.append(book.take([f"{clause}.custody"]))
            save_quotas(cursor, book)
    assert exhausted == [frozenset(), {clause}]
    with acting(offices.ice.liaison) as cursor:
        found = lock_agreements(cursor, [pair])[pair]
        assert lock_quotas(cursor, agreements=found, uses=[USE], day=NOW.date()).exhausted == {clause}
        book = lock_quotas(cursor, agreements=found, uses=[USE], day=(NOW + timedelta(days=1)).date())
        assert book.exhausted == frozenset()
        save_quotas(cursor, book)


def test_agreements_without_quota_cost_no_query(offices, agreed) -> None:
    agreed()
    pair = pair_of(offices.pima, offices.ice)
    with acting(COURIER), CaptureQueriesContext(connection) as queries, connection.cursor() as cursor:
        found = lock_agreements(cursor, [pair])[pair]
        before = len(queries)
        save_quotas(cursor, lock_quotas(cursor, agreements=found, uses=[USE], day=NOW.date()))
        assert len(queries) == before


@pytest.mark.parametrize("other", [{"purpose": "statistics"}, {"category": "alpr"}, {"receiver": "az-dps"}])
def test_an_ask_no_quota_is_about_locks_none_and_cannot_use_one(offices, agreed, other) -> None:
    agreed({**SHARE, "quota_per_day": 2})
    pair = pair_of(offices.pima, offices.ice)
    with acting(offices.ice.liaison) as cursor:
        found = lock_agreements(cursor, [pair])[pair]
        with CaptureQueriesContext(connection) as queries:
            book = lock_quotas(cursor, agreements=found, uses=[replace(USE, **other)], day=NOW.date())
        assert len(queries) == 0
        with pytest.raises(KeyError):
            book.take(["agr-mou-1-custody.custody"])
