"""Eligible over an interval means eligible at every instant of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.ids import new_id
from comity.kernel.time import Period
from comity.standing.training.facts import CredentialFacts, Eligible, NotEligible, RequirementFacts
from comity.standing.training.rules import applying, eligible, first_gap
from comity.standing.training.vocabulary import Function, Reason

START = datetime(2026, 1, 1, tzinfo=UTC)
OFFICER = new_id()
INSTANT = timedelta(microseconds=1)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def requirement(**changes) -> RequirementFacts:
    usual = {
        "code": "tr-privacy",
        "function": Function.RECEIVE_INFORMATION,
        "agreement_kind": "",
        "agency_kind": "",
        "courses": frozenset({"privacy"}),
        "accepted_issuers": frozenset({"azpost"}),
        "validity_days": 1_000,
        "pass_mark": None,
        "max_attempts": None,
        "source": "test",
        "period": Period(day(-100)),
    }
    return RequirementFacts(**usual | changes)


def credential(first: int, last: int, **changes) -> CredentialFacts:
    usual = {
        "id": new_id(),
        "officer_id": OFFICER,
        "course": "privacy",
        "issuer": "azpost",
        "issued_at": day(first),
        "valid_until": day(last),
        "score": None,
        "attempt": 1,
        "revoked_at": None,
    }
    return CredentialFacts(**usual | changes)


def judge(credentials, interval, *requirements):
    return eligible(requirements=requirements or [requirement()], credentials=credentials, interval=interval)


def test_a_credential_that_lapses_during_the_interval_fails_at_the_instant_it_lapses():
    verdict = judge([credential(0, 20)], Period(day(10), day(30)))
    assert isinstance(verdict, NotEligible)
    assert verdict.first_at == day(20)
    assert verdict.failures[0].reason is Reason.LAPSED
    assert judge([credential(0, 20)], Period(day(10), day(20))) == Eligible(("tr-privacy",))


def test_a_renewal_covers_the_interval_together_with_what_it_renews():
    assert judge([credential(0, 20), credential(20, 40)], Period(day(10), day(30))) == Eligible(("tr-privacy",))
    gap = judge([credential(0, 20), credential(21, 40)], Period(day(10), day(30)))
    assert isinstance(gap, NotEligible)
    assert gap.first_at == day(20)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"course": "other"}, Reason.NO_CREDENTIAL),
        ({"issuer": "diploma-mill"}, Reason.NO_CREDENTIAL),
        ({"score": 69}, Reason.NO_CREDENTIAL),
        ({"score": None}, Reason.NO_CREDENTIAL),
        ({"score": 90, "attempt": 3}, Reason.NO_CREDENTIAL),
        ({"score": 90, "issued_at": day(12)}, Reason.NOT_YET_VALID),
        ({"score": 90, "valid_until": day(9)}, Reason.LAPSED),
        ({"score": 90, "revoked_at": day(5)}, Reason.REVOKED),
    ],
)
def test_the_reason_says_what_is_wrong(changes, reason):
    strict = requirement(pass_mark=70, max_attempts=2)
    verdict = judge([credential(0, 40, **changes)], Period(day(10), day(11)), strict)
    assert isinstance(verdict, NotEligible)
    assert [(failure.requirement, failure.first_at, failure.reason) for failure in verdict.failures] == [
        ("tr-privacy", day(10), reason)
    ]


def test_a_pass_at_the_mark_in_the_last_attempt_counts():
    strict = requirement(pass_mark=70, max_attempts=2)
    assert judge([credential(0, 40, score=70, attempt=2)], Period(day(10), day(11)), strict) == Eligible(
        ("tr-privacy",)
    )


def test_validity_counts_from_issue_whatever_the_certificate_says():
    verdict = judge([credential(0, 400)], Period(day(0), day(100)), requirement(validity_days=30))
    assert isinstance(verdict, NotEligible)
    assert verdict.first_at == day(30)


def test_every_requirement_must_be_met():
    second = requirement(code="tr-28-cfr-23", courses=frozenset({"28-cfr-23"}))
    verdict = judge([credential(0, 40)], Period(day(10), day(11)), requirement(), second)
    assert isinstance(verdict, NotEligible)
    assert [failure.requirement for failure in verdict.failures] == ["tr-28-cfr-23"]


def test_any_course_of_a_requirement_will_do():
    either = requirement(courses=frozenset({"privacy", "grama"}))
    assert judge([credential(0, 40, course="grama")], Period(day(10), day(11)), either) == Eligible(("tr-privacy",))


def test_nothing_required_means_nobody_is_eligible():
    verdict = eligible(requirements=[], credentials=[credential(0, 40)], interval=Period(day(10), day(11)))
    assert isinstance(verdict, NotEligible)
    assert verdict.failures[0].reason is Reason.NO_REQUIREMENT


def test_a_requirement_binds_only_while_it_is_in_force():
    old = requirement(period=Period(day(-100), day(20)))
    new = requirement(courses=frozenset({"privacy-2026"}), period=Period(day(20)))
    assert judge([credential(0, 40)], Period(day(10), day(20)), old, new) == Eligible(("tr-privacy",))
    verdict = judge([credential(0, 40)], Period(day(10), day(21)), old, new)
    assert isinstance(verdict, NotEligible)
    assert verdict.first_at == day(20)


def test_kinds_of_agreement_and_agency_choose_the_requirements():
    everyone = requirement()
    delegated = requirement(code="tr-tfm", agreement_kind="tfm")
    local = requirement(code="tr-local", agency_kind="local")
    chosen = applying(
        [everyone, delegated, local], function=Function.RECEIVE_INFORMATION, agreement_kind="mou", agency_kind="local"
    )
    assert [found.code for found in chosen] == ["tr-privacy", "tr-local"]


days = st.integers(-5, 25)
stretches = st.tuples(days, st.integers(1, 15)).map(lambda pair: (pair[0], pair[0] + pair[1]))
credentials = st.builds(
    lambda span, course, revoked: credential(
        *span, course=course, revoked_at=None if revoked is None else day(revoked)
    ),
    stretches,
    st.sampled_from(["privacy", "cjis"]),
    st.none() | days,
)
requirements = st.builds(
    lambda code, course, span, validity: requirement(
        code=code, courses=frozenset({course}), period=Period(day(span[0]), day(span[1])), validity_days=validity
    ),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["privacy", "cjis"]),
    stretches,
    st.integers(1, 20),
)


@given(wanted=st.lists(requirements, max_size=4), held=st.lists(credentials, max_size=6), span=stretches)
def test_eligible_over_an_interval_is_eligible_at_every_instant_of_it(wanted, held, span):
    interval = Period(day(span[0]), day(span[1]))
    # Everything changes at midnight, so the first instant of each day stands for the day.
    instants = [day(number) for number in range(span[0], span[1])]
    bad = [
        at
        for at in instants
        if isinstance(eligible(requirements=wanted, credentials=held, interval=Period(at, at + INSTANT)), NotEligible)
    ]
    verdict = eligible(requirements=wanted, credentials=held, interval=interval)
    assert isinstance(verdict, Eligible) is (not bad)
    if isinstance(verdict, NotEligible):
        assert verdict.first_at == bad[0]


@given(held=st.lists(credentials, max_size=5), wanted=st.lists(requirements, max_size=3), at=days)
def test_at_an_instant_the_rule_is_the_plain_sentence_of_the_law(held, wanted, at):
    moment = day(at)
    in_force = [rule for rule in wanted if rule.period.contains(moment)]
    plain = bool(in_force) and all(
        any(
            paper.course in rule.courses
            and paper.issued_at <= moment < min(paper.valid_until, paper.issued_at + timedelta(days=rule.validity_days))
            and (paper.revoked_at is None or moment < paper.revoked_at)
            for paper in held
        )
        for rule in in_force
    )
    verdict = eligible(requirements=wanted, credentials=held, interval=Period(moment, moment + INSTANT))
    assert isinstance(verdict, Eligible) is plain


@given(spans=st.lists(stretches, max_size=6), span=stretches)
def test_the_first_gap_is_the_first_uncovered_day(spans, span):
    periods = [Period(day(first), day(last)) for first, last in spans]
    open_days = [n for n in range(*span) if not any(first <= n < last for first, last in spans)]
    assert first_gap(periods, Period(day(span[0]), day(span[1]))) == (day(open_days[0]) if open_days else None)


@given(spans=st.lists(stretches, max_size=6), start=days)
def test_an_interval_without_end_is_covered_only_by_a_period_without_end(spans, start):
    periods = [Period(day(first), day(last)) for first, last in spans]
    assert first_gap(periods, Period(day(start))) is not None
    assert first_gap([*periods, Period(day(-10))], Period(day(start))) is None
