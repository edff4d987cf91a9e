"""What import-linter cannot see: single names, tables in SQL, the one file for outsiders."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "comity"

WRITERS: Final[Mapping[str, frozenset[str]]] = {
    "append_entries": frozenset(
        {
            "standing/accounts/commands/record.py",
            "standing/agreements/commands/offer.py",
            "standing/agreements/commands/record.py",
            "standing/directory/commands/handovers.py",
            "standing/directory/commands/record.py",
            "standing/law/commands/record.py",
            "standing/training/commands.py",
            "accountability/publication/commands/record.py",
        }
    ),
    "appending": frozenset({"coordination/exchange/batch.py"}),
    "enqueuing": frozenset({"coordination/exchange/batch.py", "standing/agreements/commands/record.py"}),
    "seal_all": frozenset({"coordination/exchange/batch.py", "standing/directory/commands/handovers.py"}),
    "keep_rulesets": frozenset({"coordination/exchange/batch.py"}),
}
"""Functions that write what is proven or sent, and the modules that may import them: what commands are made of."""

FOREIGN_TABLES: Final[Mapping[tuple[str, str], str]] = {
    ("spine/ledger/verify_rows.py", "vault_item"): "the verifier recomputes payload digests, as a role that only reads",
    ("spine/ledger/verify_rows.py", "vault_tombstone"): "a payload lawfully purged is no finding",
    ("spine/ledger/verify_orphans.py", "vault_item"): "the verifier names items no entry knows of",
    ("spine/ledger/report.py", "vault_item"): "a finding says where it is",
}
"""SQL outside the package that owns the table, and why."""

BENCH: Final = "host/bench/"
"""Benches fill and measure tables directly, in a database of their own that is thrown away."""


@cache
def modules() -> list[tuple[str, ast.Module]]:
    """Return every module of Comity by its path below `src/comity`, with its syntax tree."""
    paths = sorted(SOURCE.rglob("*.py"))
    return [(path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths]


def imported_names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of every `from … import …`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, alias.name


def texts(tree: ast.Module) -> Iterator[str]:
    """Yield the string constants that are no docstrings."""
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def tables() -> dict[str, str]:
    """Return each table and the package (path) whose migrations make it."""
    owners: dict[str, str] = {}
    for name, tree in modules():
        if "/migrations/" not in name:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "db_table" and isinstance(value, ast.Constant):
                        owners[str(value.value)] = name.partition("/migrations/")[0]
    return owners


def test_the_import_contracts_hold() -> None:
    command = (sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own tool
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_commands_write_what_is_proven_or_sent() -> None:
    found = {
        (imported, name)
        for name, tree in modules()
        for module, imported in imported_names(tree)
        if imported in WRITERS and module.startswith("comity.") and not name.startswith(BENCH)
    }
    assert found <= {(writer, name) for writer, names in WRITERS.items() for name in names}


def test_every_table_has_the_prefix_of_its_package() -> None:
    owners = tables()
    assert owners
    assert [name for name, owner in owners.items() if not name.startswith(f"{Path(owner).name}_")] == []


def test_tables_are_named_in_sql_by_their_owner_only() -> None:
    owners = tables()
    pattern = re.compile(r"\b(" + "|".join(sorted(owners, key=len, reverse=True)) + r")\b")
    foreign = {
        (name, table)
        for name, tree in modules()
        if "/migrations/" not in name  # a foreign key may point down; import order and the database hold that line
        if not name.startswith(BENCH)
        for text in texts(tree)
        for table in pattern.findall(text)
        if not name.startswith(f"{owners[table]}/")
    }
    assert foreign - FOREIGN_TABLES.keys() == set()


def test_models_are_imported_by_their_own_package_only() -> None:
    foreign = [
        (name, module)
        for name, tree in modules()
        for module, _ in imported_names(tree)
        if module.startswith("comity.") and module.endswith(".models")
        if not name.startswith(module.removeprefix("comity.").removesuffix(".models").replace(".", "/") + "/")
    ]
    assert foreign == []


def test_the_verifier_for_outsiders_imports_nothing_of_comity() -> None:
    tree = ast.parse((ROOT / "src" / "comity_verify.py").read_text("utf-8"))
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    roots = {name.partition(".")[0] for name in names}
    assert roots - sys.stdlib_module_names == {"cryptography"}


def test_only_the_tenancy_and_the_sequencer_open_transactions() -> None:
    allowed = {"spine/tenancy/transaction.py", "spine/ledger/sequencer.py", "spine/ledger/integrate.py"}
    opening = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "atomic"
        and isinstance(node.value, ast.Name)
        and node.value.id == "transaction"
    }
    assert opening <= allowed
