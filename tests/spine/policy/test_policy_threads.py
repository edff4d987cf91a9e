"""Threads that meet a slice nobody asked before: each may make its policy sets, and every decision is the same."""

import threading
from dataclasses import replace

from comity.spine.policy.decide import decide
from comity.spine.policy.facts import Facts, Party
from comity.spine.policy.rules import Kind, Rule
from comity.spine.policy.slices import MAIN, CompiledSet, NarrowedSlice, make_slice

THREADS, MANY = 6, 15
CLASSES = ("contact", "custody", "identity", "release", "status")
BARRED = frozenset({"custody", "release"})
HEAD = '(principal is Comity::Ask, action == Comity::Action::"disclose", resource is Comity::Class)'


def rule(name: str, kind: Kind, code: str, number: int, **rest: object) -> Rule:
    effect = "forbid" if kind is Kind.FORBID else "permit"
    text = f'{effect}{HEAD} when {{ principal.met.contains("{code}") && principal.origin != "{number}" }};'
    return Rule(f"{name}-{number:03}", kind, "cite", "says", text, "us", "source", None, None, **rest)


def rules() -> list[Rule]:
    """Many of each kind, so that compiling takes long enough for threads to meet."""
    found = []
    for number in range(MANY):
        found.append(rule("permit", Kind.PERMIT, "shown", number))
        found.append(rule("mandate", Kind.MANDATE, "never", number))
        found.append(rule("require", Kind.REQUIRE, "shown", number, obligations=("approval:counsel",)))
        for name in CLASSES[:-1]:
            code = "shown" if name in BARRED else "never"
            found.append(rule(f"forbid-{name}", Kind.FORBID, code, number, classes=frozenset({name})))
    return found


def test_answers_are_told_apart_by_their_rules_and_not_by_where_a_set_lies(monkeypatch) -> None:
    """Every set is made anew and let go at once, as when another thread's takes its place: addresses come again."""
    kept = NarrowedSlice.compiled

    def fresh(self: NarrowedSlice, kinds: frozenset[Kind], name: str) -> CompiledSet:
        one = kept(self, kinds, name)
        return replace(one)

    party = Party("a", "state", "AZ", frozenset())
    asked = tuple((name, (f"{name}_element",)) for name in CLASSES)
    facts = Facts("disclose", party, party, "purpose", "category", asked, met=frozenset({"shown"}))
    expected = ["Refuse" if name in BARRED else "NeedsApproval" for name in CLASSES]
    monkeypatch.setattr(NarrowedSlice, "compiled", fresh)
    decision = decide(facts=facts, rules=make_slice(rules()))
    assert [type(outcome).__name__ for _, outcome in decision.outcomes] == expected


def test_threads_that_meet_a_fresh_slice_share_its_sets() -> None:
    party = Party("a", "state", "AZ", frozenset())
    facts = Facts("disclose", party, party, "purpose", "category", (("status", ("one",)),), met=frozenset({"shown"}))
    whole, start, found = make_slice(rules()), threading.Barrier(THREADS), []

    def work() -> None:
        start.wait()
        found.append(whole.narrowed(facts).compiled(MAIN, "status"))

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1
