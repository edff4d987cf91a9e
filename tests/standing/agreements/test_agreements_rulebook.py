"""Agreements as the exchange meets them: found by pair, held against suspension, joined with the law, counted."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from agreements_given import NOW, SHARE, YEAR, Silence, facts_of, terms_of
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comity.config.node import Role
from comity.kernel.ids import new_id
from comity.spine.policy.decide import decide
from comity.spine.policy.decision import Decision
from comity.spine.policy.facts import Facts
from comity.spine.tenancy.actor import Actor, Duty
from comity.spine.tenancy.transaction import acting, reading
from comity.standing.agreements import commands as do
from comity.standing.agreements import live, rulebook
from comity.standing.agreements.audit import list_contradictions
from comity.standing.agreements.demo import list_demo, load_demo
from comity.standing.agreements.facts import Hold
from comity.standing.agreements.selectors import (
    Between,
    UnknownActError,
    build_slice,
    explain_clause,
    get_rulebook,
    list_agreements,
    lock_agreements,
)
from comity.standing.agreements.vocabulary import SuspensionReason, TerminationReason
from comity.standing.directory import demo as directory_demo
from comity.standing.directory.commands import name_node_counsel
from comity.standing.directory.selectors import NotInDirectoryError
from comity.standing.law import commands as law
from law_signed import approve_whole

COURIER = Actor(new_id(), new_id(), Duty.COURIER)
REVIEW = SuspensionReason.LEGAL_REVIEW


def pair_of(sender: object, receiver: object) -> tuple[object, object]:
    return sender.agency_id, receiver.agency_id


def decided(actor: Actor, facts: Facts, sender: object, receiver: object) -> Decision:
    """Decide as the exchange does, in one transaction of `actor`, under the agreements alone."""
    pair = pair_of(sender, receiver)
    with acting(actor) as cursor:
        found = lock_agreements(cursor, [pair])[pair]
        between = Between(sender.code, receiver.code, "AZ", "")
        return decide(facts=facts, rules=build_slice(law=Silence(), agreements=found, between=between, at=NOW))


def forget() -> None:
    """Make the process as if just started: nothing read, nothing compiled."""
    live._texts.clear()
    rulebook._compiled.clear()
    rulebook._slices._kept.clear()


def test_an_agreement_in_force_decides_for_its_pair(offices, agreed) -> None:
    agreed()
    assert decided(offices.ice.liaison, facts_of(), offices.pima, offices.ice).headline == "disclosed"
    assert decided(COURIER, facts_of(), offices.pima, offices.ice).headline == "disclosed"
    back = facts_of(sender="ice-ero-phoenix", receiver="pima-so")
    assert decided(offices.ice.liaison, back, offices.ice, offices.pima).headline == "refused"


def test_every_pair_asked_for_is_answered(offices, agreed) -> None:
    agreed()
    pairs = [pair_of(offices.pima, offices.ice), pair_of(offices.hsi, offices.ice)]
    with acting(COURIER) as cursor:
        found = lock_agreements(cursor, pairs)
    assert [len(found[pair]) for pair in pairs] == [1, 0]
    [only] = found[pairs[0]]
    assert (only.code, only.number, only.hold, only.state) == ("mou", 1, Hold.BETWEEN, "in_force")


def test_a_chunk_costs_one_query_once_terms_are_known(offices, agreed) -> None:
    agreed()
    pairs = [pair_of(offices.pima, offices.ice)]
    with acting(COURIER) as cursor:
        lock_agreements(cursor, pairs)
    with acting(COURIER), CaptureQueriesContext(connection) as queries, connection.cursor() as cursor:
        lock_agreements(cursor, pairs)
    assert len(queries) == 1


@pytest.mark.parametrize("state", ["draft", "offered", "suspended", "terminated", "superseded"])
def test_an_agreement_that_is_not_in_force_permits_nothing(offices, draft, conclude, agreed, state: str) -> None:
    agreement_id = draft()
    if state == "offered":
        do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    if state in {"suspended", "terminated", "superseded"}:
        conclude(agreement_id)
    by = {"by": offices.pima.head, "now": NOW, "agreement_id": agreement_id}
    if state == "suspended":
        do.suspend_agreement(**by, reason=REVIEW)
    if state == "terminated":
        do.terminate_agreement(**by, reason=TerminationReason.COURT_ORDER)
    if state == "superseded":
        do.supersede_agreement(**by, successor_id=agreed({**SHARE, "elements": ["bail"]}, code="next"))
    assert decided(COURIER, facts_of(), offices.pima, offices.ice).headline == "refused"


def test_a_new_version_decides_at_once(offices, agreed, conclude) -> None:
    agreement_id = agreed()
    do.revise_draft(
        by=offices.ice.head, now=NOW, agreement_id=agreement_id, title="Memorandum", text="1\n",
        terms=terms_of({**SHARE, "elements": ["person_name"]}), period=YEAR,
    )  # fmt: skip
    conclude(agreement_id)
    decision = decided(COURIER, facts_of(), offices.pima, offices.ice)
    assert (decision.permitted, decision.rules) == ({"person_name"}, ("agr-mou-2-custody",))


def alter(node: object, statement: str, trigger_of: str = "agreements_version") -> None:
    """Change a row as a database owner would who means harm: triggers off, then on again."""
    with node.connect(Role.OWNER) as owner, owner.transaction():
        owner.execute(f"ALTER TABLE {trigger_of} DISABLE TRIGGER USER")
        assert owner.execute(statement).rowcount == 1
        owner.execute(f"ALTER TABLE {trigger_of} ENABLE TRIGGER USER")


def test_a_term_altered_behind_our_back_refuses(node, offices, agreed) -> None:
    agreed()
    widened = "replace(terms::text, '\"charge\"', '\"home_address\"')::jsonb"
    alter(node, f"UPDATE agreements_version SET terms = {widened}")
    forget()
    decision = decided(COURIER, facts_of(), offices.pima, offices.ice)
    assert decision.rules == ("agr-mou-1.unreadable",)


def test_terms_that_are_mended_decide_again(node, offices, agreed) -> None:
    agreed()
    forget()
    alter(node, "UPDATE agreements_version SET title = 'Another'")
    assert decided(COURIER, facts_of(), offices.pima, offices.ice).rules == ("agr-mou-1.unreadable",)
    alter(node, "UPDATE agreements_version SET title = 'Memorandum'")
    assert decided(COURIER, facts_of(), offices.pima, offices.ice).headline == "disclosed"


def test_the_period_is_that_of_the_signed_version_whatever_the_working_row_says(node, offices, agreed) -> None:
    agreed()
    alter(node, "UPDATE agreements_agreement SET ends_at = ends_at + interval '9 years'", "agreements_agreement")
    pair = pair_of(offices.pima, offices.ice)
    with acting(COURIER) as cursor:
        assert lock_agreements(cursor, [pair])[pair][0].period == YEAR


def test_a_working_row_that_contradicts_its_acts_is_named(node, offices, agreed) -> None:
    agreement_id = agreed()
    do.suspend_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id, reason=REVIEW)
    with reading(offices.steward):
        assert list_contradictions() == []
    alter(node, "UPDATE agreements_agreement SET state = 'in_force'", "agreements_agreement")
    with reading(offices.steward):
        [found] = list_contradictions()
    assert (found.code, found.row[0], found.acts[0]) == ("mou", "in_force", "suspended")


def test_a_version_that_was_only_offered_permits_nothing_whatever_the_working_row_says(node, offices, agreed) -> None:
    agreement_id = agreed()
    do.revise_draft(
        by=offices.ice.head, now=NOW, agreement_id=agreement_id, title="Memorandum", text="1\n",
        terms=terms_of({**SHARE, "elements": ["person_name", "home_address"]}), period=YEAR,
    )  # fmt: skip
    version_id = do.offer_agreement(by=offices.ice.head, now=NOW, agreement_id=agreement_id)
    alter(node, f"UPDATE agreements_agreement SET current_version_id = '{version_id}'", "agreements_agreement")
    assert decided(COURIER, facts_of(), offices.pima, offices.ice).rules == ("agr-mou-2.unreadable",)


def test_a_word_the_law_no_longer_knows_refuses_when_used(offices, agreed, monkeypatch) -> None:
    agreed()
    words = rulebook.current_vocabulary()
    fewer = {code: name for code, name in words.elements.items() if code != "charge"}
    smaller = rulebook.Vocabulary(
        "smaller", fewer, words.purposes, words.categories, words.marks, words.approvers, words.trainings, {}
    )
    monkeypatch.setattr(rulebook, "current_vocabulary", lambda: smaller)
    assert decided(COURIER, facts_of(), offices.pima, offices.ice).rules == ("agr-mou-1.unreadable",)


def test_a_limit_on_passing_on_binds_in_the_session_of_a_stranger_to_it(offices, agreed) -> None:
    never = {**SHARE, "from": ["ca-doj"], "to": ["pima-so"], "onward": "never"}
    first = agreed(never, code="first", parties=(offices.california, offices.pima))
    agreed(code="second")
    facts = facts_of(origin="ca-doj", met=frozenset({"originator_consent"}))
    with reading(offices.ice.liaison):
        assert [agreement.code for agreement in list_agreements()] == ["second"]
    refused = decided(offices.ice.liaison, facts, offices.pima, offices.ice)
    assert refused.rules == ("agr-first-1-custody.onward",)
    do.terminate_agreement(by=offices.california.head, now=NOW, agreement_id=first, reason=TerminationReason.MUTUAL)
    assert decided(offices.ice.liaison, facts, offices.pima, offices.ice).rules == ("agr-first-1-custody.onward",)
    assert decided(offices.ice.liaison, facts_of(), offices.pima, offices.ice).headline == "disclosed"


def test_a_limit_on_passing_on_outlives_the_version_that_set_it(offices, agreed, conclude) -> None:
    never = {**SHARE, "from": ["ca-doj"], "to": ["pima-so"], "onward": "never"}
    first = agreed(never, code="first", parties=(offices.california, offices.pima))
    agreed(code="second")
    facts = facts_of(origin="ca-doj", met=frozenset({"originator_consent"}))
    amended = [terms_of({**never, "onward": onward}) for onward in ("allowed", "consent")]
    told = ["agr-first-1-custody.onward"], ["agr-first-1-custody.onward", "agr-first-3-custody.onward"]
    for terms, bounds in zip(amended, told, strict=True):
        do.revise_draft(
            by=offices.california.head, now=NOW, agreement_id=first, title="Memorandum", text="1\n", terms=terms,
            period=YEAR,
        )  # fmt: skip
        conclude(first)
        assert decided(offices.ice.liaison, facts, offices.pima, offices.ice).rules == ("agr-first-1-custody.onward",)
        with acting(offices.ice.liaison) as cursor:
            pair = pair_of(offices.pima, offices.ice)
            found = lock_agreements(cursor, [pair])[pair]
        between = Between("pima-so", "ice-ero-phoenix", "AZ", "")
        rules = build_slice(law=Silence(), agreements=found, between=between, at=NOW).rules
        assert sorted(rule.id for rule in rules if rule.id.endswith(".onward")) == bounds


def test_a_draft_is_told_to_no_stranger(offices, draft) -> None:
    agreement_id = draft()
    version_id = do.offer_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id)
    with acting(offices.bystander.head) as cursor:
        cursor.execute("SELECT * FROM agreements_terms_of(%s::uuid[])", [[version_id]])
        assert cursor.fetchall() == []
        cursor.execute("SELECT * FROM agreements_bounds_on(%s::uuid[])", [[offices.ice.agency_id]])
        assert cursor.fetchall() == []


def test_an_exhausted_clause_permits_nothing(offices, agreed) -> None:
    agreed({**SHARE, "quota_per_day": 2})
    spent = facts_of(exhausted=frozenset({"agr-mou-1-custody"}))
    assert decided(COURIER, spent, offices.pima, offices.ice).headline == "refused"
    assert decided(COURIER, facts_of(), offices.pima, offices.ice).headline != "refused"


@contextmanager
def chunk(node: object, actor: Actor) -> Iterator[psycopg.Connection]:
    """A transaction of another process, as role app on behalf of `actor`."""
    with node.connect(Role.APP) as other, other.transaction():
        tell = ("agency", actor.agency_id), ("post", actor.post_id), ("duty", actor.duty.value)
        for name, value in tell:
            other.execute("SELECT set_config(%s, %s, true)", [f"comity.{name}", str(value)])
        yield other


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[threading.Thread]:
    """Run `work` in a thread of its own connection; what it raised is raised here at the end."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 - handed to the test
            failures.append(failure)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(10)
    assert not thread.is_alive()
    for failure in failures:
        raise failure


