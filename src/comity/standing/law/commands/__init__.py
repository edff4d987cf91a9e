"""The writes of law: releases, approvals, replays, settings. Each opens its own durable transaction."""

from comity.standing.law.commands.approve import approve_release, approve_rules
from comity.standing.law.commands.load import load_release
from comity.standing.law.commands.put_in_force import (
    DatedBackError,
    LaterScheduledError,
    NotApprovedError,
    NotReplayedError,
    ReleaseNotApprovedError,
    put_in_force,
)
from comity.standing.law.commands.record import NotCounselError, NotStewardError
from comity.standing.law.commands.replay import record_replay
from comity.standing.law.commands.setting import SettingRefusedError, set_setting

__all__ = [
    "DatedBackError",
    "LaterScheduledError",
    "NotApprovedError",
    "NotCounselError",
    "NotReplayedError",
    "NotStewardError",
    "ReleaseNotApprovedError",
    "SettingRefusedError",
    "approve_release",
    "approve_rules",
    "load_release",
    "put_in_force",
    "record_replay",
    "set_setting",
]
