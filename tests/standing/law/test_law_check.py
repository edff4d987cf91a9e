"""What `check_release` finds, each with what helps; and that the shipped law is without an error."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
import small_law as small
from hypothesis import given
from hypothesis import strategies as st

from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.check import Severity, check_release
from comity.standing.law.facts import SIGNED, ReleaseFacts, ReleaseState
from comity.standing.law.rules import Release, shipped_release
from comity.standing.law.tables import TableError, read_tables

TODAY = date(2026, 11, 22)
TABLES = Path(__file__).parents[3] / "src" / "comity" / "standing" / "law" / "decisions"
F02 = small.authority("F02", starts_on="1996-09-30")


def check(release, **more):
    return check_release(release, **{"on": TODAY, "catalogue": load_catalogue()} | more)


def codes(release, **more) -> list[tuple[str, str]]:
    return [(one.code, one.rule) for one in check(release, **more)]


def clean(*rules: str, authorities: str = F02, **more) -> Release:
    release = small.release(*rules, authorities=authorities, **more)
    spanish = release.text_sources["es"].replace("what", "lo que")
    return Release(release.packs, {"en": release.text_sources["en"], "es": spanish}, release.authority_source)


def both(*rules: str, **more) -> Release:
    """A release of rules that all say `law-1`."""
    return clean(*rules, keys=("law-1",), **more)


def version(number: int, **changes: str) -> str:
    return small.rule("law-1" if number == 1 else f"law-1-v{number}", says="law-1", **changes)


def test_the_shipped_law_holds_no_error_and_every_rule_has_its_rows():
    tables = read_tables({path.name: path.read_text("utf-8") for path in TABLES.glob("*.csv")})
    found = check(shipped_release(), tables=tables)
    assert [one for one in found if one.severity is Severity.ERROR] == []


def test_a_sound_release_has_nothing_to_mend():
    assert codes(both(version(1))) == []


def test_a_rule_without_citation_authority_or_words_is_found():
    rules = small.rule("law-1", cite=""), small.rule("law-2", source=""), small.rule("law-3")
    found = codes(clean(*rules))
    assert {("uncited", "law-1"), ("uncited", "law-2"), ("untranslated", "law-3")} <= set(found)


def test_an_authority_nobody_rests_on_and_a_text_nobody_says_are_found():
    release = clean(version(1), authorities=F02 + small.authority("F99"), keys=("law-1", "law-9"))
    found = check(release)
    assert [one.code for one in found] == ["unused-authority", "unused-text"]
    assert ["`F99`" in found[0].words, "`law-9`" in found[1].words] == [True, True]
    assert {one.severity for one in found} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("rule", "authority", "gaps"),
    [
        ({"since": "1996-09-30"}, {"starts_on": "1996-09-30"}, 0),
        ({"since": "1996-09-29"}, {"starts_on": "1996-09-30"}, 1),
        ({"since": ""}, {"starts_on": "1996-09-30"}, 1),
        ({"since": ""}, {"starts_on": ""}, 0),
        ({"until": ""}, {"starts_on": "", "ends_on": "2030-01-01"}, 1),
        ({"until": "2030-01-02"}, {"starts_on": "", "ends_on": "2030-01-01"}, 1),
        ({"until": "2030-01-01"}, {"starts_on": "", "ends_on": "2030-01-01"}, 0),
        ({"since": "1990-01-01", "until": "2031-01-01"}, {"starts_on": "1991-01-01", "ends_on": "2030-01-01"}, 2),
    ],
)
def test_a_rule_that_applies_while_its_authority_is_not_in_force_is_found(rule, authority, gaps):
    release = both(version(1, **rule), authorities=small.authority("F02", **authority))
    assert codes(release) == [("date-gap", "law-1")] * gaps


@pytest.mark.parametrize(
    ("until", "since", "says"),
    [
        ("2027-01-01", "2027-01-01", None),
        ("2027-01-01", "2027-01-02", "no version applies between"),
        ("2027-01-02", "2027-01-01", "both apply meanwhile"),
        ("", "2027-01-01", "both apply meanwhile"),
    ],
)
def test_versions_of_a_rule_follow_one_another_without_a_day_between(until, since, says):
    found = check(both(version(1, until=until), version(2, since=since)))
    assert [one.rule for one in found] == (["law-1"] if says else [])
    assert all(says in one.words for one in found)


@pytest.mark.parametrize(
    ("until", "is_found"), [("2026-11-21", False), ("2026-11-22", True), ("2027-02-20", True), ("2027-02-21", False)]
)
def test_a_rule_that_ends_soon_without_a_version_to_follow_is_found(until, is_found):
    assert codes(both(version(1, until=until))) == ([("ends-soon", "law-1")] if is_found else [])
    assert codes(both(version(1, until=until), version(2, since=until))) == []


@given(st.lists(st.dates(date(2000, 1, 1), date(2025, 1, 1)), min_size=2, max_size=6, unique=True))
def test_a_chain_of_versions_is_without_a_gap_and_without_one_link_it_is_not(days):
    ordered = sorted(days)
    periods = list(zip(["", *map(str, ordered)], [*map(str, ordered), ""], strict=True))
    authorities = small.authority("F02", starts_on="")
    rules = [version(number, since=a, until=b) for number, (a, b) in enumerate(periods, start=1)]
    assert codes(both(*rules, authorities=authorities)) == []
    del rules[len(rules) // 2]
    broken = codes(both(*rules, authorities=authorities))
    assert [code for code, _ in broken] == (["date-gap"] if len(periods) // 2 not in (0, len(periods) - 1) else [])


def test_words_that_are_not_translated_are_found():
    release = small.release(version(1), keys=("law-1",), authorities=F02)
    assert codes(release) == [("untranslated", "law-1")]


def test_missing_rows_of_decision_tables_and_columns_of_no_rule_are_found():
    header = "situation,clause,law-1,law-7,headline\n"
    tables = read_tables({"a.csv": header + "x,none,applies,applies,refused\n", "parties.csv": "name\n"})
    found = check(both(version(1)), tables=tables)
    assert [(one.code, one.rule) for one in found] == [("no-row", "law-1"), ("no-rule", "law-7")]
    assert "does not" in found[0].words
    assert codes(both(version(1)), tables={}) == [("no-row", "law-1")] * 2


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "headline,clause\n", 'clause,law-1,headline\n"x\n'])
def test_a_file_that_is_no_decision_table_is_named(text):
    with pytest.raises(TableError, match=r"`odd\.csv` is no decision table"):
        read_tables({"odd.csv": text})


def test_what_counsel_has_not_approved_or_not_signed_is_an_error():
    standing = ReleaseFacts(
        id=UUID(int=1),
        digest="",
        loaded_at=datetime(2026, 11, 22, tzinfo=UTC),
        loaded_by_post=UUID(int=2),
        state=ReleaseState.DRAFT,
        unapproved=("law-1", "law-2"),
        approval=SIGNED,
        takes_out=(),
        effective_at=None,
        demo_approvals=0,
    )
    found = check(both(version(1)), standing=standing, unsigned=["law-2"])
    assert [(one.severity, one.code, one.rule) for one in found] == [
        (Severity.ERROR, "not-approved", "law-1"),
        (Severity.ERROR, "not-signed", "law-2"),
    ]


def test_every_finding_says_what_helps():
    found = check(
        clean(small.rule("law-1", until="2027-01-01", since="1980-01-01"), keys=("law-1", "law-9")), tables={}
    )
    assert len({one.code for one in found}) >= 3
    assert all(one.words and one.remedy for one in found)
