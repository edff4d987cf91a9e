"""`comity audit`: a random sample of decisions, decided again and proven, as papers a second auditor can reproduce."""

import json
from pathlib import Path
from typing import Any

from comity.coordination.exchange.commands.audit import Workpaper, draw_sample
from comity.doors.cli.acting import acting_as
from comity.doors.cli.ledger import find_proof, verifier_keys
from comity.doors.cli.mistakes import NOT_WELL, MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import progress, say, say_json, say_table
from comity.doors.cli.when import parse_period
from comity.kernel.canonical import canonical, plain
from comity.kernel.digest import sha256
from comity.spine.ledger.prove import NotYetSequencedError, UnknownEntryError
from comity.spine.ledger.statement import fault_of, proof_json
from comity.spine.tenancy.actor import Duty, node_actor


def sample(
    node: Node,
    *,
    seed: str,
    since: str,
    until: str,
    size: int,
    acting: str | None,
    folder: Path | None,
    form: str,
) -> int:
    """Draw, replay and prove a sample; write the papers into `folder`; return 1 when anything is found."""
    by = acting_as(acting, duty=Duty.AUDITOR) if acting else node_actor(Duty.AUDITOR)
    period = parse_period(since, until)
    _require_new(folder)
    paper = draw_sample(seed=seed, period=period, size=size, by=by, now=node.now(), keys=node.open_keys())
    proofs = _prove(node, paper)
    if folder is not None:
        _write(folder, paper, proofs)
    body: Any = paper.body
    found = [_verdict(item, proofs[item["entry"]]) for item in body["items"]]
    bad = sum(1 for _, verdict in found if verdict)
    digest = sha256(canonical(paper.body)).hex()
    if form == "json":
        say_json({"workpaper": paper.body, "sha256": digest, "proofs": proofs})
        return NOT_WELL if bad else 0
    rows = [
        (item["decision"], item["decided_at"], item["headline"], replayed, verdict or "proven")
        for item, (replayed, verdict) in zip(body["items"], found, strict=True)
    ]
    say_table(("decision", "decided", "outcome", "decided again", "finding"), rows)
    say("", f"{len(rows)} of {body['population']:,} decisions, seed `{seed}`; {bad} with a finding")
    say(f"SHA-256 of the workpaper: {digest} (whoever draws the same sample gets the same)")
    if folder is not None:
        say(f"papers: {folder}/workpaper.json, {folder}/proofs.json")
    return NOT_WELL if bad else 0


def _verdict(item: dict[str, Any], proof: dict[str, object]) -> tuple[str, str]:
    """Return how the replay came out, and what is to be looked at (empty: nothing)."""
    if not item["replayed"]:
        return "no", str(item["why_not"])
    if item["differences"]:
        classes = ", ".join(one["class"] for one in item["differences"])
        return "differs", f"decided otherwise now: {classes}"
    return "the same", "" if proof.get("holds") else f"not proven: {proof.get('why_not')}"


def _prove(node: Node, paper: Workpaper) -> dict[str, dict[str, object]]:
    keys = verifier_keys(node.log_key)
    proofs: dict[str, dict[str, object]] = {}
    with progress("entries proven", total=len(paper.entry_ids)) as bar:
        for done, entry_id in enumerate(paper.entry_ids, start=1):
            try:
                proof = find_proof(entry_id)
            except (NotYetSequencedError, UnknownEntryError) as error:
                proofs[str(entry_id)] = {"holds": False, "why_not": str(error)}
            else:
                fault = fault_of(proof, keys)
                told = proof_json(proof, keys) | {"holds": fault is None}
                proofs[str(entry_id)] = told if fault is None else told | {"why_not": fault}
            bar(done, len(paper.entry_ids))
    return proofs


def _require_new(folder: Path | None) -> None:
    if folder is not None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise MistakeError("--out", f"`{folder}` is not an empty folder", "name a new one, so that nothing is mixed up")


def _write(folder: Path, paper: Workpaper, proofs: dict[str, dict[str, object]]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "workpaper.json").write_bytes(canonical(paper.body))
    (folder / "proofs.json").write_text(json.dumps(plain(proofs), indent=1, sort_keys=True) + "\n", "utf-8")
