"""`comity keys`: API keys for posts; rotating the master key that seals the vault, and destroying old ones."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from comity.doors.cli.acting import acting_as
from comity.doors.cli.mistakes import NOT_WELL, MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import day, moment, note, progress, say, say_json, say_table
from comity.kernel.time import Period
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import acting, reading
from comity.spine.vault.check_keys import opens_most
from comity.spine.vault.retire import require_retirable, retire_master_key
from comity.spine.vault.rewrap import START, count_by_key, rewrap_items
from comity.standing.directory.commands.keys import issue_api_key, revoke_api_key
from comity.standing.directory.vocabulary import Scope

BATCH: Final = 500
ROUNDS: Final = 3
BACKUPS_KEPT: Final = timedelta(days=35)
_KEEPER: Final = node_actor(Duty.RETENTION)


def issue(node: Node, *, acting_text: str, scopes: Sequence[str], days: int, form: str) -> None:
    """Issue an API key that speaks for a post; its secret is printed this once and kept nowhere."""
    known = [scope.value for scope in Scope]
    for scope in scopes:
        if scope not in known:
            raise MistakeError("--scope", f"`{scope}` is not a scope", f"use one of: {', '.join(sorted(known))}")
    by, now = acting_as(acting_text), node.now()
    period = Period(now, now + timedelta(days=days))
    issued = issue_api_key(by=by, now=now, post_id=by.post_id, scopes=scopes, period=period)
    if form == "json":
        whole = {
            "secret": issued.secret,
            "prefix": issued.prefix,
            "scopes": sorted(set(scopes)),
            "until": period.ends_at,
        }
        say_json(whole)
        return
    say(issued.secret)
    note(
        f"speaks for {acting_text} until {day(period.ends_at.date() if period.ends_at else None)}; it is shown only now"
    )
    note(f"to revoke it: `comity keys revoke-api-key {issued.prefix} --as {acting_text}`")


def revoke(node: Node, *, prefix: str, acting_text: str) -> None:
    """Revoke an API key of an agency as of now."""
    by = acting_as(acting_text)
    revoke_api_key(by=by, now=node.now(), prefix=prefix.removeprefix("comity_").partition("_")[0])
    say("revoked: the key opens nothing any more")


def masters(node: Node, *, form: str) -> None:
    """Print the master keys, where each is kept, and how many items it seals; also one that is held nowhere."""
    ring = node.open_keys()
    held = ring.master_keys()
    with reading(_KEEPER) as cursor:
        seals = count_by_key(cursor)
    missing = sorted(seals.keys() - {key.key_id for key in held})
    if form == "json":
        for key in held:
            line = {"key": key.key_id, "kept_in": key.kept_in, "made_at": key.made_at, "is_current": key.is_current}
            say_json(line | {"seals": seals.get(key.key_id, 0)})
        for key_id in missing:
            say_json({"key": key_id, "kept_in": None, "made_at": None, "is_current": False, "seals": seals[key_id]})
        return
    rows: list[tuple[object, ...]] = [
        (key.key_id, key.kept_in, moment(key.made_at), f"{seals.get(key.key_id, 0):,}", "yes" if key.is_current else "")
        for key in held
    ]
    rows += [(key_id, "nowhere: put it back", "", f"{seals[key_id]:,}", "") for key_id in missing]
    say_table(("key", "kept in", "made", "seals", "current"), rows)


def show_retirable(node: Node, *, key_id: str) -> None:
    """Print what it means to destroy an old master key; raises where that may not be."""
    with reading(_KEEPER) as cursor:
        key = require_retirable(cursor, node.open_keys(), key_id=key_id, now=node.now())
    say(f"master key {key_id} seals nothing; made {moment(key.made_at)}, kept in the {key.kept_in}")
    say(
        f"→ backups made before everything was sealed anew open with this key only, and are kept {BACKUPS_KEPT.days} "
        "days: none of them can be restored without it"
    )


def retire(node: Node, *, key_id: str) -> None:
    """Destroy an old master key under which nothing is sealed."""
    with reading(_KEEPER) as cursor:
        retire_master_key(cursor, node.open_keys(), key_id=key_id, now=node.now())
    say(f"master key {key_id} is destroyed; destroy its copies too, wherever the keys are backed up")


def rotate(node: Node) -> int:
    """Make a new master key and seal every data key under it; content and its digests stay as they are."""
    keys = node.open_keys()
    _require_fitting(keys)
    old = keys.master_key_id
    new = keys.rotate_master()
    kept_in = next(key.kept_in for key in keys.master_keys() if key.key_id == old)
    say(
        f"master key {new} is current; {old} stays in the {kept_in}: backups made before everything is sealed anew "
        f"need it, and are kept {BACKUPS_KEPT.days} days"
    )
    say(
        f"→ back the {kept_in} up now, apart from the database; `comity keys retire {old}` destroys the old key one day"
    )
    return rewrap(node, keys=keys)


def rewrap(node: Node, *, keys: KeyRing | None = None) -> int:
    """Seal under the current master key what an older one still seals; safe to repeat. Return 1 when some is left."""
    ring = keys or node.open_keys()
    _require_fitting(ring)
    done = damaged = 0
    for _ in range(ROUNDS):
        left = _left(ring)
        if not left:
            break
        sealed, damaged = _round(ring, left)
        done += sealed
        if not sealed:
            break
    left = _left(ring)
    say(f"{done:,} data keys sealed anew, {left:,} left under older master keys")
    if damaged:
        say(
            f"→ {damaged:,} do not open and stay as they are: `comity ledger verify` names them, a backup restores them"
        )
    if left > damaged:
        say("→ a process still uses an older key: restart Comity's services, then run `comity keys rewrap`")
    return NOT_WELL if left else 0


def _require_fitting(ring: KeyRing) -> None:
    """Raise `MistakeError` for keys of another node, before anything is done with them."""
    with reading(_KEEPER) as cursor:
        if count_by_key(cursor) and not opens_most(cursor, ring):
            remedy = "put back the keys that belong to this database; `comity doctor` names what is wrong"
            raise MistakeError("", "these keys do not open what this database holds", remedy, NOT_WELL)


def _left(ring: KeyRing) -> int:
    with reading(_KEEPER) as cursor:
        return sum(count for key_id, count in count_by_key(cursor).items() if key_id != ring.master_key_id)


def _round(ring: KeyRing, total: int) -> tuple[int, int]:
    """Go once through the vault, a transaction a batch; return how many were sealed anew and how many do not open."""
    done, damaged, after = 0, 0, START
    with progress("data keys sealed anew", total=total) as bar:
        while True:
            with acting(_KEEPER) as cursor:
                step = rewrap_items(cursor, ring, batch=BATCH, after=after)
            done, damaged = done + step.rewrapped, damaged + step.damaged
            bar(min(done, total), total)
            if step.after is None:
                return done, damaged
            after = step.after
