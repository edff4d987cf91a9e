"""The decision tables: one CSV per rule that a lawyer can read and sign, run through the real gate with every pack.

`applies` means that the decision names the rule. `clause` permits: an agreement between the two permits everything.
"""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.spine.policy.decide import decide
from comity.spine.policy.facts import Facts, Party
from comity.spine.policy.rules import Rule, parse_pack
from comity.spine.policy.slices import make_slice, rules_between
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.packs import load_rules

TABLES = Path(__file__).parents[3] / "src" / "comity" / "standing" / "law" / "decisions"
FACTS = ("sender", "receiver", "purpose", "category", "elements", "marks", "origin", "met", "unmet", "clause")
WORDS = {"applies": True, "does not": False}
CLAUSE = """
@id("agr-test") @kind("permit") @cite("test agreement") @says("clause") @obligations("") @from("") @to("") @source("")
permit (principal, action == Comity::Action::"disclose", resource);
"""


def read(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def party(name: str) -> Party:
    row = next(row for row in read("parties.csv") if row["name"] == name)
    return Party(row["name"], row["kind"], row["state"], frozenset(row["powers"].split()))


def facts_of(row: dict[str, str]) -> Facts:
    sender = party(row["sender"])
    origin = party(row["origin"]) if row["origin"] else None
    return Facts(
        act="disclose",
        sender=sender,
        receiver=party(row["receiver"]),
        purpose=row["purpose"],
        category=row["category"],
        asked=load_catalogue().group(tuple(row["elements"].split())),
        marks=frozenset(row["marks"].split()),
        origin=row["origin"],
        origin_state=origin.state if origin else "",
        met=frozenset(row["met"].split()),
        unmet=frozenset(row["unmet"].split()),
    )


def tables() -> list[str]:
    return sorted(path.name for path in TABLES.glob("*.csv") if path.name != "parties.csv")


def rule_columns(name: str) -> list[str]:
    header = list(read(name)[0])
    return header[header.index("clause") + 1 : header.index("headline")]


def cases() -> Iterator[object]:
    for name in tables():
        for number, row in enumerate(read(name), start=2):
            yield pytest.param(name, row, id=f"{name}:{number} {row['situation']}")


def rules_for(row: dict[str, str]) -> tuple[Rule, ...]:
    clause = parse_pack(CLAUSE, jurisdiction="us") if row["clause"] == "permits" else ()
    return (*load_rules(), *clause)


@pytest.mark.parametrize(("name", "row"), list(cases()))
def test_the_gate_decides_as_the_table_says(name: str, row: dict[str, str]):
    facts = facts_of(row)
    rules = rules_for(row)
    decision = decide(facts=facts, rules=make_slice(rules))
    named = {rule: rule in decision.rules for rule in rule_columns(name)}
    assert (named, decision.headline) == ({rule: WORDS[row[rule]] for rule in named}, row["headline"])
    states = frozenset({facts.sender.state, facts.receiver.state, facts.origin_state})
    chosen = rules_between(rules, sender=facts.sender.code, receiver=facts.receiver.code, states=states)
    assert decide(facts=facts, rules=make_slice(chosen)).outcomes == decision.outcomes


@pytest.mark.parametrize("name", tables())
def test_every_table_uses_only_words_of_the_catalogue(name: str):
    catalogue = load_catalogue()
    for row in read(name):
        assert set(FACTS) <= set(row)
        assert row["purpose"] in catalogue.purposes
        assert row["category"] in catalogue.categories
        assert set(row["elements"].split()) <= set(catalogue.elements)
        assert set(row["marks"].split()) <= set(catalogue.marks)
        assert (set(row["met"].split()) | set(row["unmet"].split())) <= set(catalogue.evidence)
        assert not set(row["met"].split()) & set(row["unmet"].split())
        assert row["clause"] in {"permits", "none"}


def test_every_rule_has_a_case_in_which_it_applies_and_one_in_which_it_does_not():
    seen: dict[str, set[str]] = {}
    for name in tables():
        for row in read(name):
            for rule in rule_columns(name):
                seen.setdefault(rule, set()).add(row[rule])
    assert seen == {rule.id: set(WORDS) for rule in load_rules()}


@pytest.mark.parametrize("name", tables())
def test_every_table_tries_its_rules_three_ways(name: str):
    assert len(read(name)) >= 3
    assert len({row["case"] for row in read(name)}) >= 3 or name == "xe-29.csv"


def test_every_situation_and_party_is_said_in_spanish_too():
    words = tomllib.loads((TABLES.parent / "decisions.toml").read_text("utf-8"))
    situations = {row["situation"] for name in tables() for row in read(name)}
    assert set(words["es"]) == situations
    assert set(words["parties"]) == {row["name"] for row in read("parties.csv")}
    assert all({"en", "es"} == set(said) for said in words["parties"].values())
    assert not [one for one, said in words["es"].items() if one == said]


def test_a_case_is_said_in_the_language_asked_for():
    from comity.standing.law.tables import load_decisions, say_case

    row = load_decisions()["law-28"].rows[0]
    assert say_case(row, "en").sender == "a sheriff in Arizona"
    assert say_case(row, "es").sender == "un alguacil de Arizona"
    assert say_case(row, "es").situation.startswith("Un alguacil")
    assert say_case(row, "es").elements == load_catalogue().elements["immigration_status"].es
