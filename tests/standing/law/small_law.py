"""Releases of a few rules, for tests that change one."""

from collections.abc import Mapping

from comity.standing.law.rules import Release

RULE = """@id("{id}") @kind("{kind}") @says("{says}") @obligations("{obligations}") @cite("{cite}") @source("{source}")
@from("{since}") @to("{until}") @needs("{needs}")
{effect} (principal, action == Comity::Action::"disclose", resource{scope}) when {{ {when} }};
"""
USUAL: Mapping[str, str] = {
    "kind": "permit",
    "says": "law-1",
    "obligations": "log",
    "cite": "8 U.S.C. 1373",
    "source": "F02",
    "since": "1996-09-30",
    "until": "",
    "needs": "",
    "effect": "permit",
    "scope": ' == Comity::Class::"status"',
    "when": 'principal.receiver_powers.contains("dhs")',
}
SPECIAL = ("clause", "nothing", "error")
"""Texts that no rule says and every release needs."""


def rule(rule_id: str, **changes: str) -> str:
    return RULE.format(**{**USUAL, "says": rule_id, "id": rule_id} | changes)


def texts(*keys: str, **words: str) -> str:
    """Return texts for the keys; `words` overrides what a key says."""
    return "\n".join(
        f'[{key}]\nsays = "{words.get(key.replace("-", "_"), f"what {key} says")}"\nforward = "what helps with {key}"\n'
        for key in (*keys, *SPECIAL)
    )


def authority(code: str, **changes: str) -> str:
    usual = {"citation": f"the citation of {code}", "effect": "what it does", "starts_on": "1990-01-01", "ends_on": ""}
    row = {**usual, "mark": "S", "confidence": "H"} | changes
    return f"[{code}]\n" + "\n".join(f'{name} = "{value}"' for name, value in row.items()) + "\n"


def release(*rules: str, keys: tuple[str, ...] = ("law-1", "law-2"), authorities: str = "", **words: str) -> Release:
    sources = {"en": texts(*keys, **words), "es": texts(*keys)}
    return Release({"us": "\n".join(rules)}, sources, authorities or authority("F02"))
