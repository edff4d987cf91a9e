"""A rule's text as the engine reads it, and what follows from it alone: read once, whatever slices the rule is in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import cedarpy
import msgspec

from comity.spine.policy.mentions import Mentioned, mentioned_in
from comity.spine.policy.narrow import Known, can_apply, read_policies
from comity.spine.policy.rules import classes_of

Policy = Mapping[str, Any]
"""One rule's policy as the engine's JSON."""

_KEPT: Final = 65_536
_KINDS: Final = 1_024


@dataclass
class RuleText:
    """One rule's text, read. What slices ask of it is found once and kept; what it says never changes."""

    policy: Policy
    _applies: dict[tuple[object, ...], bool] = field(default_factory=dict)
    _classes: tuple[frozenset[str] | None] | None = None

    @property
    def conditions(self) -> Sequence[Mapping[str, Any]]:
        """The conditions as the engine's JSON."""
        conditions: Sequence[Mapping[str, Any]] = self.policy["conditions"]
        return conditions

    @cached_property
    def mentioned(self) -> Mentioned:
        """What the conditions speak of."""
        return mentioned_in(self.conditions)

    def classes(self, name: str) -> frozenset[str] | None:
        """Return the classes it is scoped to (`rules.classes_of`); raises `BrokenRuleError` naming the rule."""
        if self._classes is None:
            self._classes = (classes_of(self.policy, name),)
        return self._classes[0]

    @cached_property
    def of_any_class(self) -> str:
        """The policy as text, its class made a class that what is asked for is in: an ask is of several at once."""
        scope = self.policy["resource"]
        widened = {**self.policy, "resource": {**scope, "op": "in"}} if scope["op"] == "==" else self.policy
        alone = {"staticPolicies": {"policy0": widened}, "templates": {}, "templateLinks": []}
        return str(cedarpy.policies_from_json_str(msgspec.json.encode(alone).decode()))

    def can_apply(self, known: Known) -> bool:
        """Tell what `narrow.can_apply` does, found once for all that is alike in what the conditions speak of."""
        key = tuple(
            [
                value & codes if codes is not None and isinstance(value, frozenset) else value
                for value, codes in [(known.get(name), codes) for name, codes in self.mentioned.items()]
            ]
        )
        found = self._applies.get(key)
        if found is None:
            if len(self._applies) >= _KINDS:
                self._applies.clear()
            found = self._applies[key] = can_apply(self.conditions, known)
        return found


_texts: Final[dict[str, RuleText]] = {}


def read_texts(texts: Iterable[str]) -> list[RuleText]:
    """Return each text as read, in the order given; those not met before are read together."""
    asked = list(texts)
    found = {text: read for text in asked if (read := _texts.get(text)) is not None}
    fresh = [text for text in dict.fromkeys(asked) if text not in found]
    if fresh:
        found |= {text: RuleText(policy) for text, policy in zip(fresh, read_policies(fresh), strict=True)}
        if len(_texts) + len(fresh) > _KEPT:
            _texts.clear()
        _texts.update(found)
    return [found[text] for text in asked]


def compile_texts(texts: Iterable[RuleText]) -> cedarpy.PolicySet:
    """Return policies for the engine; it calls them `policy0`, `policy1` and so on, in the order given."""
    return cedarpy.PolicySet.from_str("\n".join([text.of_any_class for text in texts]))
