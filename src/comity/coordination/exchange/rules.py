"""Pure judgments of the exchange: faults of an ask, ticks, what the asker may be shown."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from comity.coordination.exchange.ask import Ask, Fault
from comity.kernel.canonical import Json
from comity.spine.policy.decision import DISCLOSED, Decision, outcome_plain
from comity.standing.law.catalogue import Catalogue, Source

DEFAULT_RETENTION_DAYS: Final = 1825
"""How long a disclosed payload is kept where no clause says less (28 CFR 23.20(h))."""
TICK_SECONDS: Final = 5
"""Answers about records whose existence the law hides appear on multiples of this, counted from the epoch."""

RESERVED_OUTSIDE: Final = "outside/"
RESERVED_SHADOW: Final = "shadow/"
RESERVED: Final = (RESERVED_OUTSIDE, RESERVED_SHADOW)
"""How the keys of asks begin that Comity makes itself; an asker's own keys begin otherwise."""

LONGEST_KEY: Final = 100
LONGEST_REFERENCE: Final = 200
LONGEST_TEXT: Final = 4_000
MOST_ELEMENTS: Final = 64


def faults_of(ask: Ask, catalogue: Catalogue) -> tuple[Fault, ...]:
    """Return what is wrong with an ask before anything is looked up, each fault with field and remedy."""
    return (
        *_text_faults(ask),
        *_code_faults(ask, catalogue),
        *_element_faults(ask, catalogue),
        *_claim_faults(ask, catalogue),
    )


def reserved_faults(ask: Ask) -> tuple[Fault, ...]:
    """Return a fault for an id that begins like those Comity makes itself."""
    if ask.ask_key.startswith(RESERVED):
        return (Fault("ask_id", f"begins with `{ask.ask_key.partition('/')[0]}/`", "begin it otherwise"),)
    return ()


def _text_faults(ask: Ask) -> list[Fault]:
    limits = {
        "ask_id": (ask.ask_key, LONGEST_KEY, True),
        "holder": (ask.holder, LONGEST_KEY, True),
        "reference": (ask.reference, LONGEST_REFERENCE, True),
        "post": (ask.post, LONGEST_KEY, False),
        "agreement": (ask.agreement, LONGEST_KEY, False),
        "justification": (ask.justification, LONGEST_TEXT, False),
        "case_number": (ask.case_number, LONGEST_REFERENCE, False),
    }
    faults = []
    for name, (text, longest, needed) in limits.items():
        if needed and not text.strip():
            faults.append(Fault(name, "is empty", f"give `{name}`"))
        elif len(text) > longest:
            faults.append(Fault(name, f"has {len(text)} characters, more than {longest}", "shorten it"))
        elif "\0" in text:
            faults.append(Fault(name, "holds a NUL character", "remove it"))
    return faults


def _code_faults(ask: Ask, catalogue: Catalogue) -> list[Fault]:
    faults = []
    if ask.purpose not in catalogue.purposes:
        faults.append(_unknown("purpose", ask.purpose, catalogue.purposes))
    if ask.category not in catalogue.categories:
        faults.append(_unknown("category", ask.category, catalogue.categories))
    return faults


def _element_faults(ask: Ask, catalogue: Catalogue) -> list[Fault]:
    if not ask.elements:
        return [Fault("elements", "is empty", "name at least one element; `comity law elements` lists them")]
    if len(ask.elements) > MOST_ELEMENTS:
        return [Fault("elements", f"has more than {MOST_ELEMENTS} entries", "ask for fewer")]
    unknown = [
        _unknown("elements", code, catalogue.elements) for code in ask.elements if code not in catalogue.elements
    ]
    if unknown or ask.category not in catalogue.categories:
        return unknown
    return [
        Fault(
            "elements", f"`{code}` does not belong to the category `{ask.category}`", "ask for it in its own category"
        )
        for code in ask.elements
        if not catalogue.may_ask(ask.category, code)
    ]


def _claim_faults(ask: Ask, catalogue: Catalogue) -> list[Fault]:
    own = {code: catalogue.evidence[code] for code in catalogue.evidence_from(Source.ASKER)}
    return [_unknown("claims", code, own) for code in ask.claims if code not in own]


def _unknown(name: str, value: str, known: Mapping[str, object]) -> Fault:
    shown = value[:LONGEST_KEY].replace("\0", "")
    return Fault(name, f"`{shown}` is not known", f"use one of: {', '.join(sorted(known))}", code="unknown")


def next_tick(now: datetime) -> datetime:
    """Return the first tick strictly after `now`."""
    seconds = int(now.timestamp()) // TICK_SECONDS * TICK_SECONDS + TICK_SECONDS
    return datetime.fromtimestamp(seconds, UTC)


def outcomes_listed(decision: Decision) -> dict[str, dict[str, Json]]:
    """Return what is recorded of a decision: per class the outcome, its elements, rules and missing evidence."""
    return {name: outcome_plain(outcome) for name, outcome in decision.outcomes}


def permitted_of(outcomes: Json) -> set[str]:
    """Return the elements that recorded outcomes let go at once."""
    listed = outcomes.values() if isinstance(outcomes, dict) else ()
    gone = [o.get("elements") for o in listed if isinstance(o, dict) and o.get("outcome") == DISCLOSED]
    return {str(element) for elements in gone if isinstance(elements, list) for element in elements}


def retention_days(obligations: Mapping[str, tuple[str, ...]], rules: tuple[str, ...], default: int) -> int:
    """Return the shortest `retention:<days>` among the obligations of the rules behind a disclosure."""
    days = [int(o.partition(":")[2]) for rule in rules for o in obligations.get(rule, ()) if o.startswith("retention:")]
    return min(days, default=default)


def calendar_of(state: str) -> str:
    """Return the business calendar a holder's clocks run by: Utah's for Utah, else Arizona's, the node's own."""
    return "ut" if state == "UT" else "az"


def functions_of(function: str) -> frozenset[str]:
    """Return the functions a post may decide for: its own, and a records supervisor also the clerk's."""
    return frozenset({function, "records_clerk"} if function == "records_supervisor" else {function})
