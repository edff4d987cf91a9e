"""Check an export of a Comity ledger from outside: one file, standard library and `cryptography` only.

    comity-verify DIR                      with the verifier key inside the export
    comity-verify DIR --key VKEY           with a verifier key obtained elsewhere: do this when it matters
    comity-verify DIR --entry ID           also show one entry and its proof of inclusion

Everything is recomputed from the entries: leaf hashes (RFC 6962), tiles (C2SP tlog-tiles), the root, and the signed
checkpoint (C2SP signed-note, Ed25519). Exit status 0: all is well. 1: something is wrong, each finding is a line.
2: the export cannot be checked at all.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None  # type: ignore[assignment,misc]

WIDTH = 256
HASH = 32
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HEX = re.compile(r"[0-9a-f]{64}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
FIELDS = ("act", "agency", "at", "facts", "id", "payloads", "post", "rows", "ruleset", "salt", "schema")
MOST_FINDINGS = 200


class CannotCheckError(Exception):
    """The export lacks what any check needs."""


@dataclass
class Findings:
    """What is wrong, a sentence each; beyond the first two hundred they are counted."""

    named: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, sentence: str) -> None:
        """Note one finding."""
        self.count += 1
        if self.count <= MOST_FINDINGS:
            self.named.append(sentence)


@dataclass(frozen=True)
class Checkpoint:
    """What the log signed."""

    origin: str
    size: int
    root: bytes
    text: bytes
    signatures: list[str]


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over any number of hashes (RFC 6962, section 2.1), layer by layer."""
    layer = list(hashes)
    if not layer:
        return hashlib.sha256(b"").digest()
    while len(layer) > 1:
        paired = [node_hash(layer[at], layer[at + 1]) for at in range(0, len(layer) - 1, 2)]
        layer = paired + layer[len(paired) * 2 :]
    return layer[0]


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof of leaf `index`, from the leaf up; a hash without a neighbor rises as it is."""
    proof, layer, at = [], list(hashes), index
    while len(layer) > 1:
        beside = at ^ 1
        if beside < len(layer):
            proof.append(layer[beside])
        paired = [node_hash(layer[n], layer[n + 1]) for n in range(0, len(layer) - 1, 2)]
        layer, at = paired + layer[len(paired) * 2 :], at // 2
    return proof


def tile_path(level: str, index: int, width: int) -> str:
    """Return where a tile or an entry bundle lies."""
    text, rest = f"{index % 1000:03d}", index // 1000
    while rest:
        text, rest = f"x{rest % 1000:03d}/{text}", rest // 1000
    return f"tile/{level}/{text}" + ("" if width == WIDTH else f".p/{width}")


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read the checkpoint file; raise `CannotCheckError` when it is none."""
    try:
        note = (folder / "checkpoint").read_text("utf-8")
        text, signatures = note.split("\n\n", 1)
        origin, size, root = text.split("\n")[:3]
        return Checkpoint(
            origin, int(size), base64.b64decode(root, validate=True), (text + "\n").encode(), signatures.splitlines()
        )
    except FileNotFoundError:
        raise CannotCheckError(
            f"`{folder}` has no file `checkpoint`: it is not an export, or an interrupted one"
        ) from None
    except (ValueError, binascii.Error):
        raise CannotCheckError("the file `checkpoint` is not a signed checkpoint") from None


