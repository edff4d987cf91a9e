"""An agreement in plain words, for whoever is not a party to it. Pure but for reading the texts once."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from comity.standing.agreements.explain import LANGUAGES, clause_sentence
from comity.standing.agreements.provision_catalogue import load_provision_terms
from comity.standing.agreements.terms import Provision, Terms

_SAID_IN_THE_TEXT: Final = frozenset({"word", "list"})
"""Units whose values are words of the text: they are read there, in its language."""


@cache
def load_texts(language: str) -> Mapping[str, str]:
    """Return the words of publication; every language but `es` reads English."""
    name = language if language in LANGUAGES else "en"
    folder = files("comity.accountability.publication")
    return dict(tomllib.loads(folder.joinpath("texts", f"{name}.toml").read_text("utf-8")))


def summarize(terms: Terms, *, names: Mapping[str, str]) -> dict[str, list[str]]:
    """Return, by language, a sentence for each clause and for each figure that the version lays down.

    Clauses in their order, then provisions by code. `names`: of the parties, by code. The words a provision stands in
    are no part of it.
    """
    return {language: _sentences(terms, names, language) for language in LANGUAGES}


def _sentences(terms: Terms, names: Mapping[str, str], language: str) -> list[str]:
    clauses = [clause_sentence(clause, language=language, names=names) for clause in terms.clauses]
    figures = sorted(terms.provisions, key=lambda one: one.term)
    said = dict.fromkeys(_figure(one, language) for one in figures if one.unit not in _SAID_IN_THE_TEXT)
    return clauses + list(said)


def _figure(one: Provision, language: str) -> str:
    texts, known = load_texts(language), load_provision_terms().get(one.term)
    label = known.label(language) if known else one.term.replace("_", " ")
    if one.unit == "yes":
        value = texts["no"] if one.value is False else texts["yes"]
    elif one.unit == "date":
        value = str(one.value)
    else:
        value = f"{one.value} {texts[f'unit.{one.unit}']}".strip()
    return f"{label[:1].upper()}{label[1:]}: {value}."
