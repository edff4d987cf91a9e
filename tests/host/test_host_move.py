"""From the key file into a token: nothing is ever half, whenever the command is killed, and the old keys can go."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connections
from host_tokens import add_token, make_token, run

from comity.config.node import Role
from comity.host.start import held
from comity.spine.keys.file_ring import FileKeyRing

RECORDS = 12
COMMAND = "import sys; from comity.host.cli import main; sys.argv = ['comity', *{words!r}]; main()"
KILL = "import os, signal; kill = lambda: os.kill(os.getpid(), signal.SIGKILL)\n"
STEPS = {
    "before the file is marked": """
from comity.spine.keys.file_ring import FileKeyRing
FileKeyRing.mark_moved = lambda ring, token: kill()
""",
    "before anything is sealed anew": """
import comity.spine.vault.rewrap as vault
vault.rewrap_items = lambda *words, **named: kill()
""",
    "in the third batch": """
import comity.spine.vault.rewrap as vault
rewrap_items, done = vault.rewrap_items, []
def killed(cursor, keys, *, batch, after=vault.START):
    done.append(rewrap_items(cursor, keys, batch=3, after=after))
    return done[-1] if len(done) < 3 else kill()
vault.rewrap_items = killed
""",
}
OPEN = """
from comity.config.node import load
from comity.host.keystore import open_fitting_ring
from comity.host.prepare import set_up_django
settings = load()
set_up_django(settings)
ring = open_fitting_ring(settings)
from django.db import connections
from comity.spine.vault.verify_keys import verify_keys
with connections["verifier"].cursor() as cursor:
    found = verify_keys(cursor, ring)
