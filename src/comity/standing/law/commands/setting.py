"""Give a setting a value: what counsel of the node decides where the law is not settled."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from comity.kernel.ids import new_id
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting
from comity.standing.law.commands.put_in_force import DatedBackError
from comity.standing.law.commands.record import Row, done_by, require_counsel, require_steward, write_act
from comity.standing.law.setting_facts import KnownSetting, load_known

LONGEST_REASON: Final = 200


class SettingRefusedError(ValueError):
    """No such setting, no such value of it, or no reason; the message says which."""


def set_setting(
    *,
    by: Actor,
    now: datetime,
    setting: str,
    value: str,
    reason: str,
    effective_at: datetime | None = None,
    known: Mapping[str, KnownSetting] | None = None,
) -> UUID:
    """Give a setting a value from `effective_at` (default `now`) on, as counsel; returns the id of the act.

    `reason`: why, in at most 200 characters, such as the number of an opinion; never about a person. `known`: the
    settings there are (default: those that ship). Writes `law_setting` and a ledger entry `law.setting_set`, in one
    transaction. Raises `NotStewardError`, `NotCounselError`, `SettingRefusedError`, `DatedBackError`.
    """
    require_steward(by)
    _check(setting, value, reason, load_known() if known is None else known)
    starts_at = effective_at or now
    if starts_at < now:
        raise DatedBackError(f"`{starts_at.isoformat()}` is before {now.isoformat()}")
    act_id = new_id()
    row: Row = {**done_by(by, now), "id": act_id, "setting": setting, "value": value, "reason": reason.strip()}
    with acting(by) as cursor:
        require_counsel(by)
        rows = [("law_setting", row | {"effective_at": starts_at})]
        write_act(cursor, act="law.setting_set", by=by, now=now, rows=rows)
    return act_id


def _check(setting: str, value: str, reason: str, known: Mapping[str, KnownSetting]) -> None:
    if setting not in known:
        listed = f"use one of: {', '.join(sorted(known))}" if known else "none ships with this version"
        raise SettingRefusedError(f"no setting `{setting}`; {listed}")
    values = known[setting].values
    if len(values) == 1:
        raise SettingRefusedError(f"setting `{setting}` is always `{values[0]}`: there is nothing to switch")
    if value not in values:
        raise SettingRefusedError(f"setting `{setting}` has no value `{value}`; use one of: {', '.join(values)}")
    if not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise SettingRefusedError(f"a reason is one line of at most {LONGEST_REASON} characters; give one")
