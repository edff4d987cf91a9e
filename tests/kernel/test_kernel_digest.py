"""Digests of rows and of a record's elements."""

from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from comity.kernel import digest
from comity.kernel.canonical import plain

SALT = bytes(range(16))
columns = st.text("abcdefghij_", min_size=1)
rows = st.dictionaries(columns, st.none() | st.integers(0, 9) | st.text("xyz"))
records = st.dictionaries(columns, st.text(st.characters(exclude_categories=["Cs"])), min_size=1)


def rooted(values: dict[str, str], salts: dict[str, bytes]) -> str:
    return digest.element_root(digest.element_digests(salts, values))


def test_a_row_is_digested_over_its_salt_and_its_canonical_form() -> None:
    row = {"id": UUID(int=7), "at": datetime(2026, 11, 22, tzinfo=UTC)}
    text = b'{"at":"2026-11-22T00:00:00.000000Z","id":"00000000-0000-0000-0000-000000000007"}'
    assert digest.row_digest(SALT, row) == sha256(SALT + text).hexdigest()


@given(rows, st.sets(columns))
def test_a_column_that_is_null_leaves_no_trace(row: dict[str, object], added: set[str]) -> None:
    later = dict.fromkeys(added) | row  # a later migration adds columns; old rows have NULL in them
    assert digest.row_digest(SALT, later) == digest.row_digest(SALT, row)


@given(rows)
def test_a_row_made_plain_before_has_the_same_digest(row: dict[str, object]) -> None:
    made = digest.PlainRow({name: plain(value) for name, value in row.items()})
    assert digest.row_digest(SALT, made) == digest.row_digest(SALT, row)


@given(rows, columns, st.integers(10, 99))
def test_a_changed_column_changes_the_digest(row: dict[str, object], column: str, value: int) -> None:
    assert digest.row_digest(SALT, row | {column: value}) != digest.row_digest(SALT, row)


@given(rows)
def test_the_same_row_under_another_salt_cannot_be_recognized(row: dict[str, object]) -> None:
    assert digest.row_digest(digest.new_salt(), row) != digest.row_digest(digest.new_salt(), row)


def test_a_salt_is_128_bits_and_never_the_same() -> None:
    salts = {digest.new_salt() for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {16}


@given(records, st.data())
def test_one_changed_element_changes_the_root(values: dict[str, str], data: st.DataObject) -> None:
    salts = {name: digest.new_salt() for name in values}
    changed = data.draw(st.sampled_from(sorted(values)))
    assert rooted(values | {changed: values[changed] + "."}, salts) != rooted(values, salts)


@given(records, st.data())
def test_an_element_left_out_changes_the_root(values: dict[str, str], data: st.DataObject) -> None:
    salts = {name: digest.new_salt() for name in values}
    left_out = data.draw(st.sampled_from(sorted(values)))
    assert rooted({name: text for name, text in values.items() if name != left_out}, salts) != rooted(values, salts)


@given(records, st.data())
def test_one_element_can_be_shown_without_the_others(values: dict[str, str], data: st.DataObject) -> None:
    salts = {name: digest.new_salt() for name in values}
    known = digest.element_digests(salts, values)
    shown = data.draw(st.sampled_from(sorted(values)))
    rebuilt = known | digest.element_digests({shown: salts[shown]}, {shown: values[shown]})
    assert digest.element_root(rebuilt) == digest.element_root(known)


def test_equal_values_of_two_elements_do_not_show_as_equal() -> None:
    salts = {"home_address": SALT, "work_address": SALT}
    digests = digest.element_digests(salts, {"home_address": "same", "work_address": "same"})
    assert digests["home_address"] != digests["work_address"]


def test_the_root_is_the_digest_of_the_canonical_map() -> None:
    assert digest.element_root({"b": "2", "a": "1"}) == digest.sha256(b'{"a":"1","b":"2"}').hex()
