"""What the database says of its own accord is a sentence too, whether Django wrapped it or not."""

import django.db
import psycopg
import pytest

from comity.doors.cli.faults import mistake_of
from comity.doors.cli.mistakes import DATABASE_GONE, NOT_WELL, UNUSABLE


@pytest.mark.parametrize("source", [django.db, psycopg])
def test_database_errors_are_told_alike_wrapped_or_not(source):
    assert mistake_of(source.OperationalError("gone")) is DATABASE_GONE
    assert mistake_of(source.InterfaceError("closed")) is DATABASE_GONE
    race = mistake_of(source.IntegrityError("duplicate key of Ana Example"))
    unfit = mistake_of(source.DataError("value of Ana Example"))
    assert race is not None
    assert unfit is not None
    assert (race.exit_code, unfit.exit_code) == (NOT_WELL, UNUSABLE)
    for told in (race, unfit):
        assert told.remedy
        assert "Ana" not in told.message + told.remedy


def test_subclasses_a_bulk_insert_raises_are_told_too():
    assert mistake_of(psycopg.errors.UniqueViolation("x")) is not None
    assert mistake_of(psycopg.errors.NumericValueOutOfRange("x")) is not None
    assert mistake_of(psycopg.errors.AdminShutdown("x")) is DATABASE_GONE
    full = mistake_of(psycopg.errors.DiskFull("x"))
    assert full is not None
    assert "no room left" in full.message


def test_what_nobody_foresaw_passes_through():
    assert mistake_of(RuntimeError("x")) is None
