"""`comity law load`, `digest`, `approve`, `put-in-force`: how a release of the law comes into force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from comity.doors.cli.acting import STEWARD, acting_as
from comity.doors.cli.law_difference import brief_json, compare, say_brief
from comity.doors.cli.law_folder import read_folder, write_folder
from comity.doors.cli.law_release_chosen import chosen_release, release_json
from comity.doors.cli.mistakes import MistakeError, tell
from comity.doors.cli.new_file import write_new
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, note, say, say_json
from comity.doors.cli.signing import Means, signature_by
from comity.doors.cli.when import parse_moment
from comity.spine.tenancy.actor import Duty
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.commands import name_node_counsel
from comity.standing.directory.selectors import find_agencies
from comity.standing.law.approvals import get_approval_request, get_release, get_release_request
from comity.standing.law.commands import approve_release, approve_rules, load_release, put_in_force
from comity.standing.law.facts import DEMO_APPROVAL, ApprovalRequest, ReleaseFacts, ReleaseState
from comity.standing.law.lint import LintError
from comity.standing.law.selectors import get_in_force, read_release

ID_SHOWN: Final = 8
_FIRST: Final = "→ `comity law put-in-force`"
_NEXT: Final = "→ `comity law replay --from DAY` tries it on what was decided; then `comity law put-in-force`"
_ENFORCEABLE: Final = {ReleaseState.APPROVED, ReleaseState.DRAFT, ReleaseState.SUPERSEDED}


def load(node: Node, *, folder: str | None, form: str) -> None:
    """Load a folder, or the rules this version of Comity ships, as a release; it decides nothing until in force."""
    now = node.now()
    try:
        given = None if folder is None else read_folder(folder)
        release_id = load_release(by=STEWARD, now=now, release=given)
    except LintError as error:
        for problem in error.problems:
            tell(MistakeError("", problem))
        remedy = "mend them; `comity law check FOLDER` finds the same without loading"
        raise MistakeError("FOLDER", f"{len(error.problems)} problems; nothing was loaded", remedy) from None
    with reading(STEWARD):
        release = get_release(release_id, now)
    is_other = release.state is not ReleaseState.CURRENT
    compared = compare(node, release) if is_other else None
    if form == "json":
        say_json(release_json(release) | ({"changes": brief_json(compared.difference)} if compared else {}))
        return
    say(f"release {release.id} is loaded; it is `{release.state.value}`")
    if compared is not None:
        say_brief(compared)
    if release.state is ReleaseState.DRAFT:
        rules = f"{len(release.unapproved)} rules and " if release.unapproved else ""
        say(f"→ {rules}the release as such wait for counsel: `comity law digest --all`, then `comity law approve`")
    elif release.state is ReleaseState.APPROVED:
        say(_next(now))


def export(node: Node, *, folder: str, release: str | None, form: str) -> None:
    """Write a release (the one in force) as a folder that `load` takes."""
    chosen = chosen_release(node, release, {ReleaseState.CURRENT})
    with reading(STEWARD):
        found = read_release(chosen.id)
    names = write_folder(folder, found)
    if form == "json":
        say_json({"release": chosen.id, "digest": chosen.digest, "files": names})
        return
    say(f"release {chosen.id} is in {folder}: {len(names)} files, {len(found.rules)} rules")
    say(f"→ edit it, then `comity law check {folder}` and `comity law load {folder}`")


def digest(node: Node, *, release: str | None, rules: Sequence[str], scope: str, out: str | None, form: str) -> None:
    """Print what counsel signs: rules not approved yet, or the release with all of them; `out`: its 32 bytes."""
    found = chosen_release(node, release, {ReleaseState.DRAFT})
    asked = _asked(found, rules, scope)
    if not asked.rules:
        raise MistakeError("--rule", "every one of these rules is approved", "`comity law show` says what is not")
    if out is not None:
        write_new("--out", out, asked.digest)
    if form == "json":
        told = {"release": asked.release_id, "digest": asked.digest.hex(), "statement": asked.statement.decode()}
        say_json(told | {"takes_out": found.takes_out})
        return
    _say_changes(node, found, scope)
    say(*(f"{rule_id}  {digest_of}" for rule_id, digest_of in asked.rules.items()), "")
    what = "as such with its" if scope == "all" else "of it"
    say(f"release {asked.release_id}, {what} {len(asked.rules)} rules; SHA-256 of what is signed:", asked.digest.hex())
    if out is not None:
        note(f"its 32 bytes are in {out}: sign that file, then `comity law approve --signature FILE --key-id ID`")


def approve(
    node: Node, *, acting: str, release: str | None, rules: Sequence[str], scope: str, means: Means, form: str
) -> None:
    """Record counsel's approval of rules (`scope` = `named`), or of the release as such with its rules (`all`)."""
    by = acting_as(acting, duty=Duty.STEWARD)
    found = chosen_release(node, release, {ReleaseState.DRAFT})
    asked = _asked(found, rules, scope)
    if form != "json":
        _say_changes(node, found, scope)
    signature = signature_by(means, by, asked.digest, node.now())
    if scope == "all":
        done = approve_release(by=by, now=node.now(), release_id=found.id, signature=signature)
    else:
        done = approve_rules(by=by, now=node.now(), release_id=found.id, rule_ids=rules, signature=signature)
    with reading(STEWARD):
        now = get_release(found.id, node.now())
    if form == "json":
        told = {"release": found.id, "approved": done, "key": signature.key_id, "left": now.unapproved}
        say_json(told | {"approval": now.approval})
        return
    of = asked.rules if scope == "all" else set(rules)
    say(f"{len(done)} rules approved, {len(of) - len(done)} were already; signed by key {signature.key_id}")
    _say_left(now, node.now())


