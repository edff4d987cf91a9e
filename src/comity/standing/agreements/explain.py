"""A clause in plain words, composed from texts in both languages. Pure but for reading the texts once."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from comity.standing.agreements.terms import AnyClause, Approval, Exclude, Onward, Quota, Retention, Share, Training
from comity.standing.law.catalogue import Word, load_catalogue

LANGUAGES: Final = ("en", "es")
_SOUNDS_I: Final = re.compile(r"h?[ií](?!e)", re.IGNORECASE)
"""Before which Spanish says `e` for *and*."""


@cache
def load_texts(language: str) -> Mapping[str, str]:
    """Return the texts of `@says` keys and of clause sentences; every language but `es` reads English."""
    name = language if language in LANGUAGES else "en"
    text = files("comity.standing.agreements").joinpath("texts", f"{name}.toml").read_text("utf-8")
    return dict(tomllib.loads(text))


def says(key: str, *, language: str = "en") -> str:
    """Return the text of a rule's `says` key; raises `KeyError` for one that is not a clause's."""
    return load_texts(language)[key]


def clause_sentence(clause: AnyClause, *, language: str = "en", names: Mapping[str, str] | None = None) -> str:
    """Return one paragraph: what the clause does, to whom, and under which conditions.

    `names`: what agencies are called, by code; a code that is not there stands for itself.
    """
    texts = load_texts(language)
    called = names or {}
    parts = {
        "receivers": _list((called.get(code, code) for code in clause.receivers), texts),
        "senders": _list((called.get(code, code) for code in clause.senders), texts),
        "scope": _scope(clause, language),
        **_particulars(clause, language),
    }
    name = f"clause.{_name(clause)}"
    sentences = [texts[f"{name}.many" if len(_subjects(clause)) > 1 else name].format(**parts)]
    if clause.direction == "both_ways":
        sentences.append(texts["clause.both_ways"])
    if isinstance(clause, Share):
        sentences += _conditions(clause, language)
    return " ".join(sentences)


def function_label(code: str, *, language: str = "en") -> str:
    """Return what a function of a post, or what somebody is trained for, is called."""
    return load_texts(language).get(f"function.{code}", code.replace("_", " "))


def _subjects(clause: AnyClause) -> Collection[str]:
    """Return who does it: whoever received, where the clause is about keeping and passing on."""
    return clause.receivers if isinstance(clause, Onward | Retention) else clause.senders


def _name(clause: AnyClause) -> str:
    return f"onward_{clause.rule}" if isinstance(clause, Onward) else type(clause).__name__.lower()


def _particulars(clause: AnyClause, language: str) -> dict[str, object]:
    catalogue, texts = load_catalogue(), load_texts(language)
    match clause:
        case Share():
            return {
                "elements": _labels(clause.elements, catalogue.elements, language),
                "purposes": _labels(clause.purposes, catalogue.purposes, language),
            }
        case Exclude(marks=marks):
            return {"marks": _labels(marks, catalogue.marks, language)}
        case Approval(functions=functions) | Training(functions=functions):
            return {"functions": _list((function_label(name, language=language) for name in functions), texts)}
        case Retention(days=days):
            return {"days": days}
        case Quota(clauses=clauses, per_day=per_day):
            return {"clauses": _list(clauses, texts), "per_day": per_day}
        case Onward():
            return {}


def _conditions(clause: Share, language: str) -> list[str]:
    texts, catalogue = load_texts(language), load_catalogue()
    found: list[str] = []
    if clause.excluded:
        marks = _labels(clause.excluded, catalogue.marks, language)
        found.append(texts["clause.share_excluded"].format(marks=marks))
    if clause.approvals:
        functions = _list((function_label(name, language=language) for name in clause.approvals), texts)
        found.append(texts["clause.share_approvals"].format(functions=functions))
    if clause.training:
        functions = _list((function_label(name, language=language) for name in clause.training), texts)
        found.append(texts["clause.share_training"].format(functions=functions))
    if clause.quota_per_day:
        found.append(texts["clause.share_quota"].format(per_day=clause.quota_per_day))
    if clause.retention_days:
        found.append(texts["clause.share_retention"].format(days=clause.retention_days))
    found.append(texts[f"clause.share_onward_{clause.onward}"])
    return found


def _scope(clause: AnyClause, language: str) -> str:
    codes: tuple[str, ...] = getattr(clause, "categories", ())
    texts = load_texts(language)
    return _labels(codes, load_catalogue().categories, language) if codes else texts["clause.every_category"]


def _labels(codes: Iterable[str], words: Mapping[str, Word], language: str) -> str:
    return _list((words[code].label(language) if code in words else code for code in codes), load_texts(language))


def _list(words: Iterable[str], texts: Mapping[str, str]) -> str:
    *most, last = list(words)
    if not most:
        return last
    is_before_i = _SOUNDS_I.match(last) is not None
    return f"{', '.join(most)} {texts['clause.and_before_i' if is_before_i else 'clause.and']} {last}"
