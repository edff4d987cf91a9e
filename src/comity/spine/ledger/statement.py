"""A proof of inclusion as it is handed out, and whether it holds under the log's public keys. Pure."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from comity.spine.ledger.notes import NoteError, VerifierKey, open_checkpoint
from comity.spine.ledger.prove import InclusionProof

CHECK: Final = "comity/inclusion/1"


def fault_of(proof: InclusionProof, keys: Sequence[str]) -> str | None:
    """Return what is wrong with a proof, None when hashes, root and signature hold together."""
    try:
        checkpoint = open_checkpoint(proof.note, [VerifierKey.parse(text) for text in keys])
    except NoteError as error:
        return str(error)
    if (checkpoint.size, checkpoint.root) != (proof.size, proof.root):
        return "the signed checkpoint is of another tree"
    return None if proof.holds() else "the hashes do not lead to the signed root"


def proof_json(proof: InclusionProof, keys: Sequence[str]) -> dict[str, object]:
    """Return a proof as JSON: hashes in hex from the leaf up (RFC 9162, section 2.1.3), the checkpoint as signed."""
    return {
        "format": CHECK,
        "entry": proof.entry_id,
        "leaf_index": proof.leaf_index,
        "leaf_hash": proof.leaf_hash,
        "tree_size": proof.size,
        "root": proof.root,
        "hashes": list(proof.hashes),
        "checkpoint": proof.note,
        "verifier_key": signer_of(proof.note, keys),
    }


def signer_of(signed: str, keys: Sequence[str]) -> str:
    """Return the key that signed a note; the present one when none of them did. `keys` holds one at least."""
    for text in keys:
        with suppress(NoteError):
            open_checkpoint(signed, [VerifierKey.parse(text)])
            return text
    return keys[0]