def _say_left(found: ReleaseFacts, now: datetime) -> None:
    if found.unapproved:
        say(f"→ {len(found.unapproved)} left: {', '.join(found.unapproved[:ID_SHOWN])}")
    elif not found.is_signed:
        say("→ the release as such is left: `comity law approve --as AGENCY/counsel --all` signs it")
    else:
        say(_next(now))


def _next(now: datetime) -> str:
    """Return what to do with an approved release; the first one has no decisions to be tried on."""
    with reading(STEWARD):
        return _NEXT if get_in_force(now) else _FIRST


def _say_changes(node: Node, found: ReleaseFacts, scope: str) -> None:
    """Print what approving the release as such approves: above all what it takes out of the law in force."""
    if scope == "all" and found.state is not ReleaseState.CURRENT:
        say_brief(compare(node, found))
        say("")


def _asked(found: ReleaseFacts, rules: Sequence[str], scope: str) -> ApprovalRequest:
    with reading(STEWARD):
        return get_release_request(found.id) if scope == "all" else get_approval_request(found.id, rules)


def enforce(node: Node, *, release: str | None, at: str | None) -> None:
    """Make an approved release the law, now or at a time to come."""
    now = node.now()
    effective_at = None if at is None else parse_moment(at, "--at")
    found = chosen_release(node, release, _ENFORCEABLE)
    if found.state is not ReleaseState.CURRENT:
        say_brief(compare(node, found))
    put_in_force(by=STEWARD, now=now, release_id=found.id, effective_at=effective_at)
    say(f"release {found.id} is the law from {moment(effective_at or now)} on")
    if found.demo_approvals:
        note(f"{found.demo_approvals} of its rules have a {DEMO_APPROVAL} only: nobody has read them as counsel")


def name_counsel(node: Node, *, agency: str) -> None:
    """Make an agency's counsel that of the node."""
    with reading(STEWARD):
        found = find_agencies(names=[agency])
    if not found:
        raise MistakeError("AGENCY", f"`{agency}` is not in the directory", "`comity directory list` shows the codes")
    name_node_counsel(by=STEWARD, now=node.now(), agency_id=found[0].id)
    say(f"counsel of the node is that of {found[0].code} from now on")
