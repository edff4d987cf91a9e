"""What is kept of reference tables, and that every write to one of them ends it."""

import pytest

from comity.config.node import Role
from comity.spine.tenancy import stamps
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.stamps import kept, read_stamps
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


def now_stamped():
    with acting(node_actor(Duty.STEWARD)) as cursor:
        return read_stamps(cursor)


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


def test_what_was_read_is_kept_while_its_stamps_stay(demo, monkeypatch) -> None:
    monkeypatch.setattr(stamps, "_kept", {})
    reads = []

    def read(word):
        return kept(now_stamped(), ("directory", "law"), "key", lambda: reads.append(word) or word)

    assert [read("first"), read("second")] == ["first", "first"]
    with demo.connect(Role.OWNER) as owner:
        owner.execute(WRITES["training"][0])
    assert read("third") == "first"
    with demo.connect(Role.OWNER) as owner:
        owner.execute(WRITES["directory"][0])
    assert read("fourth") == "fourth"
    assert kept(None, ("directory",), "key", lambda: "unstamped") == "unstamped"
