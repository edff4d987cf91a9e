"""The host's verification tries the payload keys with the key file of the home folder."""

import shutil

import pytest
from django.db import connections

from comity.config.node import Role, load
from comity.host.ledger import verify_ledger


@pytest.fixture
def lodged(demo):
    from comity.coordination.exchange.commands.file import NewRecord, file_records

    record = NewRecord(category="case", reference="C-1", values={"warrant": "W-9"})
    file_records(records=(record,), by=demo.actor("pima-so"), now=demo.clock(), keys=demo.keys)
    demo.sequence()
    connections.close_all()
    return demo


def settings_of(node):
    return load({"COMITY_HOME": str(node.folder)})


def test_a_changed_payload_key_is_named_and_the_keys_tried_are_counted(lodged):
    shutil.copy(lodged.home / "keys.json", lodged.folder / "keys.json")
    sound = verify_ledger(settings_of(lodged))
    assert sound.is_sound, sound.lines
    assert "1 payload keys" in sound.summary
    with lodged.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE vault_item SET wrapped_key = ''")
    found = verify_ledger(settings_of(lodged))
    assert not found.is_sound
    assert [line.split("/")[0] for line in found.lines] == ["payload key changed: vault_item"]


def test_without_a_usable_key_file_the_rest_is_verified(lodged):
    assert verify_ledger(settings_of(lodged)).is_sound
    (lodged.folder / "keys.json").write_text("{}")
    (lodged.folder / "keys.json").chmod(0o600)
    told = verify_ledger(settings_of(lodged))
    assert told.is_sound
    assert told.lines[0].startswith("payload keys were not tried: ")
    assert "payload keys" not in told.summary
