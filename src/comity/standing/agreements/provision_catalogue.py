"""The catalogue of provisions: every term a text may lay down beside its clauses, with its unit and labels. Pure.

Two files hold it: what a reading looks for (`reading/provisions.toml`) and what only templates state.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

_READ, _WRITTEN = "reading/provisions.toml", "provisions.toml"


@dataclass(frozen=True, slots=True)
class ProvisionTerm:
    """One term: what it says in both languages, and what it is counted in."""

    code: str
    en: str
    es: str
    unit: str

    def label(self, language: str) -> str:
        """Return the label; every language but `es` reads English."""
        return self.es if language == "es" else self.en


@cache
def load_provision_terms() -> Mapping[str, ProvisionTerm]:
    """Return every term by code, sorted; raises `ValueError` where both files hold one."""
    read, written = _load(_READ)["terms"], _load(_WRITTEN)
    doubled = sorted(read.keys() & written.keys())
    if doubled:
        raise ValueError(f"provision `{doubled[0]}` stands in `{_READ}` and in `{_WRITTEN}`")
    every = {**read, **written}
    return MappingProxyType(
        {code: ProvisionTerm(code, row["en"], row["es"], row["unit"]) for code, row in sorted(every.items())}
    )


@cache
def provision_units() -> Mapping[str, str]:
    """Return the unit of every term."""
    return MappingProxyType({code: one.unit for code, one in load_provision_terms().items()})


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(files("comity.standing.agreements").joinpath(name).read_text("utf-8"))
