"""`comity keys`: API keys for posts, and the rotation of the master key that seals the vault."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from comity.doors.cli.acting import acting_as
from comity.doors.cli.mistakes import NOT_WELL, MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import day, note, progress, say, say_json
from comity.kernel.time import Period
from comity.spine.keys.ring import KeyRing
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import acting, reading
from comity.spine.vault.rewrap import START, count_by_key, rewrap_items
from comity.standing.directory.commands.keys import issue_api_key, revoke_api_key
from comity.standing.directory.vocabulary import Scope

BATCH: Final = 500
ROUNDS: Final = 3
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


def rotate(node: Node) -> int:
    """Make a new master key and seal every data key under it; content and its digests stay as they are."""
    keys = node.open_keys()
    old = keys.master_key_id
    new = keys.rotate_master()
    say(f"master key {new} is current; {old} stays in the key file, backups need it for 35 days")
    say("→ back the key file up now, apart from the database")
    return rewrap(node, keys=keys)


def rewrap(node: Node, *, keys: KeyRing | None = None) -> int:
    """Seal under the current master key what an older one still seals; safe to repeat. Return 1 when some is left."""
    ring = keys or node.open_keys()
    done = 0
    for _ in range(ROUNDS):
        left = _left(ring)
        if not left:
            break
        done += _round(ring, left)
    left = _left(ring)
    say(f"{done:,} data keys sealed anew, {left:,} left under older master keys")
    if left:
        say("→ a process still uses an older key: restart Comity's services, then run `comity keys rewrap`")
    return NOT_WELL if left else 0


def _left(ring: KeyRing) -> int:
    with reading(_KEEPER) as cursor:
        return sum(count for key_id, count in count_by_key(cursor).items() if key_id != ring.master_key_id)


def _round(ring: KeyRing, total: int) -> int:
    """Go once through the vault, a transaction a batch."""
    done, after = 0, START
    with progress("data keys sealed anew", total=total) as bar:
        while True:
            with acting(_KEEPER) as cursor:
                step = rewrap_items(cursor, ring, batch=BATCH, after=after)
            done += step.rewrapped
            bar(min(done, total), total)
            if step.after is None:
                return done
            after = step.after
