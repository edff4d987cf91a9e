"""Threads that meet a slice nobody asked before share its sets, and every decision is the same."""

import threading

from comity.spine.policy.decide import decide
from comity.spine.policy.facts import Facts, Party
from comity.spine.policy.rules import Kind, Rule
from comity.spine.policy.slices import make_slice

THREADS, MANY = 6, 15
CLASSES = ("contact", "custody", "identity", "release", "status")
BARRED = frozenset({"custody", "release"})
PARTY = Party("a", "state", "AZ", frozenset())
ASKED = tuple((name, (f"{name}_element",)) for name in CLASSES)
FACTS = Facts("disclose", PARTY, PARTY, "purpose", "category", ASKED, met=frozenset({"shown"}))


def rule(name: str, kind: Kind, code: str, number: int, only: str = "", **rest: object) -> Rule:
    effect = "forbid" if kind is Kind.FORBID else "permit"
    scope = f' == Comity::Class::"{only}"' if only else ""
    head = f'{effect}(principal is Comity::Ask, action == Comity::Action::"disclose", resource{scope})'
    text = f'{head} when {{ principal.met.contains("{code}") && principal.origin != "{number}" }};'
    classes = frozenset({only}) if only else None
    return Rule(f"{name}-{number:03}", kind, "cite", "says", text, "us", "source", None, None, classes=classes, **rest)


def rules() -> list[Rule]:
    """Many of each kind, so that compiling takes long enough for threads to meet."""
    found = []
    for number in range(MANY):
        found.append(rule("permit", Kind.PERMIT, "shown", number))
        found.append(rule("mandate", Kind.MANDATE, "never", number))
        found.append(rule("require", Kind.REQUIRE, "shown", number, obligations=("approval:counsel",)))
        for name in CLASSES[:-1]:
            code = "shown" if name in BARRED else "never"
            found.append(rule(f"forbid-{name}", Kind.FORBID, code, number, only=name))
    return found


def test_threads_that_meet_a_fresh_slice_share_its_sets_and_decide_alike() -> None:
    whole, start, sets, decisions = make_slice(rules()), threading.Barrier(THREADS), [], []

    def work() -> None:
        start.wait()
        sets.append(whole.narrowed(FACTS).every)
        decisions.append(decide(facts=FACTS, rules=whole))

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in sets}) == 1
    assert decisions == decisions[:1] * THREADS
    expected = ["Refuse" if name in BARRED else "NeedsApproval" for name in CLASSES]
    assert [type(outcome).__name__ for _, outcome in decisions[0].outcomes] == expected
