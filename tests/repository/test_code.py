"""Tests that read the code: how commands are written, what tables are made of, how long files are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "comity"
TESTS: Final = ROOT / "tests"
LONGEST_FILE: Final = 400
LONGEST_README: Final = 25
FLOORS: Final = {"spine": 0, "standing": 1, "coordination": 2, "accountability": 3}
STANDING: Final = {"directory": 0, "accounts": 1, "law": 1, "training": 2, "agreements": 3}
READS_WITHOUT_ACTING: Final = {
    "preview_disclosures": "decides by type and writes nothing",
    "preview_may": "the same for one of the two agencies",
}
"""Commands that open a reading transaction instead."""
DONE_AGAIN_SINGLY: Final = {"answer_hidden_asks": "the whole tick, or when that fails each ask alone"}
"""Commands with a second transaction for what the first could not do."""
WRITING: Final = ("acting", "acting_with_stamps")
"""How a command opens its one transaction."""
KEY_FILES: Final = {"spine/keys/file_ring.py", "spine/keys/pkcs11_ring.py"}
"""They note when a key was made, which no record rests on."""


def parsed(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def command_files() -> list[Path]:
    domain = [SOURCE / floor for floor in ("standing", "coordination", "accountability")]
    found = [path for floor in domain for path in floor.rglob("*.py") if "commands" in path.relative_to(SOURCE).parts]
    found += [path for floor in domain for path in floor.rglob("commands.py")]
    return sorted({path for path in found if path.name != "__init__.py"})


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def calls(node: ast.AST, name: str) -> int:
    return sum(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == name for one in ast.walk(node)
    )


def reached(name: str, known: dict[str, ast.FunctionDef]) -> set[str]:
    """Return the functions of the module that `name` calls, itself among them."""
    found, open_names = set(), [name]
    while open_names:
        one = open_names.pop()
        if one in found:
            continue
        found.add(one)
        open_names.extend(n.id for n in ast.walk(known[one]) if isinstance(n, ast.Name) and n.id in known)
    return found


def commands() -> dict[str, tuple[Path, ast.FunctionDef, dict[str, ast.FunctionDef]]]:
    """Return the public functions of command modules that take an actor by keyword: the verbs."""
    found = {}
    for path in command_files():
        known = functions(ast.parse(path.read_text("utf-8")))
        for name, node in known.items():
            opens = sum(calls(known[one], word) for one in reached(name, known) for word in (*WRITING, "reading"))
            if not name.startswith("_") and opens:
                found[f"{path.relative_to(SOURCE).as_posix()}:{name}"] = (path, node, known)
    return found


COMMANDS: Final = commands()


def test_there_are_commands_to_judge() -> None:
    assert len(COMMANDS) > 30
    assert "coordination/exchange/commands/request.py:request_disclosures" in COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_called_by_keyword_with_its_actor_and_the_time(name: str) -> None:
    _, node, _ = COMMANDS[name]
    keywords = {argument.arg for argument in node.args.kwonlyargs}
    assert not node.args.args
    assert not node.args.posonlyargs
    assert {"by", "now"} <= keywords
    flags = [a.arg for a in node.args.kwonlyargs if isinstance(a.annotation, ast.Name) and a.annotation.id == "bool"]
    assert flags == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_opens_one_writing_transaction(name: str) -> None:
    _, node, known = COMMANDS[name]
    opened = sum(calls(known[one], word) for one in reached(node.name, known) for word in WRITING)
    if node.name in READS_WITHOUT_ACTING:
        assert opened == 0
    elif node.name in DONE_AGAIN_SINGLY:
        assert opened == 2
    else:
        assert opened == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_writes_in_its_transaction(name: str) -> None:
    _, node, _ = COMMANDS[name]
    assert re.search(r"transaction|[Ww]rites|row|entry|as `", ast.get_docstring(node) or ""), name


def test_the_domain_reads_no_clock_of_its_own() -> None:
    wrong = [
        path.relative_to(SOURCE).as_posix()
        for floor in ("spine", "standing", "coordination", "kernel")
        for path, tree in parsed(SOURCE / floor)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "timezone"}
    ]
    assert set(wrong) - KEY_FILES == set()


def act_models() -> set[str]:
    """Return the classes of models whose rows a ledger entry covers."""
    found = set()
    for path, tree in parsed(SOURCE):
        if path.name != "models.py":
            continue
        for node in tree.body:
            if not isinstance(node, ast.ClassDef):
                continue
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            fields = {
                t.id for one in node.body if isinstance(one, ast.Assign) for t in one.targets if isinstance(t, ast.Name)
            }
            if "entry_id" in fields or bases & {"Act"}:
                found.add(node.name)
    return found - {"Act"}


def test_no_act_row_is_changed_or_removed_through_the_orm() -> None:
    acts = act_models()
    assert {"AskRow", "DecisionRow"} <= acts
    wrong = []
    for path, tree in parsed(SOURCE):
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in {"update", "delete", "bulk_update", "update_or_create", "save"}:
                chain = ast.unparse(node.func.value)
                if any(re.match(rf"{model}\.objects\b", chain) for model in acts):
                    wrong.append(f"{path.relative_to(SOURCE)}:{node.lineno}")
    assert wrong == []


def test_no_statement_changes_or_removes_an_act_row() -> None:
    tables = set(re.findall(r'db_table = "(\w+)"', (SOURCE / "coordination/exchange/models.py").read_text("utf-8")))
    tables |= {"ledger_entry", "ledger_tile", "ledger_checkpoint", "tasks_verdict", "vault_tombstone"}
    pattern = re.compile(rf"\b(UPDATE|DELETE FROM|TRUNCATE)\s+(ONLY\s+)?({'|'.join(sorted(tables))})\b")
    wrong = [
        f"{path.relative_to(SOURCE)}: {found.group(0)}"
        for path, _ in parsed(SOURCE)
        if "host/bench" not in path.as_posix()
        for found in pattern.finditer(path.read_text("utf-8"))
    ]
    assert wrong == []


def migrations() -> list[Path]:
    return [path for path, _ in parsed(SOURCE) if path.parent.name == "migrations" and path.name[0].isdigit()]


def test_every_table_is_protected_by_the_migration_that_makes_it() -> None:
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.operations import CreateModel

    from comity.spine.tenancy.operations import Protect

    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("comity.")}
    bare = []
    for (label, name), migration in loader.disk_migrations.items():
        if label not in ours:
            continue
        made = {
            operation.options.get("db_table", f"{label}_{operation.name.lower()}")
            for operation in migration.operations
            if isinstance(operation, CreateModel)
        }
        protected = {operation.table for operation in migration.operations if isinstance(operation, Protect)}
        bare += [f"{label}.{name}: {table}" for table in sorted(made - protected)]
    assert bare == []


def floor_of(config: object) -> tuple[int, int]:
    _, floor, package, *_ = config.name.split(".")  # type: ignore[attr-defined]
    return FLOORS[floor], STANDING.get(package, 0)


def test_every_foreign_key_points_down_a_floor_and_cascades_nowhere() -> None:
    from django.apps import apps
    from django.db.models import CASCADE, SET_NULL

    wrong, seen = [], 0
    for model in apps.get_models():
        if not model.__module__.startswith("comity."):
            continue
        for field in model._meta.get_fields():
            if not (field.many_to_one or field.one_to_one) or field.auto_created:
                continue
            seen += 1
            target = field.related_model
            here, there = apps.get_app_config(model._meta.app_label), apps.get_app_config(target._meta.app_label)
            if here is not there and floor_of(there) >= floor_of(here):
                wrong.append(f"{model.__name__}.{field.name} points up to {target.__name__}")
            if field.remote_field.on_delete in {CASCADE, SET_NULL}:
                wrong.append(f"{model.__name__}.{field.name} deletes or forgets")
    assert seen > 5
    assert wrong == []


def test_every_topic_that_is_enqueued_has_a_worker() -> None:
    from comity.doors.worker.deliveries import HANDLERS

    topics = set()
    for path, tree in parsed(SOURCE):
        names = {
            t.id: node.value.value
            for node in tree.body
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Constant)
            for t in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(t, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message":
                for keyword in node.keywords:
                    if keyword.arg == "topic":
                        value = keyword.value
                        told = names.get(value.id) if isinstance(value, ast.Name) else getattr(value, "value", None)
                        assert isinstance(told, str), f"{path}: a topic is named by a constant of the same module"
                        topics.add(told)
    assert topics
    assert topics == set(HANDLERS)


def test_no_file_is_longer_than_a_reader_bears() -> None:
    long = {
        path.relative_to(SOURCE).as_posix(): lines
        for path, _ in parsed(SOURCE)
        if path.parent.name != "migrations" and (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_every_readme_of_a_package_is_short() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in SOURCE.rglob("README.md")
    }
    assert found
    assert {name: lines for name, lines in found.items() if lines > LONGEST_README} == {}


def asserts(node: ast.AST, known: dict[str, ast.FunctionDef]) -> bool:
    """Tell whether a test asserts: itself, by `pytest.raises`, or in a function of its module that it calls."""
    for one in ast.walk(node):
        if isinstance(one, ast.Assert):
            return True
        if isinstance(one, ast.Attribute) and one.attr in {"raises", "fail", "call_and_validate", "validate_response"}:
            return True
        is_other = isinstance(one, ast.Name) and one.id in known and known[one.id] is not node
        if is_other and asserts(known[one.id], {name: f for name, f in known.items() if name != one.id}):
            return True
    return False


def test_every_test_asserts_something() -> None:
    silent = []
    for path, tree in parsed(TESTS):
        known = functions(tree)
        helpers = {name: node for name, node in known.items() if not name.startswith("test_")}
        silent += [
            f"{path.relative_to(TESTS)}:{name}"
            for name, node in known.items()
            if name.startswith("test_") and not asserts(node, helpers)
        ]
    assert silent == []


def test_test_names_are_sentences() -> None:
    short = [
        f"{path.relative_to(TESTS)}:{name}"
        for path, tree in parsed(TESTS)
        for name in functions(tree)
        if name.startswith("test_") and name.count("_") < 2
    ]
    assert short == []


def test_nobody_mocks_the_database() -> None:
    wrong = [
        f"{path.relative_to(TESTS)}"
        for path, tree in parsed(TESTS)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        and ("mock" in (getattr(node, "module", "") or "") or any("mock" in alias.name for alias in node.names))
    ]
    assert wrong == []
