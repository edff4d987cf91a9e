"""What agreements need of the law: its rules in force, and the codes terms may use."""

from functools import cache
from typing import Protocol

from comity.kernel.canonical import canonical
from comity.kernel.digest import sha256
from comity.spine.policy.rules import Rule
from comity.standing.agreements.provision_catalogue import provision_units
from comity.standing.agreements.terms import Vocabulary
from comity.standing.law.catalogue import Catalogue, load_catalogue


class LawInForce(Protocol):
    """The law at an instant: what `law.selectors.get_current_law` returns. `digest` names exactly its rules."""

    @property
    def digest(self) -> str:
        """Hex digest of the rules."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule in force."""


@cache
def current_vocabulary() -> Vocabulary:
    """Return the codes of the catalogue this release ships."""
    return vocabulary_of(load_catalogue())


def vocabulary_of(catalogue: Catalogue) -> Vocabulary:
    """Return the part of the catalogue that terms may use."""
    elements = {code: element.sensitivity_class for code, element in catalogue.elements.items()}
    approvers = _after("approved_", catalogue)
    trainings = _after("trained_", catalogue)
    whole = {
        "approvers": approvers,
        "categories": set(catalogue.categories),
        "elements": elements,
        "marks": set(catalogue.marks),
        "purposes": set(catalogue.purposes),
        "trainings": trainings,
    }
    return Vocabulary(
        digest=sha256(canonical(whole)).hex(),
        elements=elements,
        purposes=frozenset(catalogue.purposes),
        categories=frozenset(catalogue.categories),
        marks=frozenset(catalogue.marks),
        approvers=approvers,
        trainings=trainings,
        provisions=provision_units(),
    )


def _after(prefix: str, catalogue: Catalogue) -> frozenset[str]:
    """Return what evidence codes say behind a prefix: only such evidence can ever be met."""
    return frozenset(code.removeprefix(prefix) for code in catalogue.evidence if code.startswith(prefix))