print(found.tried, len(found.changed), ring.blind("exchange/x/case", "C-1").hex())
"""
LOOK = "print(check_keys(Node(settings, None, None)).message)"


def comity(environment, *words, typed=""):
    """What the command prints and how it ends."""
    done = run(COMMAND.format(words=words), environment, typed)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def opened(environment):
    """How many items were tried, how many do not open, and the index of a number; or what is said instead."""
    done = run(OPEN, environment)
    return done.stdout.split() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def sealed_by(demo):
    """How many items each store seals: `m` the file's master keys, `h` the token's."""
    return dict(demo.look("SELECT left(key_id, 1), count(*) FROM vault_item GROUP BY 1"))


@pytest.fixture
def at(demo):
    """The environment of a node whose records are sealed with its key file, naming an empty token."""
    from comity.coordination.exchange.commands.file import NewRecord, file_records

    environment = make_token(demo.folder)
    records = [NewRecord(category="case", reference=f"C-{n}", values={"warrant": "W-9"}) for n in range(RECORDS)]
    file_records(records=records, by=demo.actor("pima-so"), now=demo.clock(), keys=demo.keys)
    connections.close_all()
    replace(demo.access, cluster=None).save(demo.folder / "database.json")
    shutil.copy(demo.home / "keys.json", demo.folder / "keys.json")
    return environment


@pytest.fixture
def file_at(at):
    """The same environment before the token was named."""
    return at | {"COMITY_KEYS": "file"}


def index_of(demo):
    return demo.keys.blind("exchange/x/case", "C-1").hex()


def test_every_item_is_sealed_in_the_token_and_the_file_opens_nothing_alone_any_more(demo, at, file_at):
    [former] = FileKeyRing(demo.folder / "keys.json").public_keys()
    code, told = comity(at, "keys", "move-to-token")
    assert code == 0, told
    assert f"{RECORDS} data keys sealed anew, 0 left" in told
    assert f"the key that signed as `envelope` until now, for who checks what it signed: {former.key_id}" in told
    assert sealed_by(demo) == {"h": RECORDS}
    assert opened(at) == [str(RECORDS), "0", index_of(demo)]
    examined = run("from comity.host.doctor import Node, check_keys\n" + OPEN + LOOK, at).stdout
    assert examined.splitlines()[-1].endswith("keys.json` opens what was sealed before the move")
    assert "were moved into the token `comity`; set COMITY_KEYS=pkcs11" in opened(file_at)
    code, told = comity(file_at, "keys", "masters")
    assert (code, "set COMITY_KEYS=pkcs11" in told) == (1, True)


@pytest.mark.parametrize("step", STEPS)
def test_a_move_that_is_killed_leaves_everything_open_and_goes_on(demo, at, file_at, step):
    killed = run(KILL + STEPS[step] + COMMAND.format(words=("keys", "move-to-token")), at)
    assert killed.returncode == -9, killed.stderr
    assert sealed_by(demo) == ({"h": 6, "m": RECORDS - 6} if step == "in the third batch" else {"m": RECORDS})
    assert opened(at) == [str(RECORDS), "0", index_of(demo)]
    if step == "before the file is marked":
        assert opened(file_at) == [str(RECORDS), "0", index_of(demo)]
    else:
        assert "set COMITY_KEYS=pkcs11" in opened(file_at)
    code, told = comity(at, "keys", "move-to-token")
    assert (code, "0 left" in told) == (0, True), told
    assert sealed_by(demo) == {"h": RECORDS}


def test_a_moved_key_file_goes_with_its_last_master_key_and_not_before(demo, at):
    file = demo.folder / "keys.json"
    old = FileKeyRing(file).rotate_master()
    older = next(key.key_id for key in FileKeyRing(file).master_keys() if key.key_id != old)
    copy = file.read_bytes()
    assert comity(at, "keys", "move-to-token")[0] == 0
    code, told = comity(at, "keys", "retire", old, typed="y\n")
    assert (code, "was replaced at" in told, file.exists()) == (1, True, True)
    soon = "from datetime import timedelta; import comity.spine.vault.retire as retire; retire.SETTLED = timedelta(0)\n"

    def retire(key):
        done = run(soon + COMMAND.format(words=("keys", "retire", key)), at, "y\n")
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "backups made before" in retire(older)
    assert list(json.loads(file.read_text())["masters"]) == [old]
    retire(old)
    assert not file.exists()
    assert opened(at) == [str(RECORDS), "0", index_of(demo)]
    code, told = comity(at, "keys", "move-to-token")
    assert (code, "no key file" in told) == (1, True)
    file.touch(0o600)
    file.write_bytes(copy)  # a backup from before the move is restored
    assert opened(at) == [str(RECORDS), "0", index_of(demo)]


def test_a_node_with_records_is_given_no_new_keys_in_an_empty_token(at):
    code, told = comity(at, "keys", "masters")
    assert (code, "comity keys move-to-token" in told) == (1, True)


def test_a_move_without_a_token_or_while_a_service_runs_changes_nothing(demo, at, file_at):
    before = (demo.folder / "keys.json").read_bytes()
    code, told = comity(file_at, "keys", "move-to-token")
    assert (code, "set COMITY_KEYS=pkcs11" in told) == (1, True)
    with held(Path(demo.folder), "worker"):
        code, told = comity(at, "keys", "move-to-token")
    assert (code, "a worker already runs" in told) == (1, True)
    assert (demo.folder / "keys.json").read_bytes() == before
    assert sealed_by(demo) == {"m": RECORDS}


def test_keys_or_a_token_of_another_node_are_not_moved(demo, at):
    file = demo.folder / "keys.json"
    own = file.read_bytes()
    file.unlink()
    FileKeyRing.create(file)
    code, told = comity(at, "keys", "move-to-token")
    assert (code, "does not open what this database holds" in told) == (1, True)
    assert sealed_by(demo) == {"m": RECORDS}
    file.write_bytes(own)
    add_token(at, "other")
    other = at | {"COMITY_PKCS11_TOKEN": "other"}
    make = "from comity.config.node import load\nfrom comity.host.keystore import make_ring\nmake_ring(load())"
    assert run(make, other).returncode == 0
    code, told = comity(other, "keys", "move-to-token")
    assert (code, "the index key of another node" in told) == (1, True)
    assert file.read_bytes() == own


def test_an_item_that_does_not_open_stops_no_other(demo, at):
    with demo.connect(Role.BOOTSTRAP) as admin:
        admin.execute("UPDATE vault_item SET wrapped_key = '' WHERE id = (SELECT min(id::text)::uuid FROM vault_item)")
    code, told = comity(at, "keys", "move-to-token")
    assert (code, "1 do not open and stay" in told, "comity ledger verify" in told) == (1, True, True), told
    assert sealed_by(demo) == {"h": RECORDS - 1, "m": 1}
    code, told = comity(at, "keys", "retire", FileKeyRing(demo.folder / "keys.json").master_key_id, typed="y\n")
    assert (code, "still seals 1 items" in told) == (1, True), told