def wait_until_locked(node: object) -> None:
    """Return when some session of the database waits for a lock."""
    with node.connect(Role.BOOTSTRAP) as admin:
        for _ in range(200):
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if admin.execute(waiting).fetchone() != (0,):
                return
            time.sleep(0.02)
    pytest.fail("nobody waits for a lock")


def test_suspension_waits_for_a_chunk_that_discloses(node, offices, agreed) -> None:
    agreement_id = agreed()
    pair = pair_of(offices.pima, offices.ice)

    def suspend() -> None:
        do.suspend_agreement(by=offices.pima.head, now=NOW, agreement_id=agreement_id, reason=REVIEW)

    with chunk(node, offices.ice.liaison) as other:
        assert len(lock_agreements(other.cursor(), [pair])[pair]) == 1
        with beside(suspend) as thread:
            wait_until_locked(node)
            assert thread.is_alive()
            with node.connect(Role.VERIFIER) as verifier:
                assert verifier.execute("SELECT state FROM agreements_agreement").fetchone() == ("in_force",)
            other.execute("COMMIT")
    with reading(offices.steward):
        assert list_agreements()[0].state == "suspended"


def test_a_chunk_waits_for_a_suspension_and_then_finds_nothing(node, offices, agreed) -> None:
    agreement_id = agreed()
    found: list[Decision] = []

    def disclose() -> None:
        found.append(decided(offices.ice.liaison, facts_of(), offices.pima, offices.ice))

    with chunk(node, offices.pima.head) as other:
        other.execute("SELECT 1 FROM agreements_agreement WHERE id = %s FOR UPDATE", [agreement_id])
        other.execute("UPDATE agreements_agreement SET state = 'suspended' WHERE id = %s", [agreement_id])
        with beside(disclose) as thread:
            wait_until_locked(node)
            assert thread.is_alive()
            other.execute("COMMIT")
    assert [decision.headline for decision in found] == ["refused"]


