"""Facts and clauses to try the gate with: words of the catalogue, mixed at random.

Most facts start from what one rule of the law names, so that every rule comes to hold in some of them; the rest is
noise. Drawn from one seeded generator an example: hypothesis alone repeats its favorites and never meets the rare rule.
"""

from dataclasses import replace
from random import Random

from hypothesis import strategies as st
from plain_gate import policy_of

from comity.spine.policy.facts import Facts, Party
from comity.spine.policy.rules import parse_pack
from comity.standing.law.catalogue import load_catalogue
from comity.standing.law.packs import load_rules

LAW = load_rules()
WORDS = load_catalogue()
CODES = ("a", "b", "c")
STATES = ("AZ", "UT", "CA", "NM", "")
POWERS = ("law_enforcement", "criminal_justice", "dhs", "doj", "state_department", "immigration_enforcement", "records")

CLAUSE = """
@id("{id}") @kind("{kind}") @cite("clause") @says("clause") @obligations("{obligations}") @from("") @to("") @source("")
@needs("{needs}")
{effect} (principal, action == Comity::Action::"disclose", resource{scope})
when {{ principal.sender == "{sender}" && principal.receiver == "{receiver}" && principal.purpose == "{purpose}" }}
unless {{ principal.marks.contains("{excluded}") }};
"""


def named_by(body):
    """Yield (attribute, word) for every comparison of a condition that is not negated."""
    ((operator, parts),) = body.items()
    if operator in {"&&", "||"}:
        yield from named_by(parts["left"])
        yield from named_by(parts["right"])
    elif operator != "!":
        sides = (parts["left"], parts["right"])
        attributes = [side["."]["attr"] for side in sides if "." in side]
        words = [part["Value"] for side in sides for part in side.get("Set", [side]) if "Value" in part]
        yield from ((attribute, word) for attribute in attributes for word in words)


class Maker:
    """Makes facts and clauses from one seeded generator."""

    def __init__(self, luck: Random):
        self.luck = luck
        self.wanted, self.name = self.focus() if luck.random() < 0.85 else ({}, None)
        self.noise = not self.wanted or luck.random() < 0.25

    def focus(self):
        """Return what one rule names: words by attribute, most of them kept, and its class."""
        policy = policy_of(self.luck.choice(LAW).text)
        wanted = {}
        for condition in policy["conditions"]:
            keep = 0.95 if condition["kind"] == "when" else 0.5
            for attribute, word in named_by(condition["body"]):
                if self.luck.random() < keep:
                    wanted.setdefault(attribute, []).append(word)
        return wanted, policy["resource"].get("entity", {}).get("id")

    def some(self, words):
        return frozenset(self.luck.sample(sorted(words), self.luck.randint(0, 5)))

    def one(self, attribute, words):
        return self.luck.choice(sorted(self.wanted.get(attribute) or words))

    def several(self, attribute, words):
        return (self.some(words) if self.noise else frozenset()) | frozenset(self.wanted.get(attribute, ()))

    def party(self, side):
        return Party(
            code=self.luck.choice(CODES),
            kind=self.one(f"{side}_kind", WORDS.kinds),
            state=self.one(f"{side}_state", STATES),
            powers=self.several(f"{side}_powers", POWERS) | self.some(POWERS),
        )

    def facts(self):
        of_class = [e for e in WORDS.elements if self.name is None or WORDS.class_of(e) == self.name]
        more = self.luck.sample(sorted(WORDS.elements), self.luck.choice([0, 0, 1, 3]))
        met = self.several("met", WORDS.evidence)
        if self.luck.random() < 0.25:
            met = frozenset(WORDS.evidence) - {"counsel_mandate"}
        unmet = self.several("unmet", WORDS.evidence)
        first = self.luck.random() < 0.5
        return Facts(
            act="disclose",
            sender=self.party("sender"),
            receiver=self.party("receiver"),
            purpose=self.one("purpose", WORDS.purposes),
            category=self.one("category", WORDS.categories),
            asked=WORDS.group((self.luck.choice(of_class), *more)),
            marks=self.several("marks", WORDS.marks),
            origin=self.luck.choice(["", *CODES]) if self.noise or "origin" in self.wanted else "",
            origin_state=self.one("origin_state", STATES) if self.noise or "origin_state" in self.wanted else "",
            met=met - unmet if first else met,
            unmet=unmet if first else unmet - met,
        )

    def clauses(self, ask):
        return tuple(self.clause(number, ask) for number in range(self.luck.randint(0, 3)))

    def clause(self, number, ask):
        """Make one clause, more often than not between the two agencies, for the purpose asked."""
        luck, ours = self.luck, self.luck.random() < 0.75
        pair = (ask.sender.code, ask.receiver.code) if ours else (luck.choice(CODES), luck.choice(CODES))
        kind = luck.choice(["permit", "permit", "permit", "forbid"])
        name = luck.choice(["", "", *(name for name, _ in ask.asked)])
        text = CLAUSE.format(
            id=f"agr-{number}",
            kind=kind,
            effect=kind,
            obligations=luck.choice(["", "", "approval:counsel", "approval:counsel approval:privacy_officer"]),
            needs=luck.choice(["", "court_order"]),
            scope=f' == Comity::Class::"{name}"' if name else "",
            sender=pair[0],
            receiver=pair[1],
            purpose=ask.purpose if ours else luck.choice(sorted(WORDS.purposes)),
            excluded=luck.choice(sorted(WORDS.marks)),
        )
        (rule,) = parse_pack(text, jurisdiction="agreement")
        named = [element for _, elements in ask.asked for element in elements]
        allowed = frozenset(luck.sample(named, luck.randint(1, len(named)))) | {"shoe_size"}
        return replace(rule, pair=pair, elements=luck.choice([None, allowed]) if kind == "permit" else None)

    def situation(self):
        ask = self.facts()
        return ask, self.clauses(ask)


seeds = st.randoms(use_true_random=True)
facts = seeds.map(lambda luck: Maker(luck).facts())
situations = seeds.map(lambda luck: Maker(luck).situation())


def permit_all(sender="a", receiver="b"):
    """Return a clause that permits everything between two agencies."""
    text = """
    @id("agr-all") @kind("permit") @cite("clause") @says("clause") @obligations("") @from("") @to("") @source("")
    permit (principal, action == Comity::Action::"disclose", resource);
    """
    (rule,) = parse_pack(text, jurisdiction="agreement")
    return replace(rule, pair=(sender, receiver))
