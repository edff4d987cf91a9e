"""The names of acts as ledger entries carry them, found in the calls that make them."""

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tools.pages.markdown import code, modules, table

_HEAD = """# Acts

Every ledger entry names its act: what happened, in the past tense. An entry holds digests only; what happened in detail
is in the act rows it covers and in the vault.
"""
_FOLDERS: Final = ("comity.standing.", "comity.coordination.", "comity.accountability.")


class UnknownActError(LookupError):
    """An act's name is put together in a way this page does not know; add it to `_FAMILIES`."""


def _agreement_events() -> Iterable[str]:
    from comity.standing.agreements.vocabulary import EventKind  # noqa: PLC0415 - each family knows its own enum

    return [f"agreement.{event.value}" for event in EventKind]


def _answers() -> Iterable[str]:
    from comity.coordination.exchange.ask import AWAITING_ANSWER, NO_RECORD  # noqa: PLC0415 - as above
    from comity.spine.policy.decision import HEADLINES  # noqa: PLC0415 - as above

    return [f"disclosure.{status}" for status in (*HEADLINES, AWAITING_ANSWER, NO_RECORD)]


def _reviews() -> Iterable[str]:
    from comity.coordination.exchange.commands import review  # noqa: PLC0415 - as above

    return [f"disclosure.reviewed_{finding.value}" for finding in review.ReviewFinding]


def _account_acts() -> Iterable[str]:
    from comity.standing.accounts.vocabulary import AccountAct  # noqa: PLC0415 - as above

    return [f"account.{act.value}" for act in AccountAct]


_FAMILIES: Final[Mapping[str, Callable[[], Iterable[str]]]] = {
    "account.{act.value}": _account_acts,
    "agreement.{event.value}": _agreement_events,
    "disclosure.{came_to}": _answers,
    "disclosure.{status}": _answers,
    "disclosure.reviewed_{finding.value}": _reviews,
}


def page() -> str:
    """Return the page."""
    found: dict[str, set[str]] = {}
    for module, tree in modules():
        if module.startswith(_FOLDERS):
            for name in _named(tree):
                for act in _FAMILIES[name]() if name in _FAMILIES else [name]:
                    found.setdefault(act, set()).add(module.removeprefix("comity."))
    return (
        _HEAD + "\n" + table(("act", "written by"), [(code(act), code(*sorted(m))) for act, m in sorted(found.items())])
    )


def _named(tree: ast.Module) -> Iterable[str]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call):
                given = _act_of(call)
                if given is not None:
                    yield from _names(given, function)


def _act_of(call: ast.Call) -> ast.expr | None:
    """Return the argument that is an act's name: first of `Act`, `Change`, third of `_event`, else its `act=`."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name in {"Act", "Change"}:
        return call.args[0]
    if name == "_event":
        return call.args[2]
    return next((k.value for k in call.keywords if name in {"make", "write_act"} and k.arg == "act"), None)


def _names(given: ast.expr, function: ast.FunctionDef) -> Iterable[str]:
    match given:
        case ast.Constant(value=str(name)):
            return [name]
        case ast.JoinedStr():
            family = ast.unparse(given)[2:-1]
            if family not in _FAMILIES:
                raise UnknownActError(f"`{family}` in `{function.name}`")
            return [family]
        case ast.IfExp(body=yes, orelse=no):
            return [*_names(yes, function), *_names(no, function)]
        case ast.Name(id=name):
            values = [
                node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
            ]
            return [found for value in values for found in _names(value, function)]
        case _:
            return []
