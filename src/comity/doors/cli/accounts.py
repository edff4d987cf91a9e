"""`comity account`: who may sign in at the console."""

from comity.doors.cli.acting import STEWARD, acting_as, find_agency
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import moment, note, say, say_json, say_table
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.accounts.commands import (
    AccountStateError,
    NameTakenError,
    NotSecurityOfficerError,
    close_account,
    invite_again,
    open_account,
    unlock_account,
)
from comity.standing.accounts.facts import Invitation
from comity.standing.accounts.selectors import NoAccountError, find_signed_in, list_accounts
from comity.standing.directory.selectors import NotInDirectoryError

_DONE = {"unlock": "is unlocked", "close": "is closed"}


def open_one(node: Node, *, agency: str, reference: str, name: str, acting: str | None, form: str) -> None:
    """Open an account and print its invitation."""
    by = _by(acting)
    with reading(STEWARD):
        code = find_agency(agency, "AGENCY").code
    try:
        invited = open_account(by=by, now=node.now(), agency=code, reference=reference, username=name)
    except NotInDirectoryError:
        remedy = "its officers are registered in the directory first"
        raise MistakeError("REFERENCE", f"`{code}` has no officer `{reference}`", remedy) from None
    except NameTakenError as error:
        raise MistakeError("NAME", *_parts(error)) from None
    except NotSecurityOfficerError as error:
        raise MistakeError("--as", str(error), f"act as the security officer of `{code}`, or leave it out") from None
    _say_invited(invited, form)


def change(node: Node, *, name: str, change: str, acting: str | None, form: str) -> None:
    """Invite anew, unlock or close."""
    by, found = _by(acting), find_signed_in(username=name)
    if found is None:
        raise MistakeError("NAME", f"no account `{name}`", "`comity account list AGENCY` shows an agency's")
    try:
        if change == "invite":
            _say_invited(invite_again(by=by, now=node.now(), account_id=found.id), form)
            return
        act = unlock_account if change == "unlock" else close_account
        act(by=by, now=node.now(), account_id=found.id)
    except AccountStateError as error:
        raise MistakeError("NAME", *_parts(error)) from None
    except (NotSecurityOfficerError, NoAccountError):
        remedy = "act as the security officer of the account's agency, or leave it out"
        raise MistakeError("--as", "this post does not manage the account", remedy) from None
    if form == "json":
        say_json({"username": found.username, "change": change})
    else:
        say(f"`{found.username}` {_DONE[change]}")


def list_all(*, agency: str, form: str) -> None:
    """Print an agency's accounts."""
    with reading(STEWARD):
        found = list_accounts(find_agency(agency, "AGENCY").id)
    if form == "json":
        for one in found:
            say_json({"username": one.username, "state": one.state, "made_at": one.made_at, "last": one.last_login_at})
        return
    rows = [(one.username, one.state.value, moment(one.made_at), moment(one.last_login_at)) for one in found]
    say_table(("name", "state", "opened", "last sign-in"), rows)
    if not found:
        note("no accounts; `comity account open` opens one")


def _by(acting: str | None) -> Actor:
    return STEWARD if acting is None else acting_as(acting)


def _parts(error: Exception) -> tuple[str, str]:
    message, _, remedy = str(error).partition("; ")
    return message, remedy or "choose another"


def _say_invited(invited: Invitation, form: str) -> None:
    if form == "json":
        say_json({"username": invited.username, "invitation": invited.secret, "until": invited.ends_at})
        return
    say(f"the invitation of `{invited.username}`, printed this once and good until {moment(invited.ends_at)}:")
    say(invited.secret)
    note("its person opens /accounts/join/ and chooses a password")