def read_index(folder: Path) -> tuple[list[str], list[str]]:
    """Return the entry ids in leaf order and the verifier keys the export brings along."""
    try:
        content = json.loads((folder / "index.json").read_text("utf-8"))
        return [str(entry) for entry in content["entries"]], [str(key) for key in content["verifier_keys"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise CannotCheckError("`index.json` is missing or damaged") from None


def check_signature(checkpoint: Checkpoint, keys: Sequence[str], findings: Findings) -> None:
    """Look for one good signature by one of the verifier keys."""
    if not any(_is_signed_by(checkpoint, key) for key in keys):
        findings.add(f"checkpoint: no good signature of `{checkpoint.origin}` under the key(s) given")


def _is_signed_by(checkpoint: Checkpoint, vkey: str) -> bool:
    if Ed25519PublicKey is None:
        raise CannotCheckError(
            "the signature needs the Python package `cryptography`: run `pip install cryptography`, then this again"
        )
    origin, public = _parse_key(vkey)
    hint = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    for line in checkpoint.signatures:
        prefix = f"— {origin} "
        if origin != checkpoint.origin or not line.startswith(prefix):
            continue
        try:
            blob = base64.b64decode(line[len(prefix) :], validate=True)
            if blob[:4] == hint:
                Ed25519PublicKey.from_public_bytes(public).verify(blob[4:], checkpoint.text)
                return True
        except (binascii.Error, InvalidSignature):
            continue
    return False


def _parse_key(vkey: str) -> tuple[str, bytes]:
    try:
        origin, hint, encoded = vkey.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise CannotCheckError(f"`{vkey}` is not a verifier key (NAME+HASH+BASE64)") from None
    if raw[:1] != b"\x01" or len(raw) != 1 + HASH:
        raise CannotCheckError(f"`{vkey}` is not an Ed25519 verifier key")
    if hashlib.sha256(origin.encode() + b"\n" + raw).digest()[:4].hex() != hint:
        raise CannotCheckError(f"`{vkey}` is mistyped: its hash does not fit")
    return origin, raw[1:]


def widths(count: int) -> Iterator[tuple[int, int]]:
    """Yield index and width of the tiles that hold `count` hashes."""
    for index in range(-(-count // WIDTH)):
        yield index, min(WIDTH, count - index * WIDTH)


def read_bodies(folder: Path, size: int, findings: Findings) -> Iterator[bytes | None]:
    """Yield every body in leaf order, None for one that cannot be read."""
    for index, width in widths(size):
        path = tile_path("entries", index, width)
        bodies: list[bytes] = []
        try:
            bodies = unpack((folder / path).read_bytes())
        except OSError:
            findings.add(f"{path}: the bundle of entries {index * WIDTH} to {index * WIDTH + width - 1} is missing")
        except ValueError:
            findings.add(f"{path}: the bundle ends inside an entry")
        else:
            if len(bodies) != width:
                findings.add(f"{path}: holds {len(bodies)} entries instead of {width}")
        yield from bodies[:width]
        yield from [None] * (width - len(bodies))


def unpack(bundle: bytes) -> list[bytes]:
    """Return the bodies of a bundle: each after its length in 16 bits, big-endian."""
    bodies, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if end > len(bundle):
            raise ValueError("the bundle ends inside an entry")
        bodies.append(bundle[at + 2 : end])
        at = end
    return bodies


def check_entry(number: int, body: bytes, entry_id: str, findings: Findings) -> None:
    """Check one entry's schema, canonical form and id."""
    wrong = wrong_with(body, entry_id)
    if wrong:
        findings.add(f"entry {number} (`{entry_id}`): {wrong}")


def wrong_with(body: bytes, entry_id: str) -> str | None:
    """Return what is wrong with a body, None when nothing is."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return "it is not JSON"
    if not isinstance(value, dict) or tuple(sorted(value)) != FIELDS or value["schema"] != "comity/entry/1":
        return "it does not have the fields of `comity/entry/1`"
    if json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(errors="replace") != body:
        return "it is not in canonical form"
    if value["id"] != entry_id:
        return f"it carries the id `{value['id']}`"
    return _wrong_field(value)


def _wrong_field(value: dict[str, object]) -> str | None:
    digests = [value["rows"], value["payloads"]]
    checks = {
        "id": _fits(ID, value["id"]),
        "agency": _fits(ID, value["agency"]),
        "post": value["post"] is None or _fits(ID, value["post"]),
        "at": _fits(TIME, value["at"]),
        "act": isinstance(value["act"], str) and bool(value["act"]),
        "salt": isinstance(value["salt"], str) and bool(re.fullmatch(r"[0-9a-f]{32}", value["salt"])),
        "rows and payloads": all(
            isinstance(group, dict) and all(_fits(HEX, digest) for digest in group.values()) for group in digests
        ),
        "ruleset and facts": all(value[name] is None or _fits(HEX, value[name]) for name in ("ruleset", "facts")),
    }
    wrong = [name for name, is_right in checks.items() if not is_right]
    return f"malformed: {', '.join(wrong)}" if wrong else None


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))


def check_tiles(folder: Path, leaves: Sequence[bytes], findings: Findings) -> None:
    """Compare every tile file with what the level below gives."""
    level, hashes = 0, list(leaves)
    while hashes:
        roots = []
        for index, width in widths(len(hashes)):
            tile = hashes[index * WIDTH : index * WIDTH + width]
            _check_tile(folder, level, index, tile, findings)
            if width == WIDTH:
                roots.append(tree_root(tile))
        level, hashes = level + 1, roots


def _check_tile(folder: Path, level: int, index: int, tile: Sequence[bytes], findings: Findings) -> None:
    path = tile_path(str(level), index, len(tile))
    try:
        stored = (folder / path).read_bytes()
    except OSError:
        findings.add(f"{path}: the tile is missing")
        return
    for at, digest in enumerate(tile):
        if stored[at * HASH : (at + 1) * HASH] != digest:
            below = f"entry {index * WIDTH + at}" if level == 0 else f"tile {index * WIDTH + at} of level {level - 1}"
            findings.add(f"{path}: hash {at} is not that of {below}")
    if len(stored) != len(tile) * HASH:
        findings.add(f"{path}: has {len(stored)} bytes instead of {len(tile) * HASH}")


def check(folder: Path, keys: Sequence[str], findings: Findings) -> tuple[Checkpoint, list[bytes], list[str]]:
    """Check the whole export; return checkpoint, leaf hashes and entry ids."""
    checkpoint = read_checkpoint(folder)
    ids, own_keys = read_index(folder)
    check_signature(checkpoint, keys or own_keys, findings)
    if len(ids) != checkpoint.size:
        findings.add(f"index.json: lists {len(ids)} entries, the checkpoint signs {checkpoint.size}")
    if len(set(ids)) != len(ids):
        findings.add("index.json: lists an entry twice")
    leaves: list[bytes] = []
    for number, body in enumerate(read_bodies(folder, min(checkpoint.size, len(ids)), findings)):
        leaves.append(bytes(HASH) if body is None else leaf_hash(body))
        if body is not None:
            check_entry(number, body, ids[number], findings)
    check_tiles(folder, leaves, findings)
    if tree_root(leaves) != checkpoint.root:
        findings.add(f"checkpoint: the {checkpoint.size} entries do not give the signed root")
    return checkpoint, leaves, ids


def show_entry(folder: Path, entry_id: str, leaves: Sequence[bytes], ids: Sequence[str]) -> None:
    """Print one entry and its proof; raise `CannotCheckError` when it is not in the export."""
    try:
        index = ids.index(entry_id.lower())
    except ValueError:
        raise CannotCheckError(f"entry `{entry_id}` is not in this export") from None
    width = min(WIDTH, len(leaves) - index // WIDTH * WIDTH)
    body = unpack((folder / tile_path("entries", index // WIDTH, width)).read_bytes())[index % WIDTH]
    print(f"entry {entry_id} is leaf {index} of {len(leaves)}")
    print(body.decode("utf-8", "replace"))
    print(f"leaf hash  {leaf_hash(body).hex()}")
    for digest in inclusion_proof(leaves, index):
        print(f"proof      {digest.hex()}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; return the exit status."""
    parser = argparse.ArgumentParser(prog="comity-verify", description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder written by `comity ledger export`")
    parser.add_argument("--key", action="append", default=[], metavar="VKEY", help="verifier key, obtained elsewhere")
    parser.add_argument("--entry", metavar="ID", help="show this entry with its proof")
    given = parser.parse_args(arguments)
    findings = Findings()
    try:
        checkpoint, leaves, ids = check(given.folder, given.key, findings)
        if given.entry and not findings.count:
            show_entry(given.folder, given.entry, leaves, ids)
    except CannotCheckError as reason:
        print(f"cannot check: {reason}", file=sys.stderr)
        return 2
    for sentence in findings.named:
        print(sentence)
    if findings.count:
        print(f"NOT VERIFIED: {findings.count} finding(s)")
        return 1
    print(f"verified: {checkpoint.size} entries of `{checkpoint.origin}`, root {checkpoint.root.hex()}")
    if not given.key:
        print("the verifier key came with the export: compare it with the published one, or give it with --key")
    return 0


if __name__ == "__main__":
    sys.exit(main())
