"""Canonical JSON: the same bytes as an independent implementation of RFC 8785, and nothing that has two texts."""

from collections import UserDict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.canonical import NotCanonicalError, canonical, encode_plain, plain

LIMIT = 2**53
texts = st.text(st.characters(exclude_categories=["Cs"]))
"""Any text UTF-8 can carry: control characters, quotes, what lies beyond the basic plane."""
keys = st.text(st.characters(max_codepoint=127))
scalars = st.none() | st.booleans() | st.integers(-(LIMIT - 1), LIMIT - 1) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=30)
beyond = st.integers(min_value=LIMIT + 1) | st.integers(max_value=-LIMIT - 1)


@given(values)
def test_the_canonical_form_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_encoding_plain_values_gives_their_canonical_form(value: Any) -> None:
    assert plain(value) == value
    assert encode_plain(plain(value)) == canonical(value)


@given(st.dictionaries(keys, values))
def test_the_order_in_which_a_row_was_built_does_not_show(row: dict[str, Any]) -> None:
    assert canonical(dict(reversed(list(row.items())))) == canonical(row)


@given(st.floats() | beyond | st.decimals() | st.complex_numbers())
def test_a_number_without_one_text_is_refused(number: object) -> None:
    for value in (number, [number], {"n": {"n": (number,)}}):
        with pytest.raises(NotCanonicalError):
            canonical(value)


@pytest.mark.parametrize("value", [LIMIT, -LIMIT])
def test_the_largest_integers_are_written_in_full(value: int) -> None:
    assert canonical(value) == str(value).encode()


@given(texts.filter(lambda text: not text.isascii()))
def test_a_key_outside_ascii_is_refused(key: str) -> None:
    with pytest.raises(NotCanonicalError, match="ASCII"):
        canonical({"row": {key: 1}})


@pytest.mark.parametrize("key", [1, None, b"name", UUID(int=1)])
def test_a_key_that_is_no_text_is_refused(key: object) -> None:
    with pytest.raises(NotCanonicalError):
        canonical({key: 1})


def test_what_comity_records_has_one_text_each() -> None:
    at = datetime(2026, 11, 22, 1, 2, 3, 4, tzinfo=UTC)
    assert plain([UUID(int=1), at, date(2026, 7, 4), b"\x00\xff"]) == [
        "00000000-0000-0000-0000-000000000001",
        "2026-11-22T01:02:03.000004Z",
        "2026-07-04",
        "00ff",
    ]
    assert plain(UserDict(elements=("b", "a"))) == {"elements": ["b", "a"]}


@given(st.lists(texts | st.integers(0, 9), unique=True))
def test_a_set_has_one_order_whatever_order_it_was_built_in(members: list[str | int]) -> None:
    assert canonical(set(members)) == canonical(frozenset(reversed(members)))
    assert set(plain(set(members))) == set(members)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [object(), Decimal(1), 1.0, {"a": object}])
def test_an_unknown_kind_is_refused_by_name(value: object) -> None:
    with pytest.raises(NotCanonicalError, match="no canonical form for a `"):
        canonical(value)


@given(value=st.uuids(), text=st.text())
def test_an_id_is_written_as_its_text_whether_made_plain_or_not(value: UUID, text: str) -> None:
    row = {"id": value, "text": text, "reader": None}
    assert encode_plain(row) == canonical(row) == encode_plain(row | {"id": str(value)})
