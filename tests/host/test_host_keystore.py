"""The keys a service starts with are tried on what the vault holds."""

import shutil

import pytest
from django.db import connections

from comity.config.node import Role, SettingsError, load
from comity.host.keystore import WrongKeysError, open_fitting_ring
from comity.host.prepare import make_keys
from comity.spine.keys.file_ring import FileKeyRing
from comity.spine.keys.private_file import KeyFileDamagedError, KeyFileExposedError, KeyFileMissingError


@pytest.fixture
def sealed(demo):
    """A node of which a record is sealed, and its settings with a key file of its own."""
    from comity.coordination.exchange.commands.file import NewRecord, file_records

    records = tuple(NewRecord(category="case", reference=f"C-{n}", values={"warrant": "W-9"}) for n in range(8))
    file_records(records=records, by=demo.actor("pima-so"), now=demo.clock(), keys=demo.keys)
    connections.close_all()
    settings = load({"COMITY_HOME": str(demo.folder)})
    shutil.copy(demo.home / "keys.json", settings.key_file)
    return demo, settings


def test_the_keys_of_the_database_are_opened(sealed):
    demo, settings = sealed
    assert open_fitting_ring(settings).master_key_id == demo.keys.master_key_id


def test_the_keys_of_another_node_are_refused_with_the_remedy(sealed):
    _, settings = sealed
    settings.key_file.unlink()
    FileKeyRing.create(settings.key_file)
    with pytest.raises(WrongKeysError, match=f"`{settings.key_file}` does not open .*put back the keys"):
        open_fitting_ring(settings)


def test_one_altered_record_stops_nobody(sealed):
    demo, settings = sealed
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE vault_item SET wrapped_key = '' WHERE id = (SELECT max(id::text)::uuid FROM vault_item)")
    assert open_fitting_ring(settings)


@pytest.mark.parametrize(
    ("break_it", "error"),
    [
        (lambda path: path.unlink(), KeyFileMissingError),
        (lambda path: path.chmod(0o644), KeyFileExposedError),
        (lambda path: path.write_text("garbage"), KeyFileDamagedError),
    ],
)
def test_keys_that_cannot_be_opened_are_refused(sealed, break_it, error):
    _, settings = sealed
    break_it(settings.key_file)
    with pytest.raises(error):
        open_fitting_ring(settings)


def test_a_node_with_records_is_given_no_new_keys(sealed):
    _, settings = sealed
    settings.key_file.unlink()
    with pytest.raises(SettingsError, match="restore the file"):
        make_keys(settings)
    assert not settings.key_file.exists()


@pytest.mark.parametrize("name", ["keys.json", "log-key.json"])
def test_key_files_that_others_can_read_or_that_are_no_key_files_are_told_when_the_node_is_made_ready(
    node, tmp_path, name
):
    settings = load({"COMITY_HOME": str(tmp_path)})
    make_keys(settings)
    path = tmp_path / name
    path.chmod(0o644)
    with pytest.raises(KeyFileExposedError, match=f"chmod 600 {path}"):
        make_keys(settings)
    path.chmod(0o600)
    path.write_text("garbage")
    with pytest.raises(KeyFileDamagedError, match="restore it"):
        make_keys(settings)
