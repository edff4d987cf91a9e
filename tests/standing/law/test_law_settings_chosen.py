"""Settings: what counsel of the node chose where the law is not settled; nothing chosen is the strict reading."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from comity.config.node import Role
from comity.spine.ledger.models import Pending
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import acting_with_stamps
from comity.standing.law.commands import (
    DatedBackError,
    NotCounselError,
    NotStewardError,
    SettingRefusedError,
    set_setting,
)
from comity.standing.law.models import LawSetting
from comity.standing.law.selectors import get_setting_codes, list_settings

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Known:
    id: str
    values: tuple[str, ...] = ("off", "on")
    en: str = "says"
    es: str = "dice"
    default: str = "off"


KNOWN = {one.id: one for one in (Known("plates"), Known("days", ("30", "90")), Known("home", ("strict",)))}


def choose(people, value="on", setting="plates", **more):
    by, now = people[1], NOW
    return set_setting(
        **{"by": by, "now": now, "setting": setting, "value": value, "reason": "I-26", "known": KNOWN} | more
    )


def test_nothing_is_on_until_counsel_switches_it_on_and_off_again(people):
    assert get_setting_codes(NOW) == frozenset()
    choose(people)
    assert get_setting_codes(NOW) == {"setting_plates"}
    assert get_setting_codes(NOW - DAY) == frozenset()
    choose(people, "off", now=NOW + DAY)
    assert get_setting_codes(NOW + DAY) == frozenset()
    assert get_setting_codes(NOW) == {"setting_plates"}


def test_a_setting_takes_effect_when_it_says_and_the_last_to_take_effect_counts(people):
    choose(people, effective_at=NOW + 2 * DAY)
    choose(people, "off", now=NOW + DAY)
    assert [bool(get_setting_codes(NOW + days * DAY)) for days in range(4)] == [False, False, True, True]
    assert list_settings(NOW) == {}
    found = list_settings(NOW + 2 * DAY)["plates"]
    assert (found.value, found.effective_at, found.at, found.post_id) == ("on", NOW + 2 * DAY, NOW, people[1].post_id)


def test_a_value_that_is_not_on_is_no_evidence(people):
    choose(people, "90", "days")
    assert get_setting_codes(NOW) == frozenset()
    assert list_settings(NOW)["days"].value == "90"


def test_with_stamps_settings_are_read_again_only_when_one_was_set(people):
    def codes() -> tuple[frozenset[str], int]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with acting_with_stamps(people[1]) as (_, stamps, _now), CaptureQueriesContext(connection) as queries:
            found = get_setting_codes(NOW, stamps=stamps)
        return found, sum("FROM law_setting" in one["sql"] for one in queries)

    assert codes() == (frozenset(), 1)
    assert codes() == (frozenset(), 0)
    choose(people)
    assert codes() == ({"setting_plates"}, 1)
    assert codes() == ({"setting_plates"}, 0)


def test_what_fits_nothing_is_refused_and_nothing_is_written(people):
    steward, counsel = people
    wrong = [
        ({"by": steward}, NotCounselError),
        ({"by": Actor(counsel.agency_id, counsel.post_id)}, NotStewardError),
        ({"setting": "weather"}, SettingRefusedError),
        ({"value": "maybe"}, SettingRefusedError),
        ({"setting": "home", "value": "strict"}, SettingRefusedError),
        ({"reason": " "}, SettingRefusedError),
        ({"reason": "x" * 201}, SettingRefusedError),
        ({"reason": "two\nlines"}, SettingRefusedError),
        ({"known": {}}, SettingRefusedError),
        ({"effective_at": NOW - DAY}, DatedBackError),
    ]
    for change, error in wrong:
        with pytest.raises(error):
            choose(people, **change)
    assert not LawSetting.objects.exists()


def test_a_setting_stands_in_the_ledger(people):
    act = choose(people)
    last = Pending.objects.using("verifier").order_by("-seq").first()
    body = bytes(last.body).decode()
    assert ('"act":"law.setting_set"' in body, f'"law_setting/{act}"' in body) == (True, True)


def test_nobody_but_the_steward_writes_a_setting_and_nobody_changes_one(people, node):
    choose(people)
    again = (
        "INSERT INTO law_setting SELECT gen_random_uuid(), at, agency_id, post_id, setting, value, reason,"
        " effective_at{shift}, entry_id FROM law_setting"
    )
    with node.connect(Role.APP) as app:
        app.execute("SELECT set_config('comity.agency', %s, false)", (str(people[1].agency_id),))
        for duty in ("", "agency", "auditor", "gate"):
            app.execute("SELECT set_config('comity.duty', %s, false)", (duty,))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(again.format(shift=""))
        app.execute("SELECT set_config('comity.duty', 'steward', false)")
        with pytest.raises(psycopg.errors.CheckViolation):
            app.execute(again.format(shift=" - interval '1 day'"))
    with node.connect(Role.OWNER) as owner, pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner.execute("UPDATE law_setting SET value = 'off'")
