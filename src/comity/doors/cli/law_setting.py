"""`comity law setting`: what counsel of the node chose where the law is not settled."""

from comity.doors.cli.acting import STEWARD, acting_as
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, note, say, say_json, say_table
from comity.doors.cli.when import parse_moment
from comity.spine.tenancy.actor import Duty
from comity.spine.tenancy.transaction import reading
from comity.standing.law.commands import set_setting
from comity.standing.law.selectors import list_coming_settings, list_settings
from comity.standing.law.setting_facts import load_known


def list_all(node: Node, *, language: str, form: str) -> None:
    """Print every setting with its value now: counsel's, else the default, which is the strict one."""
    with reading(STEWARD):
        chosen, coming = list_settings(node.now()), list_coming_settings(node.now())
    known = load_known()
    lines: list[dict[str, object]] = []
    for name in sorted(known.keys() | chosen.keys()):
        one, own = known.get(name), chosen.get(name)
        lines.append(
            {
                "setting": name,
                "value": own.value if own else one.default if one else "",
                "says": "" if one is None else one.es if language == "es" else one.en,
                "values": one.values if one else (),
                "since": own.effective_at if own else None,
                "reason": own.reason if own else "",
                "coming": [
                    {"value": later.value, "from": later.effective_at, "reason": later.reason}
                    for later in coming
                    if later.id == name
                ],
            }
        )
    if form == "json":
        for line in lines:
            say_json(line)
        return
    if not lines:
        say("no setting ships with this version, and none was set: every reading is the strict one")
        return
    rows = [
        (
            line["setting"],
            line["value"],
            line["says"],
            moment(chosen[str(line["setting"])].effective_at) if line["since"] else "default",
            line["reason"],
        )
        for line in lines
    ]
    say_table(("setting", "value", "says, when on", "since", "reason"), rows)
    for later in coming:
        say(f"→ `{later.id}` is `{later.value}` from {moment(later.effective_at)} on: {later.reason}")
    if coming:
        note("to take one back, give the setting the value it has now, from the same instant on")


def set_one(node: Node, *, setting: str, value: str, reason: str, acting: str, at: str | None) -> None:
    """Give a setting a value, as counsel, now or at a time to come."""
    by, now = acting_as(acting, duty=Duty.STEWARD), node.now()
    effective_at = None if at is None else parse_moment(at, "--at")
    set_setting(by=by, now=now, setting=setting, value=value, reason=reason, effective_at=effective_at)
    say(f"setting {setting} is `{value}` from {moment(effective_at or now)} on")
