"""Facts and clauses to try the gate with: words of the catalogue, mixed at random, weighted towards what rules name."""

from dataclasses import replace

from hypothesis import strategies as st

from comity.spine.policy.facts import Facts, Party
from comity.spine.policy.rules import parse_pack
from comity.standing.law.catalogue import load_catalogue

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


def some(words):
    return st.frozensets(st.sampled_from(sorted(words)), max_size=6)


def parties(code):
    return st.builds(
        Party, st.just(code), st.sampled_from(sorted(WORDS.kinds)), st.sampled_from(STATES), some(POWERS)
    )


@st.composite
def facts(draw):
    sender, receiver, origin = (draw(st.sampled_from(CODES)) for _ in range(3))
    known = draw(st.one_of(some(WORDS.evidence), st.just(frozenset(WORDS.evidence))))
    unmet = draw(some(WORDS.evidence)) - draw(st.sampled_from([known, frozenset()]))
    elements = tuple(sorted(draw(st.sets(st.sampled_from(sorted(WORDS.elements)), min_size=1, max_size=4))))
    return Facts(
        act="disclose",
        sender=draw(parties(sender)),
        receiver=draw(parties(receiver)),
        purpose=draw(st.sampled_from(sorted(WORDS.purposes))),
        category=draw(st.sampled_from(sorted(WORDS.categories))),
        asked=WORDS.group(elements),
        marks=draw(st.one_of(st.just(frozenset()), some(WORDS.marks))),
        origin=draw(st.sampled_from(["", origin])),
        origin_state=draw(st.sampled_from(STATES)),
        met=known - unmet,
        unmet=unmet,
    )


@st.composite
def clauses(draw):
    made = []
    for number in range(draw(st.integers(0, 4))):
        pair = (draw(st.sampled_from(CODES)), draw(st.sampled_from(CODES)))
        kind = draw(st.sampled_from(["permit", "permit", "permit", "forbid"]))
        name = draw(st.sampled_from(["", *sorted(WORDS.classes)]))
        text = CLAUSE.format(
            id=f"agr-{number}",
            kind=kind,
            effect=kind,
            obligations=draw(st.sampled_from(["", "approval:counsel", "approval:counsel approval:privacy_officer"])),
            needs=draw(st.sampled_from(["", "court_order"])),
            scope=f' == Comity::Class::"{name}"' if name else "",
            sender=pair[0],
            receiver=pair[1],
            purpose=draw(st.sampled_from(sorted(WORDS.purposes))),
            excluded=draw(st.sampled_from(sorted(WORDS.marks))),
        )
        (rule,) = parse_pack(text, jurisdiction="agreement")
        allowed = draw(st.none() | st.frozensets(st.sampled_from(sorted(WORDS.elements)), min_size=1, max_size=12))
        made.append(replace(rule, pair=pair, elements=allowed if kind == "permit" else None))
    return tuple(made)


def permit_all(sender="a", receiver="b"):
    """Return a clause that permits everything between two agencies."""
    text = """
    @id("agr-all") @kind("permit") @cite("clause") @says("clause") @obligations("") @from("") @to("") @source("")
    permit (principal, action == Comity::Action::"disclose", resource);
    """
    (rule,) = parse_pack(text, jurisdiction="agreement")
    return replace(rule, pair=(sender, receiver))
