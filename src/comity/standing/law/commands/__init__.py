"""The writes of law: load a release, approve its rules, put it in force. Each opens its own durable transaction."""

from comity.standing.law.commands.approve import NotCounselError, approve_rules
from comity.standing.law.commands.load import load_release
from comity.standing.law.commands.put_in_force import DatedBackError, NotApprovedError, NotReplayedError, put_in_force
from comity.standing.law.commands.record import NotStewardError
from comity.standing.law.commands.replay import record_replay

__all__ = [
    "DatedBackError",
    "NotApprovedError",
    "NotCounselError",
    "NotReplayedError",
    "NotStewardError",
    "approve_rules",
    "load_release",
    "put_in_force",
    "record_replay",
]
