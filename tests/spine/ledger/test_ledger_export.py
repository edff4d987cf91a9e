import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import comity_verify
from comity.config.node import Role
from comity.spine.keys import LogKey
from comity.spine.ledger.export import FolderNotEmptyError, NothingToExportError, export
from comity.spine.ledger.proofs import is_included


@pytest.fixture
def exported(log, tmp_path):
    """Export a ledger of 600 entries."""
    log.ids = log.append(600)
    log.sequence()
    log.append(3)  # not under a checkpoint yet, so not in the export
    log.export = tmp_path / "export"
    write(log)
    return log


def write(log, **changes) -> int:
    given = {
        "conninfo": log.node.access.conninfo(Role.VERIFIER),
        "folder": log.export,
        "verifier_keys": [log.key.verifier_key],
    }
    return export(**given | changes)


def check(*arguments: object) -> tuple[int, str]:
    """Run the checker as a stranger would: the one file, isolated from Comity and everything around it."""
    command = [sys.executable, "-I", comity_verify.__file__, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own file
    return done.returncode, done.stdout + done.stderr


def test_export_verifies_from_outside(exported):
    status, says = check(exported.export, "--key", exported.key.verifier_key)
    assert (status, says.split(", root")[0]) == (0, "verified: 600 entries of `comity.example/az`")
    status, says = check(exported.export)
    assert status == 0
    assert "compare it with the published one" in says


def test_export_has_the_layout_of_the_specification(exported):
    files = {str(path.relative_to(exported.export)) for path in exported.export.rglob("*") if path.is_file()}
    assert files == {
        "checkpoint", "index.json", "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2",
        "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
    }  # fmt: skip
    assert exported.export.stat().st_mode & 0o777 == 0o700


def test_entry_is_shown_with_a_proof_that_holds(exported, capsys):
    wanted = exported.ids[300]
    assert comity_verify.main([str(exported.export), "--entry", str(wanted)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert f"entry {wanted} is leaf 300 of 600" in shown
    hashes = [bytes.fromhex(line.split()[-1]) for line in shown if line.startswith("proof")]
    leaf = next(bytes.fromhex(line.split()[-1]) for line in shown if line.startswith("leaf hash"))
    root = comity_verify.read_checkpoint(exported.export).root
    assert is_included(index=300, size=600, leaf=leaf, proof=hashes, root=root)
    assert comity_verify.main([str(exported.export), "--entry", "nowhere"]) == 2


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))


TAMPERINGS = [
    (lambda f: flip(f / "tile/entries/001", 60), "entry 256"),
    (lambda f: flip(f / "tile/entries/001", 60), "the 600 entries do not give the signed root"),
    (lambda f: flip(f / "tile/entries/001", 0), "tile/entries/001: "),
    (lambda f: flip(f / "tile/0/001", 33), "tile/0/001: hash 1 is not that of entry 257"),
    (lambda f: flip(f / "tile/1/000.p/2", 3), "tile/1/000.p/2: hash 0 is not that of tile 0 of level 0"),
    (lambda f: flip(f / "tile/0/002.p/88", 0), "tile/0/002.p/88: hash 0 is not that of entry 512"),
    (lambda f: (f / "tile/0/000").unlink(), "tile/0/000: the tile is missing"),
    (lambda f: (f / "tile/entries/000").unlink(), "the bundle of entries 0 to 255 is missing"),
    (lambda f: (f / "tile/0/000").write_bytes((f / "tile/0/000").read_bytes() + b"x"), "8193 bytes instead of"),
    (lambda f: flip(f / "checkpoint", 0), "no good signature"),
    (lambda f: edit(f, lambda c: c["entries"].pop()), "lists 599 entries, the checkpoint signs 600"),
    (lambda f: edit(f, lambda c: c["entries"].reverse()), "it carries the id"),
    (lambda f: edit(f, lambda c: c["entries"].__setitem__(0, c["entries"][1])), "lists an entry twice"),
]


def test_tampered_export_is_named(exported, tmp_path, capsys):
    for number, (tamper, says) in enumerate(TAMPERINGS):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(exported.export, copy)
        tamper(copy)
        assert comity_verify.main([str(copy), "--key", exported.key.verifier_key]) == 1
        out = capsys.readouterr().out
        assert says in out
        assert "NOT VERIFIED" in out


def edit(folder: Path, change) -> None:
    content = json.loads((folder / "index.json").read_text())
    change(content)
    (folder / "index.json").write_text(json.dumps(content))


def test_tampered_export_fails_the_command(exported):
    flip(exported.export / "tile/entries/000", 90)
    status, says = check(exported.export)
    assert status == 1
    assert "entry 0" in says


def test_unusable_export_cannot_be_checked_and_says_so(exported, capsys):
    for damage, says in [
        (lambda f: (f / "index.json").write_text("[]"), "missing or damaged"),
        (lambda f: (f / "checkpoint").write_text("x"), "not a signed checkpoint"),
        (lambda f: (f / "checkpoint").unlink(), "interrupted"),
    ]:
        damage(exported.export)
        assert comity_verify.main([str(exported.export)]) == 2
        assert says in capsys.readouterr().err


def test_foreign_or_mistyped_key_is_told_apart(exported, tmp_path, capsys):
    other = LogKey.create(tmp_path / "other.json", origin="comity.example/az", clock=exported.clock)
    assert comity_verify.main([str(exported.export), "--key", other.verifier_key]) == 1
    assert comity_verify.main([str(exported.export), "--key", "nonsense"]) == 2
    mistyped = exported.key.verifier_key.replace("az+", "ut+")
    assert comity_verify.main([str(exported.export), "--key", mistyped]) == 2
    assert "mistyped" in capsys.readouterr().err


def test_missing_library_is_said_plainly(exported, monkeypatch, capsys):
    monkeypatch.setattr(comity_verify, "Ed25519PublicKey", None)
    assert comity_verify.main([str(exported.export)]) == 2
    assert "pip install cryptography" in capsys.readouterr().err


def test_entry_schema_is_checked(log):
    entry = log.entry()
    for change, says in [
        ({"salt": "00"}, "malformed: salt"),
        ({"rows": {"a/1": "zz"}}, "malformed: rows and payloads"),
        ({"at": "yesterday"}, "malformed: at"),
        ({"extra": 1}, "does not have the fields"),
        ({"schema": "other"}, "does not have the fields"),
    ]:
        body = json.loads(entry.body) | change
        raw = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        assert says in comity_verify.wrong_with(raw, str(entry.entry_id))
        assert comity_verify.wrong_with(json.dumps(body).encode(), str(entry.entry_id)) is not None
    assert comity_verify.wrong_with(entry.body, str(entry.entry_id)) is None
    assert "not JSON" in comity_verify.wrong_with(b"\xff", "")


def test_export_goes_into_an_empty_folder_only(exported):
    with pytest.raises(FolderNotEmptyError, match="new folder"):
        write(exported)


def test_nothing_signed_is_nothing_to_export(log, tmp_path):
    log.export = tmp_path / "export"
    with pytest.raises(NothingToExportError):
        write(log)