def test_two_chunks_hold_an_agreement_together(node, offices, agreed) -> None:
    agreed()
    pair = pair_of(offices.pima, offices.ice)
    with chunk(node, offices.ice.liaison) as other:
        assert len(lock_agreements(other.cursor(), [pair])[pair]) == 1
        assert decided(COURIER, facts_of(), offices.pima, offices.ice).headline == "disclosed"


def put_law_in_force(offices: object) -> None:
    keeper = Actor(offices.pima.agency_id, offices.pima.head.post_id, Duty.STEWARD)
    counsel = Actor(offices.pima.agency_id, offices.pima.counsel.post_id, Duty.STEWARD)
    name_node_counsel(by=keeper, now=NOW, agency_id=offices.pima.agency_id)
    release_id = law.load_release(by=keeper, now=NOW)
    approve_whole(counsel, release_id, NOW)
    law.put_in_force(by=keeper, now=NOW, release_id=release_id)


def test_the_rulebook_joins_law_and_clauses_and_is_kept(offices, agreed) -> None:
    put_law_in_force(offices)
    agreed()
    asked = {
        "act": "disclose", "sender": "pima-so", "receiver": "ice-ero-phoenix", "origin_state": "", "sender_state": "AZ",
        "receiver_state": "", "at": NOW,
    }  # fmt: skip
    with reading(offices.ice.liaison):
        book = get_rulebook(**asked)
        assert get_rulebook(**asked) is book
        with pytest.raises(UnknownActError):
            get_rulebook(**{**asked, "act": "watch"})
        with pytest.raises(NotInDirectoryError):
            get_rulebook(**{**asked, "sender": "nobody"})
    ids = {rule.id for rule in book.rules}
    assert {"agr-mou-1-custody", "law-28"} <= ids
    assert not [rule for rule in book.rules if rule.jurisdiction in {"us-ut", "us-ca"}]


def test_a_clause_is_explained_in_both_languages(offices, agreed) -> None:
    agreed()
    pair = pair_of(offices.pima, offices.ice)
    with acting(COURIER) as cursor:
        found = lock_agreements(cursor, [pair])[pair]
    words = explain_clause(rule_id="agr-mou-1-custody", agreements=found)
    assert words.startswith(
        "pima-so may share with ice-ero-phoenix, for criminal investigation, from records of custody"
    )
    assert "consentimiento" in explain_clause(rule_id="agr-mou-1-custody", agreements=found, language="es")
    assert explain_clause(rule_id="law-28", agreements=found) is None


def test_the_demo_agreements_are_put_in_force_once(node) -> None:
    steward = Actor(new_id(), new_id(), Duty.STEWARD)
    directory_demo.load_demo(by=steward, now=NOW)
    assert load_demo(by=steward, now=NOW) == len(list_demo())
    assert load_demo(by=steward, now=NOW) == 0
    with reading(steward):
        assert {agreement.standing(NOW) for agreement in list_agreements()} == {"in_force"}
