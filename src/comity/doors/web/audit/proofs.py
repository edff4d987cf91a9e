"""Proofs of the entries of decisions, checked under the keys that the node shows."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from comity.spine.keys.log_key import list_verifier_keys
from comity.spine.ledger.prove import NotYetSequencedError, UnknownEntryError, prove_inclusion
from comity.spine.ledger.statement import fault_of, proof_json

NO_KEY: Final = "this node shows no key of its log"


def keys_shown() -> list[str]:
    """Return the log's public keys, the present one first."""
    return list_verifier_keys(settings.NODE.log_key_file)


def prove_all(cursor: CursorWrapper, entry_ids: Iterable[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """Return the proof of each entry (`comity/inclusion/1`) with `holds`, and `why_not` where it does not."""
    keys = keys_shown()
    return {entry_id: _proven(cursor, entry_id, keys) for entry_id in entry_ids}


def _proven(cursor: CursorWrapper, entry_id: UUID, keys: list[str]) -> Mapping[str, Any]:
    if not keys:
        return {"holds": False, "why_not": NO_KEY}
    try:
        proof = prove_inclusion(cursor, entry_id=entry_id)
    except (NotYetSequencedError, UnknownEntryError) as error:
        return {"holds": False, "why_not": str(error)}
    fault = fault_of(proof, keys)
    told = proof_json(proof, keys) | {"holds": fault is None}
    return told if fault is None else told | {"why_not": fault}
