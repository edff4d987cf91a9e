"""An account per role in the demo agencies, written to a file only its owner can read before anything answers."""

import json
import secrets
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

from comity.host.demonstration.account_file import DemoAccount, account_file, read_accounts
from comity.spine.keys.private_file import replace_file
from comity.spine.tenancy.actor import Duty, node_actor
from comity.spine.tenancy.transaction import reading
from comity.standing.accounts.commands import accept_invitation, open_account
from comity.standing.accounts.selectors import find_signed_in
from comity.standing.directory.selectors import get_holder, get_post_by_code, list_officers

PLACES: Final = (
    *(("az-dps", post) for post in (
        "head", "liaison", "records-supervisor", "records-clerk", "privacy", "counsel", "commander", "analyst",
        "training", "auditor", "security",
    )),
    ("hsi-arizona", "liaison"),
    ("hsi-arizona", "head"),
    ("pima-so", "liaison"),
    ("pima-so", "counsel"),
    ("ut-dps-bci", "liaison"),
    ("tohono-oodham-pd", "liaison"),
    ("az-ag", "auditor"),
    ("az-ag", "counsel"),
)  # fmt: skip
"""Every role once in one agency, and whoever it deals with."""


def write_accounts(home: Path, *, now: datetime) -> Path:
    """Open an account per post unless the file names them and they are there; return the file (0600).

    Passwords and secrets are made anew in each node: the demonstration has none that others could know.
    """
    path = account_file(home)
    known = read_accounts(home)
    if len(known) == len(PLACES) and all(find_signed_in(username=one.username) for one in known):
        return path
    made = [_open(agency, post, now) for agency, post in PLACES]
    replace_file(path, json.dumps([asdict(one) for one in made], indent=1).encode(), mode=0o600)
    return path


def _open(agency: str, post_code: str, now: datetime) -> DemoAccount:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.contrib.auth import get_user_model

    by = node_actor(Duty.STEWARD)
    with reading(by):
        post = get_post_by_code(agency, post_code)
        holder = get_holder(post.id, now)
        officer = list_officers([holder.officer_id])[holder.officer_id] if holder else None
    if officer is None:
        raise LookupError(f"nobody holds {agency}/{post_code}: the directory of the demo is not loaded")
    username, password, secret = f"{agency}.{post_code}", secrets.token_urlsafe(12), generate_totp_secret()
    invited = open_account(by=by, now=now, agency=agency, reference=officer.reference, username=username)
    accept_invitation(by=by, now=now, secret=invited.secret, password=password)
    account = get_user_model().objects.get(id=invited.account_id)
    TOTP.activate(account, secret)
    RecoveryCodes.activate(account)
    return DemoAccount(f"{agency}/{post_code}", username, password, secret)
