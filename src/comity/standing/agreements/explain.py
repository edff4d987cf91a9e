"""A clause in plain words, composed from texts in both languages. Pure but for reading the texts once."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from comity.standing.agreements.terms import AnyClause, Approval, Exclude, Onward, Quota, Retention, Share, Training
from comity.standing.law.catalogue import Word, load_catalogue

LANGUAGES: Final = ("en", "es")


@cache
def load_texts(language: str) -> Mapping[str, str]:
    """Return the texts of `@says` keys and of clause sentences; every language but `es` reads English."""
    name = language if language in LANGUAGES else "en"
    text = files("comity.standing.agreements").joinpath("texts", f"{name}.toml").read_text("utf-8")
    return dict(tomllib.loads(text))


def says(key: str, *, language: str = "en") -> str:
    """Return the text of a rule's `says` key; raises `KeyError` for one that is not a clause's."""
    return load_texts(language)[key]


def clause_sentence(clause: AnyClause, *, language: str = "en") -> str:
    """Return one paragraph: what the clause does, to whom, and under which conditions."""
    texts = load_texts(language)
    parts = {
        "receivers": _list(clause.receivers, texts),
        "senders": _list(clause.senders, texts),
        "scope": _scope(clause, language),
        **_particulars(clause, language),
    }
    sentences = [texts[f"clause.{_name(clause)}"].format(**parts)]
    if clause.direction == "both_ways":
        sentences.append(texts["clause.both_ways"])
    if isinstance(clause, Share):
        sentences += _conditions(clause, language)
    return " ".join(sentences)


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
            return {"functions": _list((name.replace("_", " ") for name in functions), texts)}
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
        functions = _list((name.replace("_", " ") for name in clause.approvals), texts)
        found.append(texts["clause.share_approvals"].format(functions=functions))
    if clause.training:
        functions = _list((name.replace("_", " ") for name in clause.training), texts)
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
    return f"{', '.join(most)} {texts['clause.and']} {last}" if most else last
