"""`comity ledger`: how far it is, whether it is sound, the proof of one entry, the whole of it for others to check."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import connections

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.mistakes import NOT_WELL, MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, note, progress, say, say_facts, say_json
from comity.doors.cli.tasks import parse_id
from comity.kernel.time import utc_text
from comity.spine.keys.log_key import LogKey, list_verifier_keys, verifier_path
from comity.spine.keys.ring import KeyRingError
from comity.spine.ledger.connect import conninfo_of
from comity.spine.ledger.export import export as export_ledger
from comity.spine.ledger.last_signed import read_last_signed
from comity.spine.ledger.last_verified import note_verified
from comity.spine.ledger.notes import VerifierKey
from comity.spine.ledger.prove import InclusionProof, prove_inclusion
from comity.spine.ledger.report import Kind, Report, with_payload_keys
from comity.spine.ledger.selectors import LedgerStatus, get_checkpoint_note, get_status
from comity.spine.ledger.sequencer import Sequencer, SequencerRunningError
from comity.spine.ledger.statement import fault_of, proof_json, signer_of
from comity.spine.ledger.verify import PROCESSES
from comity.spine.ledger.verify import verify as verify_ledger
from comity.spine.tenancy.transaction import reading
from comity.spine.vault.verify_keys import verify_keys

WAIT_SECONDS: Final = 20.0


def status(node: Node, *, form: str) -> None:
    """Print size, newest checkpoint, and what waits to be sequenced."""
    found, key = _status(node), verifier_keys(node.log_key)[0]
    if form == "json":
        say_json(
            {
                "size": found.size,
                "root": found.root,
                "signed_at": found.signed_at,
                "pending": found.pending_count,
                "lag_ms": None if found.lag is None else int(found.lag.total_seconds() * 1000),
                "verifier_key": key,
            }
        )
        return
    say_facts(
        {
            "entries": f"{found.size:,}",
            "root": found.root.hex() if found.root else "none yet",
            "signed": moment(found.signed_at) or "never",
            "waiting": f"{found.pending_count:,}"
            + (f", the oldest {found.lag.total_seconds():.1f} s" if found.lag else ""),
            "verifier key": key,
        }
    )
    if found.pending_count:
        say("→ entries wait for the sequencer: it runs with `comity demo`; `comity ledger checkpoint` signs them now")


def _status(node: Node) -> LedgerStatus:
    with reading(STEWARD) as cursor:
        return get_status(cursor, now=node.now())


def verifier_keys(log_key: Path) -> list[str]:
    """Return the public half of the log key as text, then those of histories given up.

    What an earlier key signed stays signed: after `comity ledger accept` the newest checkpoint may still be one of its.
    Raises `MistakeError` when the present one's file is gone.
    """
    path = verifier_path(log_key)
    if not path.exists():
        remedy = "restore it from the backup of the keys; the published verifier key is the same"
        raise MistakeError("", f"no verifier key at `{path}`", remedy, NOT_WELL)
    return list_verifier_keys(log_key)


def verify_whole(
    node: Node, *, processes: int = PROCESSES, progress: Callable[[int, int], None] | None = None
) -> tuple[Report, str]:
    """Recompute everything as role verifier, try every payload's key, note the outcome for `comity doctor`.

    Returns the report and why payload keys were not tried, empty when they were.
    """
    keys, now = [VerifierKey.parse(text) for text in verifier_keys(node.log_key)], node.now()
    last = read_last_signed(node.last_signed, keys[0])
    report = verify_ledger(
        conninfo=conninfo_of("verifier"),
        keys=keys,
        now=now,
        last_signed=last.checkpoint if last else None,
        processes=processes,
        progress=progress,
    )
    try:
        with connections["verifier"].cursor() as cursor:
            found = verify_keys(cursor, node.open_keys())
    except KeyRingError as error:
        untried = str(error)
    else:
        untried, report = "", with_payload_keys(report, tried=found.tried, changed=found.changed)
    note_verified(node.verified, report, at=now)
    return report, untried


def verify(node: Node, *, form: str) -> int:
    """Recompute everything that was recorded and print each finding.

    Returns 1 when there is one. Without the keys the rest is verified all the same, and that is said.
    """
    with progress("parts of the ledger", total=1) as bar:
        report, untried = verify_whole(node, progress=bar)
    if untried:
        note(f"payload keys were not tried: {untried}")
    if form == "json":
        say_json(
            {
                "sound": report.is_clean,
                "checked": report.counts,
                "findings": [{"kind": f.kind.value, "where": f.where, "says": f.says} for f in report.findings],
                "left_out": {kind.value: count for kind, count in report.left_out.items()},
            }
        )
        return 0 if report.is_clean else NOT_WELL
    checked = ", ".join(f"{count:,} {what}" for what, count in sorted(report.counts.items()))
    for finding in report.findings:
        say(f"{finding.kind.value}: {finding.where}: {finding.says}")
    for kind, count in report.left_out.items():
        say(f"{kind.value}: {count:,} more")
    if report.is_clean:
        say(f"the ledger verifies: {checked}", style="green")
        return 0
    count = len(report.findings) + sum(report.left_out.values())
    say(f"THE LEDGER DOES NOT VERIFY: {count:,} findings; checked {checked}", style="bold red")
    if any(finding.kind is Kind.PENDING_STALE for finding in report.findings):
        say("→ entries wait because no sequencer runs: `comity ledger checkpoint` signs them, then verify again")
    return NOT_WELL


def prove(node: Node, *, entry: str) -> int:
    """Print the proof of inclusion of an entry as JSON, checked here; return 1 when it does not hold."""
    keys = verifier_keys(node.log_key)
    with reading(STEWARD) as cursor:
        proof = prove_inclusion(cursor, entry_id=parse_id(entry, "ENTRY"))
    fault = fault_of(proof, keys)
    say_json(proof_json(proof, keys) | {"holds": fault is None})
    if fault is None:
        note(f"checked: entry {proof.entry_id} is leaf {proof.leaf_index} of the {proof.size:,} that the log signed")
        return 0
    note(f"THE PROOF DOES NOT HOLD: {fault}; run `comity ledger verify`")
    return NOT_WELL


def export(node: Node, *, folder: Path) -> None:
    """Write the whole ledger into a new folder in the layout of tlog-tiles; say how it is checked from outside."""
    keys = verifier_keys(node.log_key)
    total = _status(node).size
    with progress("entries written", total=total) as bar:
        size = export_ledger(conninfo=conninfo_of("verifier"), folder=folder, verifier_keys=keys, progress=bar)
    say(f"{size:,} entries written to {folder}")
    options = " ".join(f"--key '{key}'" for key in keys)
    say("to check them, also where Comity is not installed (one file, `comity_verify.py`):")
    say(f"  comity-verify {folder} {options}")
    say("whoever checks should have each key from elsewhere: it is the one this node publishes")


def checkpoint(node: Node, *, form: str) -> None:
    """Sign what waits, or wait until the running sequencer has; print the newest checkpoint."""
    sequencer = Sequencer(signer=LogKey.load(node.log_key), clock=node.clock, last_signed=node.last_signed)
    try:
        while sequencer.step():
            pass
    except SequencerRunningError:
        note("a sequencer is running; waiting until it has signed what waits")
        _wait(node)
    finally:
        sequencer.close()
    with reading(STEWARD) as cursor:
        signed = get_checkpoint_note(cursor)
    if signed is None:
        say("nothing has been recorded yet, so there is nothing to sign")
    elif form == "json":
        found = _status(node)
        signed_at = utc_text(found.signed_at) if found.signed_at else None
        say_json(
            {
                "checkpoint": signed,
                "signed_at": signed_at,
                "verifier_key": signer_of(signed, verifier_keys(node.log_key)),
            }
        )
    else:
        say(signed.rstrip("\n"))


def _wait(node: Node) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while _status(node).pending_count:
        if time.monotonic() > deadline:
            message = f"the running sequencer has not signed within {WAIT_SECONDS:.0f} s"
            raise MistakeError("", message, "look at the terminal where Comity runs", NOT_WELL)
        time.sleep(0.1)


def find_proof(entry_id: UUID) -> InclusionProof:
    """Prove one entry in a transaction of its own."""
    with reading(STEWARD) as cursor:
        return prove_inclusion(cursor, entry_id=entry_id)
