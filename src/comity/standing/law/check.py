"""What is wrong, missing or about to end in a release of the law, and what to do about it. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from comity.spine.policy.rules import Rule
from comity.standing.law.catalogue import Catalogue
from comity.standing.law.facts import ReleaseFacts
from comity.standing.law.packs import Authority, Texts, Words
from comity.standing.law.problems import SPECIAL
from comity.standing.law.rules import Release
from comity.standing.law.tables import APPLIES, DOES_NOT, Tables

SOON: Final = timedelta(days=90)
_VERSION: Final = re.compile(r"-v\d+$")
_RULE: Final = re.compile(r"rule `([^`]+)`")


class Severity(StrEnum):
    """How much a finding matters; a warning is for a lawyer to judge.

    An error keeps a release from being loaded or put in force, but for `no-row`: that keeps a lawyer from signing the
    tables.
    """

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `code` names the check; `rule` is the rule's id, or "" where it is about none."""

    severity: Severity
    code: str
    rule: str
    words: str
    remedy: str


def check_release(
    release: Release,
    *,
    on: date,
    catalogue: Catalogue,
    tables: Tables | None = None,
    standing: ReleaseFacts | None = None,
    unsigned: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Return the findings, errors first, then by rule.

    `on`: the day that tells what ends soon. `tables` None: rows of decision tables are not looked at. `standing`: where
    a loaded release stands; None: whether counsel approved is not looked at. `unsigned`: ids of its unapproved rules
    that have an approval, which bears no signature that is good.
    """
    problems = release.problems(catalogue)
    if problems:
        return tuple(map(_unusable, problems))
    rules, texts, authorities = release.rules, release.texts, release.authorities
    found = [
        *_unused_authorities(rules, authorities),
        *_dates(rules, authorities),
        *_versions(rules, on),
        *_unused_texts(rules, texts),
        *_untranslated(rules, texts),
        *(_of_rules(standing, unsigned) if standing is not None else ()),
        *(_of_release(standing) if standing is not None else ()),
        *(_rows(rules, tables) if tables is not None else ()),
    ]
    return tuple(sorted(found, key=lambda one: (list(Severity).index(one.severity), one.rule, one.code, one.words)))


def _unusable(problem: str) -> Finding:
    named = _RULE.search(problem)
    code = "uncited" if "no citation or no authority" in problem else "broken"
    code = "untranslated" if "no text `" in problem else code
    remedy = {
        "uncited": "give `@cite` and `@source`: no rule without an authority",
        "untranslated": "write the words in every language",
        "broken": "mend the file; such a release is not loaded",
    }[code]
    return Finding(Severity.ERROR, code, named[1] if named else "", problem, remedy)


def _unused_authorities(rules: Iterable[Rule], authorities: Mapping[str, Authority]) -> Iterator[Finding]:
    used = {code for rule in rules for code in rule.source.split()}
    for code in sorted(authorities.keys() - used):
        words = f"authority `{code}` ({authorities[code].citation}): no rule rests on it"
        yield Finding(Severity.WARNING, "unused-authority", "", words, "write its rule, or remove it")


def _dates(rules: Iterable[Rule], authorities: Mapping[str, Authority]) -> Iterator[Finding]:
    """Compare each rule's period with its authorities'; an authority without a day says nothing of that end."""
    for rule in rules:
        for code in rule.source.split():
            one = authorities[code]
            if one.starts_on and (rule.starts_on is None or rule.starts_on < one.starts_on):
                said = (
                    f"applies from {_day(rule.starts_on)}, its authority `{code}` is in force from {one.starts_on} on"
                )
                yield _gap(rule.id, said, "date the rule from then on, or name what it rested on before")
            if one.ends_on and (rule.ends_on is None or one.ends_on < rule.ends_on):
                said = f"applies until {_day(rule.ends_on)}, its authority `{code}` ends on {one.ends_on}"
                yield _gap(rule.id, said, "end the rule then, or name what it rests on afterwards")


def _versions(rules: Iterable[Rule], on: date) -> Iterator[Finding]:
    """Compare the versions of a rule (`law-28`, `law-28-v2`, …): each follows the one before without a day between."""
    versions: dict[str, list[Rule]] = {}
    for rule in rules:
        versions.setdefault(_VERSION.sub("", rule.id), []).append(rule)
    for several in versions.values():
        ordered = sorted(several, key=lambda one: (one.starts_on or date.min, one.id))
        for before, after in pairwise(ordered):
            yield from _between(before, after)
        last = ordered[-1]
        if last.ends_on is not None and on <= last.ends_on <= on + SOON:
            words = f"ends on {last.ends_on}, and no version follows"
            remedy = f"write `{_VERSION.sub('', last.id)}-v{len(ordered) + 1}` from that day on, if the law goes on"
            yield Finding(Severity.WARNING, "ends-soon", last.id, words, remedy)


def _between(before: Rule, after: Rule) -> Iterator[Finding]:
    starts_on = after.starts_on or date.min
    if before.ends_on is None or before.ends_on > starts_on:
        said = (
            f"ends on {_day(before.ends_on)}, `{after.id}` applies from {_day(after.starts_on)}: both apply meanwhile"
        )
        yield _gap(before.id, said, "end the earlier one on the day the later begins")
    elif before.ends_on < starts_on:
        said = f"ends on {before.ends_on}, `{after.id}` applies from {starts_on} on: no version applies between"
        yield _gap(before.id, said, "let the later one begin on the day the earlier ends")


def _gap(rule: str, words: str, remedy: str) -> Finding:
    return Finding(Severity.WARNING, "date-gap", rule, words, remedy)


def _unused_texts(rules: Iterable[Rule], texts: Texts) -> Iterator[Finding]:
    used = SPECIAL | {rule.says for rule in rules}
    for key in sorted(set().union(*(words.keys() for words in texts.values())) - used):
        yield Finding(Severity.WARNING, "unused-text", "", f"text `{key}`: no rule says it", "remove it")


def _untranslated(rules: Iterable[Rule], texts: Texts) -> Iterator[Finding]:
    for rule in rules:
        said: dict[Words, str] = {}
        for language, words in sorted(texts.items()):
            same = said.setdefault(words[rule.says], language)
            if same != language:
                words_ = f"says the same in `{same}` and `{language}`"
                yield Finding(Severity.WARNING, "untranslated", rule.id, words_, "write the words in every language")


def _of_rules(standing: ReleaseFacts, unsigned: Collection[str]) -> Iterator[Finding]:
    for rule in standing.unapproved:
        if rule in unsigned:
            words = "its approval bears no signature by a key that its agency published"
            remedy = "run `comity ledger verify`; have counsel approve anew"
            yield Finding(Severity.ERROR, "not-signed", rule, words, remedy)
        else:
            remedy = f"`comity law approve --as AGENCY/counsel --rule {rule} --key PRIVATE.pem`"
            yield Finding(Severity.ERROR, "not-approved", rule, "counsel has not approved it", remedy)


def _of_release(standing: ReleaseFacts) -> Iterator[Finding]:
    left_out = ", ".join(f"`{rule}`" for rule in standing.takes_out)
    if not standing.is_signed:
        words = "counsel has not approved the release as such"
        words += f"; it leaves out rules of the law in force: {left_out}" if left_out else ""
        remedy = f"`comity law approve --as AGENCY/counsel --all --release {standing.id} --key PRIVATE.pem`"
        yield Finding(Severity.ERROR, "release-not-approved", "", words, remedy)
    for rule in standing.takes_out:
        words = "is a rule of the law in force, and this release has none of that name"
        yield Finding(Severity.WARNING, "left-out", rule, words, "make sure that it was taken out on purpose")


def _rows(rules: Iterable[Rule], tables: Tables) -> Iterator[Finding]:
    ids = {rule.id for rule in rules}
    for rule in sorted(ids):
        for word in (APPLIES, DOES_NOT):
            if word not in tables.get(rule, frozenset()):
                words = f"no decision table has a row in which it {word}"
                yield Finding(Severity.ERROR, "no-row", rule, words, "add the row: a lawyer reads and signs the tables")
    for rule in sorted(tables.keys() - ids):
        words = "a decision table has a column for it, the release no such rule"
        yield Finding(Severity.WARNING, "no-rule", rule, words, "remove the column, or write the rule")


def _day(day: date | None) -> str:
    return day.isoformat() if day else "no day given"
