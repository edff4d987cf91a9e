"""Every table: what a row is, who may read and write which rows, as the migrations tell the database."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module

from django.apps import apps

from comity.spine.tenancy.operations import AppendOnly, ChangePolicy, Policy, Protect
from tools.pages.markdown import SOURCE, code, first_paragraph, table

_HEAD = """# Tables

Who may read and write which rows, from the migrations (`Protect`, `ChangePolicy`). Beyond what is listed, the role
*owner* migrates and sees every row, and the role *verifier* reads every row and writes nothing. Policies name the
session's `comity_agency()`, `comity_post()` and `comity_duty()`, which each transaction sets for its own length.

An *act table* has a column `entry_id`: each row is covered by a ledger entry, and nobody changes or removes it.
"""


@dataclass
class _Table:
    name: str
    model: str
    is_act: bool = False
    is_append_only: bool = False
    grants: dict[str, str] = field(default_factory=dict)
    policies: list[Policy] = field(default_factory=list)


def page() -> str:
    """Return the page, package by package."""
    parts = [_HEAD]
    for config in apps.get_app_configs():
        if not config.name.startswith("comity."):
            continue
        found = _tables(config.name)
        if found:
            parts.append(f"## `{config.name.removeprefix('comity.')}`\n")
            parts += [_section(one) for _, one in sorted(found.items())]
    return "\n".join(parts)


def _tables(package: str) -> dict[str, _Table]:
    label = package.rpartition(".")[2]
    found = {
        model._meta.db_table: _Table(  # noqa: SLF001 - Django's name for a model's description
            model._meta.db_table,  # noqa: SLF001 - as above
            first_paragraph(model.__doc__),
            is_act=any(one.name == "entry_id" for one in model._meta.fields),  # noqa: SLF001 - as above
        )
        for model in apps.get_app_config(label).get_models()
    }
    for operation in _operations(package):
        if getattr(operation, "table", None) not in found:
            continue  # a later migration removed the table
        if isinstance(operation, Protect):
            found[operation.table].grants |= operation.grants
            found[operation.table].policies += operation.policies
        elif isinstance(operation, ChangePolicy):
            found[operation.table].policies[operation.number] = operation.policy
        elif isinstance(operation, AppendOnly):
            found[operation.table].is_append_only = True
    return found


def _operations(package: str) -> Iterator[object]:
    folder = SOURCE.joinpath(*package.split(".")[1:], "migrations")
    for path in sorted(folder.glob("[0-9]*.py")):
        yield from import_module(f"{package}.migrations.{path.stem}").Migration.operations


def _section(one: _Table) -> str:
    notes = [
        *(["An act table."] if one.is_act and not one.name.startswith("ledger_") else []),
        *(["Rows are never changed or removed, by any role."] if one.is_append_only else []),
    ]
    grants = "; ".join(f"*{role}* may {rights}" for role, rights in sorted(one.grants.items()))
    rows = [(f"*{p.role}*", p.command, code(p.using or ""), code(p.check or "")) for p in one.policies]
    told = table(("role", "command", "rows it sees", "rows it may write"), rows) if rows else ""
    words = " ".join([one.model, *notes])
    return f"### `{one.name}`\n\n{words}\n\n{grants or 'No role but the owner may write'}.\n\n{told}"
