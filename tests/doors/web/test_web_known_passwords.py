"""The offline list of leaked passwords: found by halving, wherever in the list they stand."""

import hashlib

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from comity.doors.web.signin.known import KnownPasswords, KnownPasswordsError


def listed(passwords):
    hashes = sorted(hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in passwords)
    return "".join(f"{one}:{number}\r\n" for number, one in enumerate(hashes))


def is_known(path, password):
    try:
        KnownPasswords(str(path)).validate(password)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("end", ["\n", "\r\n", ":7\n", ":123456\r\n"])
@pytest.mark.parametrize("is_last_ended", [True, False])
def test_each_of_a_list_is_found_and_nothing_else(tmp_path, end, is_last_ended):
    passwords = [f"a leaked sentence {number}" for number in range(257)]
    hashes = sorted(hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in passwords)
    text = end.join(hashes) + (end if is_last_ended else "")
    path = tmp_path / "list"
    path.write_bytes(text.encode())
    assert all(is_known(path, one) for one in passwords)
    assert not any(is_known(path, f"a sentence of one's own {number}") for number in range(257))


@given(st.sets(st.text(max_size=12), min_size=1, max_size=40), st.text(max_size=12))
def test_whatever_is_in_the_list_is_found(tmp_path_factory, passwords, other):
    path = tmp_path_factory.mktemp("known") / "list"
    path.write_text(listed(passwords), newline="")
    assert all(is_known(path, one) for one in passwords)
    assert is_known(path, other) == (other in passwords)


def test_a_file_that_is_no_such_list_is_no_silence(tmp_path):
    path = tmp_path / "list"
    path.write_text("password\nsecret\n")
    with pytest.raises(KnownPasswordsError):
        is_known(path, "whatever")
