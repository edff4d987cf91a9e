"""People at the console: accounts of the demo's posts, and browsers without a screen."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

PASSWORD = "a sentence that nobody guesses"


@dataclass
class Person:
    """Somebody with an account: signs in, follows pages, sends forms."""

    username: str
    account_id: Any
    secret: str
    had_factor: bool = True
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        self.client = new_client()

    def code(self) -> str:
        """The code that the authenticator app shows now; each counts once."""
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        return format_hotp_value(hotp_value(self.secret, int(time.time()) // 30))

    def give_password(self, password: str = PASSWORD, *, to: str = ""):
        """Send name and password."""
        return self.client.post("/accounts/login/", {"login": self.username, "password": password, "next": to})

    def sign_in(self, *, to: str = ""):
        """Come in with both factors; returns the last answer."""
        answer = self.give_password(to=to)
        assert answer["Location"].startswith("/accounts/2fa/authenticate/"), answer["Location"]
        forget_used_codes(self.account_id)
        return self.client.post("/accounts/2fa/authenticate/", {"code": self.code()})

    def get(self, path: str, **kwargs: Any):
        return self.client.get(path, **kwargs)

    def post(self, path: str, given: Any = None, **kwargs: Any):
        return self.client.post(path, given or {}, **kwargs)


def new_client(**kwargs: Any) -> Any:
    """A browser that keeps cookies; a failure of a page is its answer, as it is for people."""
    from django.test import Client

    return Client(raise_request_exception=False, SERVER_NAME="localhost", **kwargs)


def forget_used_codes(account_id: Any) -> None:
    """Let a code be used again: a test signs in more often than every half minute."""
    from django.core.cache import cache

    cache.clear()


def words_of(answer: Any, *, but: str = "(?!)") -> str:
    """The text of a page without its markup, without what is written for machines, and without what `but` matches."""
    text = re.sub(but, " ", re.sub(r"(?s)<(script|style|head|pre)\b.*?</\1>", " ", answer.content.decode()))
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@dataclass
class House:
    """The node, and who is let in."""

    node: Any
    _numbers: dict[str, int] = field(default_factory=dict)

    def person(self, agency: str = "az-dps", post: str = "liaison", *, factor: bool = True) -> Person:
        """An account of whoever holds a post."""
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
        from django.contrib.auth import get_user_model

        from comity.spine.tenancy.actor import Duty, node_actor
        from comity.spine.tenancy.transaction import reading
        from comity.standing.accounts.commands import accept_invitation, open_account
        from comity.standing.directory.selectors import get_holder, get_post_by_code, list_officers

        steward, now = node_actor(Duty.STEWARD), self.node.clock()
        with reading(steward):
            found = get_post_by_code(agency, post)
            holder = get_holder(found.id, now)
            officer = list_officers([holder.officer_id])[holder.officer_id]
        invited = open_account(
            by=steward, now=now, agency=agency, reference=officer.reference, username=f"{agency}.{post}"
        )
        accept_invitation(by=steward, now=now, secret=invited.secret, password=PASSWORD)
        secret = generate_totp_secret()
        if factor:
            TOTP.activate(get_user_model().objects.get(id=invited.account_id), secret)
        return Person(invited.username, invited.account_id, secret, factor)

    def inside(self, agency: str = "az-dps", post: str = "liaison") -> Person:
        """The same, signed in."""
        person = self.person(agency, post)
        assert person.sign_in().status_code == 302
        return person

    def ask(self, asker: str, holder: str, post: str = "liaison", **changes: Any) -> Any:
        """Let an agency's post ask another agency, by the command; returns the id of the ask."""
        from comity.coordination.exchange.ask import Answered, Ask
        from comity.coordination.exchange.commands.request import request_disclosures

        given = {
            "ask_key": f"web-{len(self._numbers)}",
            "holder": holder,
            "purpose": "criminal_investigation",
            "category": "case",
            "elements": ("case_number",),
            "reference": "TEST-CASE-1",
        }
        self._numbers[given["ask_key"]] = 1
        ask = Ask(**given | changes)
        [answer] = request_disclosures(asks=[ask], by=self.node.actor(asker, post), keys=self.node.keys)
        assert isinstance(answer, Answered), answer
        return answer.ask_id

    def lodge(self, holder: str, reference: str = "TEST-CASE-1", *, category: str = "case", **given: Any) -> None:
        """Let an agency lodge a record whose every value begins with `VALUE`."""
        from comity.coordination.exchange.commands.file import Filed, NewRecord, file_records

        names = given.pop("elements", ("case_number", "person_name"))
        record = NewRecord(
            category=category, reference=reference, values={name: f"VALUE of {name}" for name in names}, **given
        )
        [filed] = file_records(
            records=(record,), by=self.node.actor(holder), now=self.node.clock(), keys=self.node.keys
        )
        assert isinstance(filed, Filed), filed

    def deliver(self) -> None:
        """Let the worker send what waits."""
        from comity.doors.worker.deliveries import sweep
        from comity.spine.tenancy.clock import database_now

        sweep(clock=database_now, keys=self.node.keys)

    def tick(self) -> None:
        """Let the next tick answer what it promised."""
        from datetime import timedelta

        from comity.coordination.exchange.commands.tick import answer_hidden_asks
        from comity.spine.tenancy.clock import database_now

        later = database_now() + timedelta(seconds=10)
        answer_hidden_asks(by=self.node.node("courier"), now=later, keys=self.node.keys)
