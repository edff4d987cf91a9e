"""What a release of the law is: packs, texts and authorities, frozen together under one digest. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from comity.kernel.canonical import canonical
from comity.kernel.digest import sha256
from comity.spine.policy.rules import Rule
from comity.standing.law.catalogue import Catalogue
from comity.standing.law.lint import LintError
from comity.standing.law.packs import (
    Authority,
    Texts,
    read_authorities,
    read_rules,
    read_texts,
    shipped_authority_source,
    shipped_packs,
    shipped_text_sources,
)
from comity.standing.law.problems import list_problems

APPROVAL_SCHEMA: Final = "comity/law-approval/1"
RELEASE_SCHEMA: Final = "comity/law-release-approval/1"


@dataclass(frozen=True)
class Release:
    """The sources of one release as they were read: Cedar by jurisdiction, TOML by language, TOML of authorities."""

    packs: Mapping[str, str]
    text_sources: Mapping[str, str]
    authority_source: str

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, ordered by id; raises `BrokenRuleError`."""
        return read_rules(self.packs)

    @cached_property
    def texts(self) -> Texts:
        """The plain words; raises `BrokenTextsError`."""
        return read_texts(self.text_sources)

    @cached_property
    def authorities(self) -> Mapping[str, Authority]:
        """The authorities by code."""
        return read_authorities(self.authority_source)

    @cached_property
    def rule_digests(self) -> Mapping[str, str]:
        """Rule id to the digest counsel approves."""
        return {rule.id: rule_digest(rule, self.texts) for rule in self.rules}

    @cached_property
    def digest(self) -> str:
        """Hex of SHA-256 over every rule's digest, all texts and the authorities."""
        return sha256(
            canonical(
                {"authorities": self.authority_source, "rules": self.rule_digests, "texts": dict(self.text_sources)}
            )
        ).hex()

    def check(self, catalogue: Catalogue) -> None:
        """Raise `LintError` with every reason why this may not be loaded."""
        problems = self.problems(catalogue)
        if problems:
            raise LintError(problems)

    def problems(self, catalogue: Catalogue) -> tuple[str, ...]:
        """Return every reason why this may not be loaded, each named by file and rule."""
        return list_problems(
            packs=self.packs,
            text_sources=self.text_sources,
            authority_source=self.authority_source,
            catalogue=catalogue,
        )


def shipped_release() -> Release:
    """Return the release of the package."""
    return Release(shipped_packs(), shipped_text_sources(), shipped_authority_source())


def rule_digest(rule: Rule, texts: Texts) -> str:
    """Return hex of SHA-256 over a rule and its words in every language: what counsel approves."""
    words = {language: [known[rule.says].says, known[rule.says].forward] for language, known in texts.items()}
    return sha256(canonical({"rule": rule.digest(), "words": words})).hex()


def approval_statement(*, release: str, rules: Mapping[str, str]) -> bytes:
    """Return the canonical JSON that approves rules: id to digest of rule and words. `release`: where they were read.

    It approves nothing else of that release: a rule taken out of it is named nowhere.
    """
    return canonical({"schema": APPROVAL_SCHEMA, "release": release, "rules": dict(rules)})


def release_statement(*, release: str, rules: Mapping[str, str]) -> bytes:
    """Return the canonical JSON that approves a release as such by its digest, and every rule of it by name."""
    return canonical({"schema": RELEASE_SCHEMA, "release": release, "rules": dict(rules)})
