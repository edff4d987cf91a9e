"""What is kept of reference tables, and that every write to one of them ends it."""

import pytest

from comity.config.node import Role
from comity.spine.tenancy import stamps
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.stamps import STAMPS_AS_TEXT, kept, kept_many, stamps_from
from comity.spine.tenancy.transaction import acting

WRITES = {
    "directory": (
        "UPDATE directory_agency SET name = name || ' '",
        "UPDATE directory_post SET title = title || ' '",
        "UPDATE directory_holding SET kind = kind",
        "UPDATE directory_officer SET reference = reference || '1'",
    ),
    "law": (
        "INSERT INTO law_in_force SELECT * FROM law_in_force WHERE false",
        "INSERT INTO law_release SELECT * FROM law_release WHERE false",
    ),
    "training": (
        "UPDATE training_course SET title = title || ' '",
        "UPDATE training_requirement SET source = source || ' '",
        "INSERT INTO training_credential SELECT * FROM training_credential WHERE false",
        "INSERT INTO training_revocation SELECT * FROM training_revocation WHERE false",
    ),
}


def read_stamps(cursor):
    cursor.execute(STAMPS_AS_TEXT)
    return stamps_from(cursor.fetchone()[0], cursor)


def now_stamped():
    with acting(node_actor(Duty.STEWARD)) as cursor:
        return read_stamps(cursor).values


@pytest.mark.parametrize(("group", "write"), [(group, one) for group, many in WRITES.items() for one in many])
def test_a_write_replaces_the_stamp_of_its_group_and_no_other(demo, group, write) -> None:
    before = now_stamped()
    with demo.connect(Role.OWNER) as owner:
        owner.execute(write)
    after = now_stamped()
    assert {name for name in before if before[name] != after[name]} == {group}


def test_a_write_that_is_rolled_back_leaves_the_stamp(demo) -> None:
    before = now_stamped()
    with demo.connect(Role.OWNER) as owner:
        owner.execute("BEGIN")
        owner.execute(WRITES["directory"][0])
        owner.execute("ROLLBACK")
    assert now_stamped() == before


def test_an_ask_cannot_replace_a_stamp(demo) -> None:
    with pytest.raises(Exception, match="permission denied"), acting(node_actor(Duty.STEWARD)) as cursor:
        cursor.execute("UPDATE tenancy_stamp SET value = gen_random_uuid()")


@pytest.fixture
def forgetful(monkeypatch):
    monkeypatch.setattr(stamps, "_kept", {})


def reader(demo, groups):
    """A reader of words that notes what it was asked for; knows every word but `unknown`."""
    asked = []

    def read(*words):
        def found(missing):
            asked.append(sorted(missing))
            return {word: word.upper() for word in missing if word != "unknown"}

        with acting(node_actor(Duty.STEWARD)) as cursor:
            return kept_many(read_stamps(cursor), groups, "word", words, found)

    return asked, read


def test_what_was_read_is_kept_while_its_stamps_stay(demo, forgetful) -> None:
    asked, read = reader(demo, ("directory", "law"))
    assert [read("one"), read("one", "two"), read("two")] == [
        {"one": "ONE"},
        {"one": "ONE", "two": "TWO"},
        {"two": "TWO"},
    ]
    assert asked == [["one"], ["two"]]
    with demo.connect(Role.OWNER) as owner:
        owner.execute(WRITES["training"][0])
    assert read("one") == {"one": "ONE"}
    assert len(asked) == 2
    with demo.connect(Role.OWNER) as owner:
        owner.execute(WRITES["directory"][0])
    assert read("one") == {"one": "ONE"}
    assert asked[2:] == [["one"]]


def test_what_is_not_there_is_asked_for_again(demo, forgetful) -> None:
    asked, read = reader(demo, ("directory",))
    assert [read("unknown"), read("unknown")] == [{}, {}]
    assert asked == [["unknown"], ["unknown"]]


def test_what_changed_while_it_was_read_is_not_kept(demo, forgetful) -> None:
    def changing():
        with demo.connect(Role.OWNER) as owner:
            owner.execute(WRITES["directory"][0])
        return "between"

    with acting(node_actor(Duty.STEWARD)) as cursor:
        old = read_stamps(cursor)
        assert kept(old, ("directory",), "thing", changing) == "between"
        assert kept(old, ("directory",), "thing", lambda: "again") == "again"


def test_too_much_is_let_go_of(demo, forgetful, monkeypatch) -> None:
    monkeypatch.setattr(stamps, "_LIMIT", 3)
    asked, read = reader(demo, ("directory",))
    read("a", "b", "c")
    assert read("d") == {"d": "D"}
    assert read("a") == {"a": "A"}
    assert asked == [["a", "b", "c"], ["d"], ["a"]]


def test_without_stamps_it_is_read_every_time() -> None:
    assert kept(None, ("directory",), "thing", lambda: "anew") == "anew"
